//go:build linux && libpcap

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestE2EKernelDrops stops the process while messages pass, so that the kernel's buffer
// runs over: what is missing is told as a gap of the capture, and no peer is blamed.
func TestE2EKernelDrops(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	saved := filepath.Join(w.dir, "saved.pcapng")
	c := w.capture("--buffer", "256K", "-w", saved)
	clients := w.start(w.peer(peerPlan{Conns: 20, AtOnce: 20, Messages: 1000, Size: 3000, Pause: 3 * time.Millisecond}))
	has(t, c.out, `"event":"open"`, 20)
	c.Process.Signal(syscall.SIGSTOP)
	w.passes(2 << 20) // eight times what the buffer holds, of 120 MB
	c.Process.Signal(syscall.SIGCONT)
	clients.Wait()
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	live, offline := closes(t, c.out), w.offline(saved)
	for _, flows := range []map[string]map[string]any{live, offline} {
		for _, f := range flows {
			if c, ok := f["close"].(map[string]any); ok {
				// What came last before the end is counted when a hole is given up, which live does by the clock.
				delete(c, "silence")
			}
		}
	}
	same(t, live, offline)
	list := records(t, c.out)
	kernel := list[len(list)-1]["capture"].(map[string]any)["interfaces"].([]any)[0].(map[string]any)
	if kernel["dropped"].(float64) == 0 {
		t.Fatal("the kernel dropped nothing")
	}
	lost, told := 0.0, 0
	for client, f := range closes(t, c.out) {
		for _, direction := range []string{"client_to_server", "server_to_client"} {
			lost += f[direction].(map[string]any)["lost_bytes"].(float64)
		}
		for _, g := range f["findings"].([]any) {
			if severity := g.(map[string]any)["severity"]; severity != "note" {
				if told++; told < 4 {
					t.Errorf("%s: %v", client, g)
				}
			}
		}
	}
	t.Logf("%v packets dropped, %v bytes lost", kernel["dropped"], lost)
	if lost == 0 {
		t.Error("no flow has a gap")
	}
}

// TestE2EFlushed looks at the records while they are made: a flow is told when it begins,
// while it speaks and when it ends, without waiting for more.
func TestE2EFlushed(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	c := w.capture("--interval", "1s")
	clients := w.start(w.peer(peerPlan{Conns: 1, AtOnce: 1, Messages: 60, Size: 100, Pause: 60 * time.Millisecond}))
	for _, event := range []string{"open", "update", "close"} {
		has(t, c.out, `{"event":"`+event+`"`, 1)
	}
	clients.Wait()
	w.held(closes(t, w.ended(c)), false)
	if t.Failed() {
		b, _ := os.ReadFile(c.out)
		t.Logf("%s\n%s", c.err, b)
	}
}

// has waits until a file is there and has a text so many times.
func has(t *testing.T, path, text string, times int) {
	t.Helper()
	for range patience {
		if b, err := os.ReadFile(path); err == nil && strings.Count(string(b), text) >= times {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s: %q does not come %d times", filepath.Base(path), text, times)
}

// passes waits until so many more bytes have come to the server's interface.
func (w *wire) passes(bytes int64) {
	w.t.Helper()
	received := func() (n int64) {
		out, err := exec.Command("ip", "netns", "exec", w.server, "cat", "/sys/class/net/veth0/statistics/rx_bytes").Output()
		if err == nil {
			n, err = strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		return n
	}
	begin := received()
	for range patience {
		if received()-begin >= bytes {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("nothing passes")
}

// gap reports whether a flow lacks bytes and blames no peer for it.
func gap(f map[string]any) bool {
	lost := 0.0
	for _, direction := range []string{"client_to_server", "server_to_client"} {
		lost += f[direction].(map[string]any)["lost_bytes"].(float64)
	}
	for _, g := range f["findings"].([]any) {
		if g.(map[string]any)["severity"] != "note" {
			return false
		}
	}
	return lost > 0
}

// TestE2EKeyLate writes the key log only after all packets have passed: what was kept is
// opened when the keys come.
func TestE2EKeyLate(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{TLS: true})
	keys, late := filepath.Join(w.dir, "keys.txt"), filepath.Join(w.dir, "late.txt")
	c := w.capture("--keylog", late)
	w.talk(peerPlan{TLS: true, Keylog: keys, Conns: 5, AtOnce: 5, Messages: 20, Size: 300})
	lines, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(late, lines, 0o644); err != nil {
		t.Fatal(err)
	}
	w.held(closes(t, w.ended(c)), false)
	if t.Failed() {
		b, _ := os.ReadFile(c.out)
		t.Logf("%s\n%s", c.err, b)
	}
}
