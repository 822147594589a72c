package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// capture is a capture to measure on, made by wscope-gen.
type capture struct {
	name  string
	flags string // wscope-gen's, without size and output
	keys  bool   // with a key log
	whole bool   // flags say how much; the size does not
}

func (s *settings) captures() []capture {
	return []capture{
		{name: "chat", flags: "-kind chat -conns 2000"},
		{name: "market feed, deflate", flags: "-kind market -conns 200"},
		{name: "constant: 200 bytes each, cut-off JSON in the same order", flags: "-kind text -size 200 -conns 2000"},
		{name: "Socket.IO", flags: "-kind socketio -conns 1000"},
		{name: "GraphQL", flags: "-kind graphql -conns 500"},
		{name: "MQTT", flags: "-kind mqtt -conns 1000"},
		{name: "game", flags: "-kind game -conns 500"},
		{name: "files", flags: "-kind files -conns 50"},
		{name: "short: chat of eight messages a connection", flags: "-kind chat -conns 10000000 -at-once 200 -messages 8"},
		{name: "mirror port: chat among 95 % other traffic", flags: "-kind chat -conns 500 -other 95"},
		{name: "wss with keys: chat", flags: "-kind chat -conns 1000 -tls", keys: true},
		{name: "wss without keys: chat", flags: "-kind chat -conns 1000 -tls"},
		{name: "HTTP/2: chat", flags: "-kind chat -conns 1000 -http2"},
		{name: "trouble: chat, 1 % lost, 3 % out of order, 3 % sent twice", flags: "-kind chat -conns 1000 -loss 1 -reorder 3 -retransmit 3"},
		{name: "constant, deflate: 500 bytes each", flags: "-kind deflate -size 500 -conns 200"},
		{name: fmt.Sprintf("%d connections at once", s.many), flags: fmt.Sprintf("-kind text -size 200 -conns %d -messages 3", s.many), whole: true},
	}
}

// tool is a command that is measured on a capture.
type tool struct {
	name   string
	args   []string
	input  io.Reader // standard input; nil for none
	writes string    // what it makes, removed before it runs; a folder or a file
	fails  bool      // it may end with status 1, as check and diff do where they find something
	tells  bool      // it prints what it took, in seconds of wall and of processor time: what counts is a part of it
	like   string    // the name of wscope's command that does the same; empty is summary
}

// tools are those to measure on the capture with index i. The first is what the others are
// compared with.
func (s *settings) tools(i int, c capture, file, other, keys string) []tool {
	self, _ := os.Executable()
	var list []tool
	ours := func(command string, flags ...string) {
		args := append([]string{s.wscope, command, "--no-progress"}, flags...)
		if c.keys {
			args = append(args, "--keylog", keys)
		}
		list = append(list, tool{name: shown(command, flags), args: append(args, file), fails: command == "check" || command == "diff"})
	}
	out := filepath.Join(s.dir, "out")
	ours("summary", "--format", "json")
	ours("summary", "--format", "json", "-j", "1")
	for _, command := range []string{"flows", "messages", "frames"} {
		ours(command, "--format", "ndjson", "-o", out)
	}
	ours("check", "--format", "json", "--rules", s.rules())
	ours("report", "-o", out)
	for _, to := range []string{"har", "parquet", "csv"} {
		ours("export", "--to", to, "-o", out)
	}
	if other != "" {
		ours("diff", "--format", "json")
		list[len(list)-1].args = append(list[len(list)-1].args, other)
	}
	list = append(list, tool{name: "dd", args: []string{"dd", "if=" + file, "of=/dev/null", "bs=128k", "status=none"}})
	for j := range list {
		list[j].writes = out
	}
	if strings.Contains(c.flags, "deflate") {
		for _, library := range []string{"wscope", "klauspost"} {
			list = append(list, tool{name: "inflating alone, " + library + "'s inflater", args: []string{self, "inflate", library, file}, tells: true})
		}
	}
	if i > 1 && !s.slow {
		return list
	}
	if !c.keys && !strings.Contains(c.flags, "deflate") {
		list = append(list, tool{name: "NewPacket, reassembly, gobwas/ws", args: []string{self, "plain", file}})
	}
	if path, err := exec.LookPath("tcpflow"); err == nil && !c.keys {
		list = append(list, tool{name: "tcpflow (streams only)", args: []string{path, "-q", "-o", filepath.Join(s.dir, "tcpflow"), "-r", file}})
	}
	if path, err := exec.LookPath("tshark"); err == nil {
		args := []string{path, "-r", file, "-Y", "websocket", "-T", "fields", "-e", "websocket.opcode"}
		if c.keys {
			args = append(args, "-o", "tls.keylog_file:"+keys)
		}
		list = append(list, tool{name: "tshark -Y websocket", args: args})
		if i == 0 {
			list = append(list, tool{name: "tshark -T json", like: "wscope messages", args: []string{path, "-r", file, "-Y", "websocket", "-T", "json"}})
		}
	}
	return list
}

// shown is how the table names a command of wscope: what its output is and where it goes is left out.
func shown(command string, flags []string) string {
	name := "wscope " + command
	if i := slices.Index(flags, "--to"); i >= 0 {
		name += " " + flags[i+1]
	}
	if i := slices.Index(flags, "-j"); i >= 0 {
		name += " -j " + flags[i+1]
	}
	return name
}

// make generates a capture, named name, from a seed.
func (s *settings) make(c capture, name string, seed int) (file, keys string, err error) {
	file = filepath.Join(s.dir, name+".pcap")
	keys = filepath.Join(s.dir, name+".keys")
	args := append(strings.Fields(c.flags), "-seed", fmt.Sprint(seed), "-o", file)
	if c.keys {
		args = append(args, "-keylog", keys)
	}
	if !c.whole {
		args = append(args, "-total", s.size)
	}
	cmd := exec.Command(s.gen, args...)
	cmd.Stderr = os.Stderr
	return file, keys, cmd.Run()
}

// rules is a file with rules for check.
func (s *settings) rules() string {
	name := filepath.Join(s.dir, "rules.yaml")
	os.WriteFile(name, []byte(rules), 0o666)
	return name
}

const rules = `version: 1
rules:
  - name: short-messages
    scope: message
    expect: message.length < 100000
  - name: opened
    scope: flow
    expect: handshake.result == "accepted"
  - name: few-kinds
    scope: flow
    expect: count(messages, app.kind == "type") >= 0
`

// all measures everything.
func (s *settings) all(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", machine())
	for i, c := range s.captures() {
		if !s.only.MatchString(c.name) {
			continue
		}
		file, keys, err := s.make(c, "bench", 1)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		other := ""
		if !c.whole && !c.keys {
			if other, _, err = s.make(c, "other", 2); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		if err := s.measure(w, i, c, s.tools(i, c, file, other, keys), file); err != nil {
			return err
		}
	}
	s.overview(w)
	for _, other := range []struct {
		name string
		run  func(io.Writer) error
	}{{"start", s.start}, {"linear", s.linear}} {
		if !s.only.MatchString(other.name) {
			continue
		}
		if err := other.run(w); err != nil {
			return fmt.Errorf("%s: %w", other.name, err)
		}
	}
	return nil
}
