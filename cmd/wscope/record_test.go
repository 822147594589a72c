//go:build linux && libpcap

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// recorder is wscope record on lo, with a TLS server on a port of its own. It needs root, or a program with CAP_NET_RAW:
//
//	go test -tags libpcap -run Record ./cmd/wscope
type recorder struct {
	t           *testing.T
	wscope, dir string
	addr, port  string
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	if os.Geteuid() != 0 || testing.Short() {
		t.Skip("needs root")
	}
	r := &recorder{t: t, wscope: built(t), dir: t.TempDir()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	_, r.port, _ = net.SplitHostPort(r.addr)
	l.Close()
	return r
}

func (r *recorder) in(name string) string { return filepath.Join(r.dir, name) }

// peer is the environment in which the test's own program is an endpoint.
func (r *recorder) peer(p peerPlan) string {
	p.Addr, p.TLS = r.addr, true
	text, err := json.Marshal(p)
	if err != nil {
		r.t.Fatal(err)
	}
	return "WSCOPE_PEER=" + string(text)
}

// run gives status, output and errors of wscope.
func (r *recorder) run(env []string, stdin string, args ...string) (int, string, string) {
	r.t.Helper()
	c := exec.Command(r.wscope, args...)
	c.Env = append(append(os.Environ(), "SUDO_UID=", "SSLKEYLOGFILE="), env...)
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &errs
	c.Run()
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestRecordKeepsKeysAndStatus records clients and a server over TLS, and reads the file without their keys.
func TestRecordKeepsKeysAndStatus(t *testing.T) {
	r := newRecorder(t)
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), r.peer(peerPlan{Server: true, Journal: r.in("server.json")}))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { server.Process.Kill(); server.Wait() }()
	for range 100 {
		if c, err := net.Dial("tcp", r.addr); err == nil {
			c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	file, keys := r.in("run.pcapng"), r.in("keys.log")
	clients := r.peer(peerPlan{Journal: r.in("clients.json"), Keylog: keys, Conns: 5, AtOnce: 2, Messages: 20, Size: 300})
	status, out, errs := r.run([]string{clients}, "what it reads", "record", "-w", file, "--keylog", keys, "--bpf", "tcp port "+r.port,
		"--", "sh", "-c", `"$0" && cat && echo told >&2 && exit 3`, os.Args[0])
	if status != 3 || out != "what it reads" || !strings.HasPrefix(errs, "told\nwscope: recorded ") || strings.Count(errs, "\n") != 2 {
		t.Errorf("%d, %q, %q", status, out, errs)
	}
	os.Remove(keys)
	rulesFile := r.in("wscope.yaml")
	text := `
rules:
  - no-warnings
  - {use: no-abnormal-close, with: {codes: [1000]}}
  - {name: opened, expect: tls.decrypted}
  - {name: whole, expect: client_to_server.messages.text == 20 and server_to_client.messages.text == 20 and server_to_client.lost_bytes == 0}
  - {name: all, scope: capture, expect: count(flows) == 5}
`
	if err := os.WriteFile(rulesFile, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	// The server's journal waits for no one: five conversations, each closed, and the connection that looked for it.
	if status, out, errs := r.run(nil, "", "check", "--rules", rulesFile, file); status != 0 {
		t.Errorf("check ends with %d\n%s%s", status, out, errs)
	}
}

func TestRecordReturnsTheStatus(t *testing.T) {
	r := newRecorder(t)
	for _, c := range []struct {
		want    int
		command []string
	}{
		{0, []string{"true"}},
		{3, []string{"sh", "-c", "exit 3"}},
		{128 + 15, []string{"sh", "-c", "kill -TERM $$"}},
		{2, []string{r.in("absent")}},
	} {
		if status, _, errs := r.run(nil, "", append([]string{"record", "-w", r.in("run.pcapng"), "--"}, c.command...)...); status != c.want {
			t.Errorf("%q ends with %d, not %d\n%s", c.command, status, c.want, errs)
		}
	}
}

// TestRecordInterruptsTheCommand and writes the file all the same.
func TestRecordInterruptsTheCommand(t *testing.T) {
	r := newRecorder(t)
	c := exec.Command(r.wscope, "record", "-w", r.in("run.pcapng"), "--", "sh", "-c", `trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.05; done`)
	c.Env = append(os.Environ(), "SUDO_UID=", "SSLKEYLOGFILE=")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	lines.Scan()
	if c.Wait(); lines.Text() != "caught" || c.ProcessState.ExitCode() != 7 {
		t.Errorf("%q, %d", lines.Text(), c.ProcessState.ExitCode())
	}
	if status, _, errs := r.run(nil, "", "summary", "--format", "json", r.in("run.pcapng")); status != 0 {
		t.Errorf("the file is not whole: %s", errs)
	}
}

// TestRecordWithoutPrivileges says three ways to get them; one of them is tried.
func TestRecordWithoutPrivileges(t *testing.T) {
	r := newRecorder(t)
	text, err := os.ReadFile(r.wscope)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "wscope-record")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o777)
	program := filepath.Join(dir, "wscope")
	if err := os.WriteFile(program, text, 0o755); err != nil {
		t.Fatal(err)
	}
	asNobody := func() (int, string) {
		c := exec.Command(program, "record", "-w", filepath.Join(dir, "run.pcapng"), "--", "sh", "-c", "id -u; exit 3")
		c.Dir, c.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, _ := c.CombinedOutput()
		return c.ProcessState.ExitCode(), string(out)
	}
	status, out := asNobody()
	for _, way := range []string{"setcap cap_net_raw", "usermod -aG", "sudo " + program + " record"} {
		if status != 2 || !strings.Contains(out, way) {
			t.Errorf("%d, and no word of %s in:\n%s", status, way, out)
		}
	}
	if out, err := exec.Command("setcap", "cap_net_raw+ep", program).CombinedOutput(); err != nil {
		t.Skipf("no capabilities of files here (Debian: libcap2-bin): %v %s", err, out)
	}
	if status, out := asNobody(); status != 3 || !strings.HasPrefix(out, "65534\nwscope: recorded ") {
		t.Errorf("with the capability: %d\n%s", status, out)
	}
}
