//go:build linux && libpcap

package main

import (
	"os"
	"path/filepath"
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
	clients := w.start(w.peer(peerPlan{Conns: 20, AtOnce: 20, Messages: 400, Size: 3000, Pause: 3 * time.Millisecond}))
	time.Sleep(700 * time.Millisecond)
	c.Process.Signal(syscall.SIGSTOP)
	time.Sleep(500 * time.Millisecond)
	c.Process.Signal(syscall.SIGCONT)
	clients.Wait()
	if status := c.end(syscall.SIGTERM); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	same(t, closes(t, c.out), w.offline(saved))
	list := records(t, c.out)
	kernel := list[len(list)-1]["capture"].(map[string]any)["interfaces"].([]any)[0].(map[string]any)
	if kernel["dropped"].(float64) == 0 {
		t.Skip("the kernel dropped nothing")
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
		wait(t, c.out, `{"event":"`+event+`"`)
	}
	clients.Wait()
	w.held(closes(t, w.ended(c)), false)
	if t.Failed() {
		b, _ := os.ReadFile(c.out)
		t.Logf("%s\n%s", c.err, b)
	}
}

// wait waits until a file has a text.
func wait(t *testing.T, path, text string) {
	t.Helper()
	for range 400 {
		if b, _ := os.ReadFile(path); strings.Contains(string(b), text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not come", text)
}

// TestE2EKeyLate writes the key log only after all packets have passed: what was kept is
// opened when the keys come.
func TestE2EKeyLate(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{TLS: true})
	keys, late := filepath.Join(w.dir, "keys.txt"), filepath.Join(w.dir, "late.txt")
	c := w.capture("--keylog", late)
	clients := w.start(w.peer(peerPlan{TLS: true, Keylog: keys, Conns: 5, AtOnce: 5, Messages: 20, Size: 300, Pause: 50 * time.Millisecond}))
	time.Sleep(700 * time.Millisecond)
	lines, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(late, lines, 0o644); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	w.held(closes(t, w.ended(c)), false)
	if t.Failed() {
		b, _ := os.ReadFile(c.out)
		t.Logf("%s\n%s", c.err, b)
	}
}
