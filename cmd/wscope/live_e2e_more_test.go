//go:build linux && libpcap

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// replay puts the packets of a capture on the clients' end, each once.
func (w *wire) replay(path string, flags ...string) {
	w.t.Helper()
	send := tool(w.t, w.dir, "./e2e/send")
	cmd := w.in(w.client, nil, send, append(append([]string{"-i", "veth0", "-count", "-1"}, flags...), path)...)
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("send: %v %s", err, cmd.Stderr)
	}
}

// TestE2EAppsAndFilter replays GraphQL: live says of the subprotocol what the offline
// analysis says, and the filter chooses among flows and messages.
func TestE2EAppsAndFilter(t *testing.T) {
	w := newWire(t)
	path, err := filepath.Abs("../../testdata/apps/graphql/transport-ws.pcap")
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(flows map[string]map[string]any) string {
		var all []string
		for _, f := range flows {
			app, _ := f["app"].(map[string]any)
			b, _ := json.Marshal([]any{app["protocol"], app["kinds"], app["names"], app["messages"]})
			all = append(all, string(b))
		}
		return strings.Join(all, "\n")
	}
	c := w.capture("--apps")
	w.replay(path, "-rate", "1000")
	c.end(syscall.SIGTERM)
	if live, offline := kinds(closes(t, c.out)), kinds(w.offline(path)); live != offline || !strings.Contains(live, "graphql") {
		t.Errorf("live    %s\noffline %s", live, offline)
	}

	c = w.capture("--messages", "--filter", `message.type == "text" && message.from == "server" && message.app.kind == "next"`)
	w.replay(path, "-rate", "1000")
	c.end(syscall.SIGTERM)
	chosen, flows := 0, 0
	for _, r := range records(t, c.out) {
		switch r["event"] {
		case "message":
			chosen++
			if r["from"] != "server" || r["app"].(map[string]any)["kind"] != "next" {
				t.Errorf("not chosen: %v", r)
			}
		case "open", "update", "close":
			flows++
		}
	}
	if chosen == 0 || flows == 0 {
		t.Errorf("%d messages, %d records of flows", chosen, flows)
	}

	c = w.capture("--filter", "flow.close.code == 4321", "--apps=false")
	w.replay(path, "-rate", "1000")
	c.end(syscall.SIGTERM)
	if list := records(t, c.out); len(list) != 1 || list[0]["event"] != "summary" || list[0]["flows"].(float64) == 0 {
		t.Errorf("a filter that chooses nothing wrote %v", list)
	}
}

// TestE2ERing saves by size and by time: never more disk than asked for, the newest files,
// each of which can be read alone.
func TestE2ERing(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	saved := filepath.Join(w.dir, "ring.pcapng")
	c := w.capture("-w", saved, "--rotate-size", "256K", "--ring", "3")
	most := int64(0)
	clients := w.start(w.peer(peerPlan{Conns: 300, AtOnce: 10, Messages: 20, Size: 500}))
	ended := make(chan error, 1)
	go func() { ended <- clients.Wait() }()
	for going := true; going; {
		select {
		case <-ended:
			going = false
		case <-time.After(5 * time.Millisecond):
		}
		most = max(most, disk(w.dir, "ring_*"))
	}
	c.end(syscall.SIGTERM)
	files, _ := filepath.Glob(filepath.Join(w.dir, "ring_*"))
	if most > 3*256<<10 || len(files) != 3 {
		t.Errorf("%d bytes of disk, files %v", most, files)
	}
	if n := len(w.offline(files...)); n == 0 || n == 300 {
		t.Errorf("%d flows in the newest files", n)
	}
	w.held(closes(t, c.out), false)

	saved = filepath.Join(w.dir, "timed.pcapng")
	c = w.capture("-w", saved, "--rotate-time", "300ms")
	w.talk(peerPlan{Conns: 20, AtOnce: 5, Messages: 20, Size: 100, Pause: 10 * time.Millisecond})
	c.end(syscall.SIGTERM)
	files, _ = filepath.Glob(filepath.Join(w.dir, "timed_*"))
	if len(files) < 3 {
		t.Errorf("files %v", files)
	}
	live := closes(t, c.out)
	w.held(live, false)
	offline := w.offline(files...)
	for _, flows := range []map[string]map[string]any{live, offline} {
		for _, f := range flows {
			delete(f, "packet") // counts from 1 in each file
			if c, ok := f["close"].(map[string]any); ok {
				delete(c, "packet")
			}
		}
	}
	same(t, live, offline)
}

