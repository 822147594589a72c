//go:build linux && libpcap

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestE2ETruth holds the live analysis to what the endpoints did, and to the offline
// analysis of the file that it saved.
func TestE2ETruth(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	saved := filepath.Join(w.dir, "saved.pcapng")
	c := w.capture("-w", saved)
	w.talk(peerPlan{Conns: 200, AtOnce: 20, Messages: 20, Size: 300})
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	live := closes(t, c.out)
	w.held(live, false)
	same(t, live, w.offline(saved))
}

// TestE2EKeysGrow captures TLS whose keys are written while it passes, to a log that is
// not there at first; the saved file can be read without it.
func TestE2EKeysGrow(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{TLS: true})
	keys, saved := filepath.Join(w.dir, "keys.txt"), filepath.Join(w.dir, "saved.pcapng")
	c := w.capture("--keylog", keys, "-w", saved)
	w.talk(peerPlan{TLS: true, Keylog: keys, Conns: 50, AtOnce: 5, Messages: 20, Size: 300, Pause: 5 * time.Millisecond})
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	live := closes(t, c.out)
	w.held(live, false)
	same(t, live, w.offline(saved))
}

// TestE2EInterfaceGoes waits for an interface that goes down, with --wait; without it the
// run ends with status 2 and all results.
func TestE2EInterfaceGoes(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	plan := peerPlan{Conns: 20, AtOnce: 5, Messages: 5, Size: 100}
	c := w.capture("--wait")
	w.ip("-n", w.server, "link", "set", "veth0", "down")
	c.says("veth0: capture paused")
	w.ip("-n", w.server, "link", "set", "veth0", "up")
	c.says("veth0: capture goes on")
	w.talk(plan)
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d", status)
	}
	w.held(closes(t, c.out), false)

	c = w.capture()
	w.talk(plan)
	w.ip("-n", w.server, "link", "set", "veth0", "down")
	if status := c.status(); status != 2 || !strings.Contains(c.err.String(), "veth0: capture ended") {
		t.Errorf("status %d: %s", status, c.err)
	}
	w.held(closes(t, c.out), false)
}

