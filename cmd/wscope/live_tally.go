package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"wscope/analyzer"
	"wscope/analyzer/metrics"
	"wscope/assembly/capture"
	"wscope/assembly/shed"
)

// tally is what can be said of a live capture while it runs. It passes the records on.
type tally struct {
	liveOutput
	tap     capture.LiveSource
	src     *liveSource
	queue   *shed.Queue
	web     *serveMetrics // nil without --metrics
	metrics *metrics.Collector
	letGo   atomic.Int64 // connections, because memory was short

	mu       sync.Mutex
	begun    int64
	ended    int64
	messages int64 // of the flows that ended
	findings map[string]int64
}

func newTally(out liveOutput, tap capture.LiveSource, src *liveSource, queue *shed.Queue) *tally {
	return &tally{liveOutput: out, tap: tap, src: src, queue: queue, findings: map[string]int64{}}
}

func (t *tally) FlowBegun(f *analyzer.Flow) error {
	t.mu.Lock()
	t.begun++
	t.mu.Unlock()
	if t.web != nil {
		t.metrics.FlowBegun(f)
	}
	return t.liveOutput.FlowBegun(f)
}

func (t *tally) FlowEnded(f *analyzer.Flow) error {
	t.mu.Lock()
	t.ended++
	for _, d := range [...]*analyzer.Direction{&f.ClientToServer, &f.ServerToClient} {
		t.messages += d.Messages.Text + d.Messages.Binary
	}
	for i := range f.Findings {
		t.findings[f.Findings[i].Severity] += f.Findings[i].Count
	}
	t.mu.Unlock()
	if t.web != nil {
		t.metrics.FlowEnded(f)
	}
	return t.liveOutput.FlowEnded(f)
}

func (t *tally) FlowUpdate(f *analyzer.Flow) error {
	if t.web != nil {
		t.metrics.FlowUpdate(f)
	}
	return t.liveOutput.FlowUpdate(f)
}

func (t *tally) Batch(now analyzer.Time) error {
	if t.web != nil {
		t.web.beat()
	}
	return t.liveOutput.Batch(now)
}

// serve counts for the metrics too, and gives them to whoever asks.
func (t *tally) serve(web *serveMetrics, o metrics.Options) {
	o.Capture = func() metrics.Capture {
		c, q := t.capture(), t.queue.Stats()
		m := metrics.Capture{Analysed: c.Analysed, Shed: c.Shed, Refused: c.Refused, LetGo: t.letGo.Load(), Queued: q.Queued, Queue: q.Depth}
		for _, i := range c.Interfaces {
			m.Interfaces = append(m.Interfaces, metrics.Interface(i))
		}
		return m
	}
	t.web, t.metrics = web, metrics.New(o)
	web.serve(t.metrics)
}

// captureCounts is what became of the packets, as the summary gives it.
type captureCounts struct {
	Interfaces []captureInterface `json:"interfaces"`
	Analysed   int64              `json:"analysed_packets"`
	Shed       int64              `json:"shed_packets"`        // of connections that were refused or given up
	Refused    int64              `json:"refused_connections"` // of which nothing was analysed
	GivenUp    int64              `json:"given_up"`            // times that a sixteenth of the connections was given up
}

type captureInterface struct {
	Name      string `json:"name"`
	Received  int64  `json:"received"`
	Dropped   int64  `json:"dropped"`
	IfDropped int64  `json:"interface_dropped"`
}

func (t *tally) capture() captureCounts {
	q := t.queue.Stats()
	c := captureCounts{Analysed: t.src.seen.Load(), Shed: q.ShedPackets, Refused: q.Refused, GivenUp: q.GivenUp}
	for _, s := range t.tap.Stats() {
		c.Interfaces = append(c.Interfaces, captureInterface{s.Interface, s.Received, s.Dropped, s.IfDropped})
	}
	return c
}

// json is a summary's line with the capture's counts in it, without the line feed.
func (t *tally) json(summary []byte) []byte { return withCapture(summary, t.capture()) }

func withCapture(summary []byte, c captureCounts) []byte {
	counts, err := json.Marshal(c)
	if err != nil {
		panic("live: counts that are no JSON: " + err.Error()) // they are numbers and names
	}
	summary = bytes.TrimSuffix(bytes.TrimSpace(summary), []byte("}"))
	return append(append(append(summary, `,"capture":`...), counts...), '}')
}

// text is one line for people.
func (t *tally) text() string {
	c := t.capture()
	var b strings.Builder
	t.mu.Lock()
	fmt.Fprintf(&b, "%d packets analysed, %d flows (%d open), %d messages of ended flows; findings: %d errors, %d warnings, %d notes",
		c.Analysed, t.begun, t.begun-t.ended, t.messages, t.findings["error"], t.findings["warning"], t.findings["note"])
	t.mu.Unlock()
	for _, i := range c.Interfaces {
		fmt.Fprintf(&b, "; %s: %d received, %d dropped by the kernel, %d by the interface", i.Name, i.Received, i.Dropped, i.IfDropped)
	}
	if c.Shed > 0 {
		fmt.Fprintf(&b, "; too much to analyse: %d connections refused, %d packets shed", c.Refused, c.Shed)
	}
	if n := t.letGo.Load(); n > 0 {
		fmt.Fprintf(&b, "; memory short: %d connections let go", n)
	}
	return b.String()
}
