//go:build linux && libpcap

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The end-to-end tests run wscope as a program in a network namespace, on one end of a
// veth pair whose other end is in another namespace with the clients. They need root, ip
// (iproute2) and libpcap:
//
//	go test -tags libpcap -run E2E ./cmd/wscope

// wire is the two namespaces: server on 10.99.0.1, clients on 10.99.0.2.
type wire struct {
	t              *testing.T
	server, client string // namespaces
	dir            string
	wscope         string
}

const serverAddr = "10.99.0.1:8080"

func newWire(t *testing.T) *wire {
	t.Helper()
	if os.Geteuid() != 0 || testing.Short() {
		t.Skip("needs root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip of iproute2")
	}
	n := fmt.Sprintf("wscope%d", os.Getpid())
	w := &wire{t: t, server: n + "s", client: n + "c", dir: t.TempDir()}
	os.Chmod(w.dir, 0o777) // another user writes there
	os.Chmod(filepath.Dir(w.dir), 0o755)
	t.Cleanup(func() {
		exec.Command("ip", "netns", "del", w.server).Run()
		exec.Command("ip", "netns", "del", w.client).Run()
	})
	if out, err := exec.Command("ip", "netns", "add", w.server).CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %s", out)
	}
	w.ip("netns", "add", w.client)
	w.ip("-n", w.server, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", w.client)
	for i, ns := range []string{w.server, w.client} {
		w.ip("-n", ns, "addr", "add", fmt.Sprintf("10.99.0.%d/24", i+1), "dev", "veth0")
		w.ip("-n", ns, "link", "set", "veth0", "up")
		w.ip("-n", ns, "link", "set", "lo", "up")
	}
	w.wscope = built(t)
	return w
}

// built builds the program once.
func built(t *testing.T) string {
	t.Helper()
	if program == "" {
		dir, err := os.MkdirTemp("", "wscope-e2e")
		if err != nil {
			t.Fatal(err)
		}
		os.Chmod(dir, 0o755) // another user runs it
		program = tool(t, dir, ".")
	}
	return program
}

// tool builds one of our programs into a folder.
func tool(t *testing.T, dir, pkg string) string {
	t.Helper()
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "libpcap", "-o", dir+"/", pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if pkg == "." {
		pkg = "wscope"
	}
	return filepath.Join(dir, filepath.Base(pkg))
}

var program string

