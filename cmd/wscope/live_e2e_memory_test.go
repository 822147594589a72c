//go:build linux && libpcap

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"wscope/cmd/wscope/live"
)

// TestE2EMemory opens 60,000 connections that fall silent, beside some that talk, with
// memory for a fraction of them: it stays within its limit, those that talk are told as
// their clients saw them, the others are let go in the order in which they fell silent,
// and all of them are told.
//
// Nothing is shed, however slow the machine is: the sender waits until what it sent was
// analysed.
func TestE2EMemory(t *testing.T) {
	w := newWire(t)
	w.serve(peerPlan{})
	const (
		limit   = 96 // MiB
		talkers = 20
		crowd   = 60_000
		step    = 2000 // connections of the crowd that begin before the sender waits
		opening = 5    // packets: three of TCP and two of HTTP
	)
	file := filepath.Join(w.dir, "crowd.pcap")
	if out, err := exec.Command(tool(t, w.dir, "../wscope-gen"), "-conns", fmt.Sprint(crowd), "-messages", "1", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	c := w.capture("--max-memory", fmt.Sprint(limit, "M"), "--metrics", "127.0.0.1:9464", "--interval", "1h")
	enough := filepath.Join(w.dir, "enough")
	clients := w.start(w.peer(peerPlan{Conns: talkers, AtOnce: talkers, Until: enough, Size: 100, Pause: 100 * time.Millisecond}))
	w.begun(talkers)
	send, most := w.stepper(file), 0
	for n := step; n <= crowd; n += step {
		send(step * opening)
		w.begun(talkers + n)
		most = max(most, ownMemory(c.Process.Pid))
	}
	if err := os.WriteFile(enough, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	c.Process.Signal(syscall.SIGTERM)
	c.says("packets analysed") // tens of thousands of records take a while in little memory
	c.status()

	told := readCrowd(t, c.out)
	t.Logf("%d MiB at most of %d, %d let go", most, limit, told.letGo)
	if most > limit {
		t.Errorf("%d MiB, of %d", most, limit)
	}
	if line := fmt.Sprintf("memory short: %d connections let go", told.letGo); !strings.Contains(c.err.String(), line) {
		t.Errorf("%q is not told: %s", line, c.err)
	}
	if told.counts.Shed != 0 || told.counts.Interfaces[0].Dropped != 0 {
		t.Errorf("something was shed or dropped: %+v", told.counts)
	}
	if n := len(told.talkers); n != talkers || len(told.order) != crowd {
		t.Errorf("%d that talk and %d of the crowd are told", n, len(told.order))
	}
	w.held(told.talkers, false) // they were never let go
	told.inOrder(talkers)
}

// begun waits until the analysis has seen so many connections begin.
func (w *wire) begun(n int) {
	w.t.Helper()
	var page string
	for range patience {
		page, _ = w.get("metrics")
		sum := 0
		for _, m := range beginnings.FindAllStringSubmatch(page, -1) {
			k, _ := strconv.Atoi(m[1])
			sum += k
		}
		if sum >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%d connections do not begin:\n%s", n, page)
}

var beginnings = regexp.MustCompile(`(?m)^wscope_connections_total\{.*\} (\d+)$`)

// stepper gives what sends so many more packets of a capture from the clients' end.
func (w *wire) stepper(file string) func(packets int) {
	w.t.Helper()
	cmd := w.in(w.client, nil, tool(w.t, w.dir, "./e2e/send"), "-i", "veth0", "-seconds", "60", "-steps", file)
	in, err := cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	w.start(cmd)
	answers := bufio.NewScanner(out)
	return func(packets int) {
		w.t.Helper()
		if _, err := fmt.Fprintln(in, packets); err != nil || !answers.Scan() || !strings.HasPrefix(answers.Text(), fmt.Sprint(packets, " ")) {
			w.t.Fatalf("send: %v %q %s", err, answers.Text(), cmd.Stderr)
		}
	}
}

// crowdTold is what live told of the crowd and of those that talked.
type crowdTold struct {
	t       *testing.T
	talkers map[string]map[string]any
	order   []int // numbers of the crowd's flows, as they were told to end
	letGo   int
	counts  live.Counts
}

// readCrowd reads the records one by one: all of them at once would take a gigabyte.
func readCrowd(t *testing.T, path string) *crowdTold {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c := &crowdTold{t: t, talkers: map[string]map[string]any{}}
	wrong := 0
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return c
		}
		var r struct {
			Event  string
			Flow   int
			Client struct {
				IP   string
				Port int
			}
			Pickup   string
			Findings []json.RawMessage // of a summary they are counts
			LetGo    int               `json:"let_go"`
			Capture  live.Counts
		}
		if bytes.HasPrefix(line, []byte(`{"event":"open"`)) {
			continue
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		switch {
		case r.Event == "summary":
			c.letGo, c.counts = r.LetGo, r.Capture
		case r.Event == "close" && strings.HasPrefix(r.Client.IP, "10.99."):
			var f map[string]any
			if err := json.Unmarshal(line, &f); err != nil {
				t.Fatal(err)
			}
			c.talkers[fmt.Sprintf("%s:%d", r.Client.IP, r.Client.Port)] = f
		case r.Event == "close":
			c.order = append(c.order, r.Flow)
			if r.Pickup != "handshake" || len(r.Findings) > 0 {
				if wrong++; wrong < 3 {
					t.Errorf("%s", line)
				}
			}
		}
	}
}

// inOrder holds that those of the crowd that were let go are those that were silent for
// longest: flows are numbered as they began, and were silent from then on. An eighth is
// let go at a time, by sixteen partitions that each let go of their own, so that a flow
// may be so much before its turn.
func (c *crowdTold) inOrder(before int) {
	c.t.Helper()
	if c.letGo == 0 || c.letGo > len(c.order) {
		c.t.Fatalf("%d let go", c.letGo)
	}
	const uneven = 4000 // partitions are not alike
	last := 0
	for turn, flow := range c.order[:c.letGo] {
		flow -= before
		last = max(last, flow)
		if early := flow - turn; early > len(c.order)/8+uneven || -early > len(c.order)/8+uneven {
			c.t.Fatalf("flow %d was let go as number %d", flow, turn)
		}
	}
	if last > c.letGo+uneven {
		c.t.Errorf("%d were let go, flow %d among them", c.letGo, last)
	}
}

// ownMemory is the anonymous memory of a process that is resident, in MiB.
func ownMemory(pid int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(b), "RssAnon:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(number)
	return n >> 10
}
