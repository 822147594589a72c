package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"wscope/analyzer/metrics"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
	"wscope/assembly/shed"
)

// Stats counts what passes in a live capture. It hands the records on to its Output.
type Stats struct {
	Output
	tap     capture.LiveSource
	src     *Source
	queue   *shed.Queue
	web     *MetricsServer     // nil without --metrics
	metrics *metrics.Collector // nil where nobody asks for metrics
	letGo   atomic.Int64       // connections, because memory was short

	mu       sync.Mutex
	begun    int64
	ended    int64
	messages int64 // of the flows that ended
	closed   int64 // TLS connections that could not be opened, of the flows that ended
	likely   int64 // of them those that are likely WebSockets
	findings map[string]int64
}

// NewStats makes Stats of a capture.
func NewStats(out Output, tap capture.LiveSource, src *Source, queue *shed.Queue) *Stats {
	return &Stats{Output: out, tap: tap, src: src, queue: queue, findings: map[string]int64{}}
}

// FlowBegun implements record.Sink.
func (t *Stats) FlowBegun(f *record.Flow) error {
	t.mu.Lock()
	t.begun++
	t.mu.Unlock()
	if t.metrics != nil {
		t.metrics.FlowBegun(f)
	}
	return t.Output.FlowBegun(f)
}

// FlowEnded implements record.Sink.
func (t *Stats) FlowEnded(f *record.Flow) error {
	t.mu.Lock()
	t.ended++
	if f.Pickup == record.PickupEncrypted {
		t.closed++
		if f.Sealed != nil && f.Sealed.Likely == "websocket" {
			t.likely++
		}
	}
	for _, d := range [...]*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		t.messages += d.Messages.Text + d.Messages.Binary
	}
	for i := range f.Findings {
		t.findings[string(f.Findings[i].Severity)] += f.Findings[i].Count
	}
	t.mu.Unlock()
	if t.metrics != nil {
		t.metrics.FlowEnded(f)
	}
	return t.Output.FlowEnded(f)
}

// FlowUpdate implements record.Sink.
func (t *Stats) FlowUpdate(f *record.Flow) error {
	if t.metrics != nil {
		t.metrics.FlowUpdate(f)
	}
	return t.Output.FlowUpdate(f)
}

// Batch implements record.Sink.
func (t *Stats) Batch(now record.Time) error {
	if t.web != nil {
		t.web.beat()
	}
	return t.Output.Batch(now)
}

// LetGo counts connections that were let go because memory was short, from any goroutine.
func (t *Stats) LetGo(connections int) { t.letGo.Add(int64(connections)) }

// Count counts for the metrics too, and has web serve them where it is not nil.
func (t *Stats) Count(web *MetricsServer, o metrics.Options) {
	o.Capture = func() metrics.Capture {
		c, q := t.capture(), t.queue.Stats()
		m := metrics.Capture{Analysed: c.Analysed, Shed: c.Shed, Refused: c.Refused, LetGo: t.letGo.Load(), Queued: q.Queued, Queue: q.Depth}
		for _, i := range c.Interfaces {
			m.Interfaces = append(m.Interfaces, metrics.Interface(i))
		}
		return m
	}
	t.web, t.metrics = web, metrics.New(o)
	if web != nil {
		web.serve(t.metrics)
	}
}

// Snapshot returns the metrics that Count counts, as an object of JSON; start is when counting began.
func (t *Stats) Snapshot(start record.Time) ([]byte, error) { return t.metrics.Snapshot(start) }

// Counts is what became of the packets, as the summary gives it.
type Counts struct {
	Interfaces []InterfaceCounts `json:"interfaces"`
	Analysed   int64             `json:"analysed_packets"`
	Shed       int64             `json:"shed_packets"`        // of connections that were refused or given up
	Refused    int64             `json:"refused_connections"` // of which nothing was analysed
	GivenUp    int64             `json:"given_up"`            // times that a sixteenth of the connections was given up
}

// InterfaceCounts are those of one interface.
type InterfaceCounts struct {
	Name      string `json:"name"`
	Received  int64  `json:"received"`
	Dropped   int64  `json:"dropped"`
	IfDropped int64  `json:"interface_dropped"`
}

func (t *Stats) capture() Counts {
	q := t.queue.Stats()
	c := Counts{Analysed: t.src.seen.Load(), Shed: q.ShedPackets, Refused: q.Refused, GivenUp: q.GivenUp}
	for _, s := range t.tap.Stats() {
		c.Interfaces = append(c.Interfaces, InterfaceCounts{s.Interface, s.Received, s.Dropped, s.IfDropped})
	}
	return c
}

// json is a summary's line with the capture's counts in it, without the line feed.
func (t *Stats) json(summary []byte) []byte { return WithCapture(summary, t.capture()) }

// WithCapture adds counts to a summary's line of JSON, without the line feed.
func WithCapture(summary []byte, c Counts) []byte {
	counts, err := json.Marshal(c)
	if err != nil {
		panic("live: counts that are no JSON: " + err.Error()) // they are numbers and names
	}
	summary = bytes.TrimSuffix(bytes.TrimSpace(summary), []byte("}"))
	return append(append(append(summary, `,"capture":`...), counts...), '}')
}

// Text returns the counts as a line of text.
func (t *Stats) Text() string {
	c := t.capture()
	var b strings.Builder
	t.mu.Lock()
	fmt.Fprintf(&b, "%d packets analysed, %d flows (%d open), %d messages of ended flows; findings: %d errors, %d warnings, %d notes",
		c.Analysed, t.begun, t.begun-t.ended, t.messages, t.findings["error"], t.findings["warning"], t.findings["note"])
	if t.closed > 0 {
		fmt.Fprintf(&b, "; of the ended flows %d are TLS connections not opened, of which %d are likely WebSockets", t.closed, t.likely)
	}
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