func (w *wire) ip(args ...string) {
	w.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		w.t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// in prepares a program that runs in a namespace, and is ended with the test.
func (w *wire) in(ns string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.Command("ip", append([]string{"netns", "exec", ns, name}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = new(said)
	w.t.Cleanup(func() {
		if cmd.Process != nil && cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd
}

func (w *wire) start(cmd *exec.Cmd) *exec.Cmd {
	w.t.Helper()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	return cmd
}

// peer prepares an endpoint.
func (w *wire) peer(p peerPlan) *exec.Cmd {
	w.t.Helper()
	if p.Addr == "" {
		p.Addr = serverAddr
	}
	ns := w.client
	p.Journal = filepath.Join(w.dir, "clients.json")
	if p.Server {
		ns, p.Journal = w.server, filepath.Join(w.dir, "server.json")
	}
	text, err := json.Marshal(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.in(ns, []string{"WSCOPE_PEER=" + string(text)}, os.Args[0])
}

// serve starts the server and waits until it answers.
func (w *wire) serve(p peerPlan) {
	w.t.Helper()
	p.Server = true
	w.start(w.peer(p))
	for range patience {
		if exec.Command("ip", "netns", "exec", w.server, "bash", "-c", "exec 3<>/dev/tcp/10.99.0.1/8080").Run() == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatal("the server does not answer")
}

// talk runs the clients to their end.
func (w *wire) talk(p peerPlan) {
	w.t.Helper()
	cmd := w.peer(p)
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("clients: %v\n%s", err, cmd.Stderr)
	}
}

// capturing is a live capture under way.
type capturing struct {
	*exec.Cmd
	t   *testing.T
	out string
	err *said
}

// said is what a program says on standard error, which can be read while it runs.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// patience is how many times the tests look for what must come, 50 ms apart: long enough
// for any machine.
const patience = 1200

// says waits until a program has said something.
func (c *capturing) says(what string) {
	c.t.Helper()
	for range patience {
		if strings.Contains(c.err.String(), what) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("not said: %s\n%s", what, c.err)
}

// capture starts wscope live on veth0 of the server, and waits until it captures.
func (w *wire) capture(args ...string) *capturing {
	w.t.Helper()
	c := &capturing{t: w.t, out: filepath.Join(w.dir, "live.json")}
	file, err := os.Create(c.out)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { file.Close() })
	return w.captureTo(file, c, args...)
}

// captureTo is capture with another standard output.
func (w *wire) captureTo(out *os.File, c *capturing, args ...string) *capturing {
	w.t.Helper()
	c.Cmd = w.in(w.server, []string{"SUDO_UID=", "SSLKEYLOGFILE="}, w.wscope, append([]string{"live"}, onVeth(args)...)...)
	c.err, c.Stdout = c.Stderr.(*said), out
	w.start(c.Cmd)
	c.says("capturing on")
	return c
}

// onVeth adds the interface where the arguments name none.
func onVeth(args []string) []string {
	if slices.Contains(args, "-i") {
		return args
	}
	return append([]string{"-i", "veth0"}, args...)
}

// end sends a signal and gives the exit status.
func (c *capturing) end(s syscall.Signal) int {
	c.t.Helper()
	if err := c.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
	return c.status()
}

// status waits for the end.
func (c *capturing) status() int {
	c.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience * 50 * time.Millisecond):
		c.Process.Kill()
		<-ended
		c.t.Fatalf("wscope does not end: %s", c.err)
	}
	return c.ProcessState.ExitCode()
}

// closes gives the records of the flows that ended, by the client's address, without the event.
func closes(t *testing.T, path string) map[string]map[string]any {
	t.Helper()
	flows := map[string]map[string]any{}
	for _, r := range records(t, path) {
		if event, ok := r["event"]; ok && event != "close" {
			continue
		}
		delete(r, "event")
		c := r["client"].(map[string]any)
		flows[fmt.Sprintf("%v:%v", c["ip"], c["port"])] = r
	}
	return flows
}

// records reads lines of JSON.
func records(t *testing.T, path string) (list []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var r map[string]any
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatalf("%v: %.200q", err, s.Text())
		}
		list = append(list, r)
	}
	return list
}

// offline gives the flows of saved files as the offline analysis has them.
func (w *wire) offline(paths ...string) map[string]map[string]any {
	w.t.Helper()
	out := filepath.Join(w.dir, "offline.json")
	b, err := exec.Command(w.wscope, append([]string{"flows", "--format", "ndjson"}, paths...)...).Output()
	if err != nil {
		w.t.Fatalf("offline: %v", err)
	}
	if err := os.WriteFile(out, b, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return closes(w.t, out)
}

// same holds two sets of flows to be equal in all but their numbers.
func same(t *testing.T, live, offline map[string]map[string]any) {
	t.Helper()
	if len(live) != len(offline) {
		t.Errorf("%d flows live, %d offline", len(live), len(offline))
	}
	told := 0
	for client, a := range live {
		b := offline[client]
		for _, f := range []map[string]any{a, b} {
			delete(f, "flow")
			delete(f, "reconnects")
			delete(f, "file")
			if c, ok := f["close"].(map[string]any); ok {
				delete(c, "file")
			}
		}
		for field := range a {
			x, _ := json.Marshal(a[field])
			y, _ := json.Marshal(b[field])
			if !bytes.Equal(x, y) {
				if told++; told < 5 {
					t.Errorf("%s: %s differs\nlive    %s\noffline %s", client, field, x, y)
				}
			}
		}
	}
}

// held holds flows to the clients' journal; cut says that the end of a conversation may lack.
func (w *wire) held(flows map[string]map[string]any, cut bool) {
	w.t.Helper()
	list := records(w.t, filepath.Join(w.dir, "clients.json"))
	if len(list) == 0 {
		w.t.Error("the clients did nothing")
	}
	told := 0
	for _, e := range list {
		f := flows[fmt.Sprint(e["client"])]
		if f == nil {
			if !cut {
				w.t.Errorf("no flow of %v", e["client"])
			}
			continue
		}
		up, down := f["client_to_server"].(map[string]any), f["server_to_client"].(map[string]any)
		sent, received := up["messages"].(map[string]any)["text"].(float64), down["messages"].(map[string]any)["text"].(float64)
		fits := sent == e["sent"].(float64) && received == e["received"].(float64) && up["message_bytes"].(float64) == e["bytes"].(float64)
		if cut {
			fits = sent <= e["sent"].(float64)+1 && received <= e["received"].(float64)+1
		}
		if !fits || len(f["findings"].([]any)) > 0 && !cut {
			if told++; told < 3 {
				x, _ := json.Marshal(f)
				w.t.Errorf("journal %v, flow %s", e, x)
			}
		}
	}
}
