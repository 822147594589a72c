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
		{name: "200-byte text", flags: "-kind text -size 200 -conns 2000"},
		{name: "deflate", flags: "-kind deflate -size 500 -conns 200"},
		{name: "2 KB text", flags: "-kind text -size 2000 -conns 500"},
		{name: "64 KB binary", flags: "-kind binary -size 65536 -conns 50"},
		{name: "TLS 1.3", flags: "-kind text -size 200 -conns 2000 -tls", keys: true},
		{name: "1-byte text", flags: "-kind text -size 1 -conns 200"},
		{name: "5 % out of order and sent twice", flags: "-kind text -size 200 -conns 2000 -reorder 5 -retransmit 5"},
		{name: fmt.Sprintf("%d connections at once", s.many), flags: fmt.Sprintf("-kind text -size 200 -conns %d -messages 3", s.many), whole: true},
		{name: fmt.Sprintf("%d connections in turn", s.many), flags: fmt.Sprintf("-kind text -size 200 -conns %d -at-once 1 -messages 3", s.many), whole: true},
	}
}

// tool is a command that is measured on a capture.
type tool struct {
	name  string
	args  []string
	input io.Reader // standard input; nil for none
	tells bool      // it prints what it took, in seconds of wall and of processor time: what counts is a part of it
	like  string    // the name of wscope's command that does the same; empty is summary
}

// tools are those to measure on the capture with index i. The first is what the others are
// compared with.
func (s *settings) tools(i int, c capture, file, keys string) []tool {
	self, _ := os.Executable()
	var list []tool
	ours := func(command string, flags ...string) {
		args := append([]string{s.wscope, command, "--no-progress"}, flags...)
		if c.keys {
			args = append(args, "--keylog", keys)
		}
		list = append(list, tool{name: shown(command, flags), args: append(args, file)})
	}
	ours("summary", "--format", "json")
	ours("summary", "--format", "json", "-j", "1")
	ours("flows", "--format", "ndjson")
	ours("messages", "--format", "ndjson", "-o", filepath.Join(s.dir, "messages.ndjson"))
	ours("frames", "--format", "ndjson", "-o", filepath.Join(s.dir, "frames.ndjson"))
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
	if i := slices.Index(flags, "-j"); i >= 0 {
		name += " -j " + flags[i+1]
	}
	return name
}

// make generates a capture.
func (s *settings) make(c capture) (file, keys string, err error) {
	file = filepath.Join(s.dir, "bench.pcap")
	keys = filepath.Join(s.dir, "bench.keys")
	args := append(strings.Fields(c.flags), "-seed", "1", "-o", file)
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

// all measures everything.
func (s *settings) all(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", machine())
	for i, c := range s.captures() {
		if !s.only.MatchString(c.name) {
			continue
		}
		file, keys, err := s.make(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := s.measure(w, i, c, file, keys); err != nil {
			return err
		}
	}
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