// TestE2EInterfaceComes waits with --wait for an interface that is not there when the
// capture begins, beside one that is; what cannot be captured on when it comes is told.
func TestE2EInterfaceComes(t *testing.T) {
	w := newWire(t)
	file := filepath.Join(w.dir, "chat.pcap")
	if out, err := exec.Command(tool(t, w.dir, "../wscope-gen"), "-conns", "5", "-messages", "5", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	send := tool(t, w.dir, "./e2e/send")
	come := func() {
		t.Helper()
		w.ip("-n", w.server, "link", "add", "here", "type", "veth", "peer", "name", "late")
		w.ip("-n", w.server, "link", "set", "here", "up")
		w.ip("-n", w.server, "link", "set", "late", "up")
	}
	c := w.capture("--wait", "-i", "late", "-i", "veth0")
	c.says("late: waiting: ")
	come()
	c.says("late: capture begins")
	if cmd := w.in(w.server, nil, send, "-i", "here", "-rate", "1000", "-count", "-1", file); cmd.Run() != nil {
		t.Fatal(cmd.Stderr)
	}
	if flows := closes(t, w.ended(c)); len(flows) != 5 {
		t.Errorf("%d flows of 5: %s", len(flows), c.err)
	}

	w.ip("-n", w.server, "link", "del", "here")
	c = w.capture("--wait", "-i", "late", "port 80 and (")
	come()
	if status := c.status(); status != 2 || !strings.Contains(c.err.String(), "late: capture ended: filter") {
		t.Errorf("status %d: %s", status, c.err)
	}
}

// TestE2EStopAmidLoad ends the capture while messages pass: what is saved is whole, and
// says the same as what was told live.
func TestE2EStopAmidLoad(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	saved := filepath.Join(w.dir, "saved.pcapng")
	c := w.capture("-w", saved)
	clients := w.start(w.peer(peerPlan{Conns: 2000, AtOnce: 50, Messages: 50, Size: 300, Pause: time.Millisecond}))
	has(t, c.out, `"event":"open"`, 200)
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	live := closes(t, c.out)
	if len(live) < 50 {
		t.Errorf("%d flows", len(live))
	}
	same(t, live, w.offline(saved))
	clients.Wait()
	w.held(live, true)
}

// TestE2EFullDisk saves to a disk that is full after 1 MB: the analysis goes on, the file
// ends with a whole packet, and the status says it.
func TestE2EFullDisk(t *testing.T) {
	w := newWire(t)
	disk := filepath.Join(w.dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	w.serve(peerPlan{})
	saved := filepath.Join(disk, "saved.pcapng")
	c := w.capture("-w", saved)
	w.talk(peerPlan{Conns: 100, AtOnce: 10, Messages: 20, Size: 1000})
	if status := c.end(syscall.SIGTERM); status != 2 || strings.Count(c.err.String(), "saving ended") != 1 {
		t.Errorf("status %d: %s", status, c.err)
	}
	w.held(closes(t, c.out), false)
	if n := len(w.offline(saved)); n == 0 || n >= 100 {
		t.Errorf("%d flows on a disk of 1 MB", n)
	}
}

// TestE2ESlowReader has nobody read standard output for a while: what is told afterwards
// is right, and of the connections that are not there all is said.
func TestE2ESlowReader(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	r, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := w.captureTo(out, &capturing{t: t, out: filepath.Join(w.dir, "live.json")}, "--messages")
	out.Close()
	w.talk(peerPlan{Conns: 300, AtOnce: 10, Messages: 20, Size: 500, Pause: 5 * time.Millisecond})
	copied := make(chan error, 1)
	go func() {
		file, err := os.Create(c.out)
		if err == nil {
			_, err = io.Copy(file, r)
			file.Close()
		}
		copied <- err
	}()
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	if err := <-copied; err != nil {
		t.Fatal(err)
	}
	list := records(t, c.out)
	counts := list[len(list)-1]["capture"].(map[string]any)
	refused, givenUp := counts["refused_connections"].(float64), counts["given_up"].(float64)
	flows := closes(t, c.out)
	t.Logf("%d flows told, %v refused, %v times some given up", len(flows), refused, givenUp)
	if len(flows)+int(refused) != 300 {
		t.Errorf("%d flows and %v refused are not 300", len(flows), refused)
	}
	for client, f := range flows {
		if givenUp > 0 && gap(f) {
			continue
		}
		if n := len(f["findings"].([]any)); n > 0 || f["client_to_server"].(map[string]any)["messages"].(map[string]any)["text"].(float64) != 20 {
			t.Errorf("%s is not whole, or has %d findings", client, n)
		}
	}
}

// TestE2ESignals sends the signals that do not end the capture.
func TestE2ESignals(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	saved, out := filepath.Join(w.dir, "saved.pcapng"), filepath.Join(w.dir, "events.json")
	c := w.capture("-w", saved, "-o", out, "--metrics", "127.0.0.1:9464", "--metrics-host", "chat.example.com")
	plan := peerPlan{Conns: 20, AtOnce: 5, Messages: 5, Size: 100}
	w.talk(plan)
	has(t, out, `"event":"close"`, 20)
	for _, name := range []string{saved, out} {
		if err := os.Rename(name, name+".old"); err != nil {
			t.Fatal(err)
		}
	}
	c.Process.Signal(syscall.SIGHUP)
	has(t, saved, "", 0)
	has(t, out, "", 0)
	w.held(closes(t, out+".old"), false)
	w.talk(plan)
	has(t, out, `"event":"close"`, 20)
	c.Process.Signal(syscall.SIGUSR1)
	c.says("packets analysed, 40 flows (0 open)")
	for _, page := range []struct{ path, line string }{
		{"metrics", `wscope_connections_ended_total{host="chat.example.com",path="other",result="accepted"} 40`},
		{"healthz", "ok"},
	} {
		if text, err := w.get(page.path); err != nil || !strings.Contains(text, page.line+"\n") {
			t.Errorf("%s does not say %s: %v", page.path, page.line, err)
		}
	}
	if status := c.end(syscall.SIGINT); status != 0 {
		t.Errorf("status %d", status)
	}
	if n := strings.Count(c.err.String(), "packets analysed, 40 flows (0 open)"); n != 2 {
		t.Errorf("%d summaries: %s", n, c.err)
	}
	w.held(closes(t, out), false)
	if a, b := len(w.offline(saved+".old")), len(w.offline(saved)); a != 20 || b != 20 {
		t.Errorf("%d and %d flows saved", a, b)
	}
}

// get asks the metrics' server, which is in the server's namespace, for a page.
func (w *wire) get(path string) (string, error) {
	b, err := exec.Command("ip", "netns", "exec", w.server, "bash", "-c",
		"exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /"+path+" HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3").Output()
	if err == nil && !strings.Contains(string(b), fmt.Sprint(http.StatusOK)) {
		err = fmt.Errorf("%.40q", b)
	}
	return strings.ReplaceAll(string(b), "\r", ""), err
}

// TestE2EPrivileges looks at every thread after the interface was opened: another user, no
// capabilities, and none to be had.
func TestE2EPrivileges(t *testing.T) {
	w := newWire(t)
	for _, v := range []struct {
		args []string
		caps string
	}{{[]string{"--user", "nobody"}, "0000000000000000"}, {[]string{"--user", "nobody", "--wait"}, "0000000000002000"}} {
		c := w.capture(append(v.args, "-w", filepath.Join(w.dir, v.caps))...)
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", c.Process.Pid))
		for _, name := range threads {
			b, _ := os.ReadFile(name)
			for _, line := range []string{"Uid:\t65534\t65534\t65534\t65534", "CapPrm:\t" + v.caps, "CapEff:\t" + v.caps, "CapInh:\t0000000000000000", "NoNewPrivs:\t1"} {
				if !strings.Contains(string(b), line+"\n") {
					t.Errorf("%v: %s has not %q", v.args, name, line)
				}
			}
		}
		if len(threads) < 2 {
			t.Errorf("%d threads", len(threads))
		}
		if status := c.end(syscall.SIGTERM); status != 0 {
			t.Errorf("status %d: %s", status, c.err)
		}
	}
}