// disk is how many bytes files have.
func disk(dir, pattern string) (n int64) {
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	for _, f := range files {
		if st, err := os.Stat(f); err == nil {
			n += st.Size()
		}
	}
	return n
}

// TestE2EEnds ends by number of packets, by time, and at once by a second signal; and cuts
// packets where it is asked to.
func TestE2EEnds(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	plan := peerPlan{Conns: 10, AtOnce: 5, Messages: 10, Size: 500}
	saved := filepath.Join(w.dir, "counted.pcapng")
	c := w.capture("--count", "57", "--snaplen", "120", "--promisc", "--immediate", "--buffer", "4M", "-w", saved)
	w.talk(plan)
	if status := c.status(); status != 0 || !strings.Contains(c.err.String(), "57 packets analysed") {
		t.Errorf("status %d: %s", status, c.err)
	}
	n, longest := 0, 0
	src, err := capture.Open([]string{saved}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for b := new(packet.Batch); src.Read(b) == nil; {
		for i := range b.Packets {
			n, longest = n+1, max(longest, len(b.Packets[i].Data))
		}
	}
	src.Close()
	if n != 57 || longest != 120 {
		t.Errorf("%d packets of at most %d bytes", n, longest)
	}

	c = w.capture("--duration", "2s")
	w.talk(plan)
	if status := c.status(); status != 0 {
		t.Errorf("status %d: %s", status, c.err)
	}
	w.held(closes(t, c.out), true) // a slow machine talks for longer

	// Nobody reads: the first signal waits for it, the second does not.
	r, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c = w.captureTo(out, &capturing{t: t}, "--messages")
	out.Close()
	w.talk(peerPlan{Conns: 40, AtOnce: 10, Messages: 10, Size: 1000})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for c.Process.Signal(syscall.SIGTERM) == nil { // two that wait at once are one
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if c.status(); c.ProcessState.Success() {
		t.Error("the second signal did not stop it")
	}
	<-stopped

	// Whoever read has gone: that is trouble, and the files are whole all the same.
	r, out, err = os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	saved = filepath.Join(w.dir, "unread.pcapng")
	c = w.captureTo(out, &capturing{t: t}, "-w", saved)
	out.Close()
	r.Close()
	w.talk(plan)
	if status := c.status(); status != 2 {
		t.Errorf("status %d: %s", status, c.err)
	}
	if len(w.offline(saved)) == 0 {
		t.Error("nothing saved")
	}
}

// TestE2ESeveralInterfaces captures on two by their names, and on all of them at once.
func TestE2ESeveralInterfaces(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{Addr: "0.0.0.0:8080"})
	saved := filepath.Join(w.dir, "saved.pcapng")
	c := w.capture("-i", "veth0", "-i", "lo", "-w", saved)
	w.talk(peerPlan{Conns: 20, AtOnce: 5, Messages: 5, Size: 100})
	live := closes(t, w.ended(c))
	w.held(live, false)
	same(t, live, w.offline(saved))

	c = w.capture("-i", "any", "-w", saved)
	w.talk(peerPlan{Conns: 20, AtOnce: 5, Messages: 5, Size: 100})
	live = closes(t, w.ended(c))
	w.held(live, false)
	same(t, live, w.offline(saved))
}

// ended ends a capture that goes well, and gives where its records are.
func (w *wire) ended(c *capturing) string {
	w.t.Helper()
	if status := c.end(syscall.SIGTERM); status != 0 {
		w.t.Errorf("status %d: %s", status, c.err)
	}
	return c.out
}

// TestE2EInterfaces lists them with addresses and state.
func TestE2EInterfaces(t *testing.T) {
	w := newWire(t)
	w.ip("-n", w.server, "link", "add", "quiet0", "type", "veth", "peer", "name", "quiet1")
	out, err := exec.Command("ip", "netns", "exec", w.server, w.wscope, "interfaces", "--format", "ndjson").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]any{}
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		found[r["name"].(string)] = r
	}
	if v := found["veth0"]; v == nil || v["up"] != true || !strings.Contains(fmt.Sprint(v["addresses"]), "10.99.0.1") {
		t.Errorf("veth0: %v", v)
	}
	if q := found["quiet0"]; q != nil && q["up"] != false {
		t.Errorf("quiet0: %v", q)
	}
	if lo := found["lo"]; lo == nil || lo["loopback"] != true {
		t.Errorf("lo: %v", lo)
	}
}
