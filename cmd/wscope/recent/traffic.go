// Package recent keeps the recent flows and messages of a run that goes on, in bounded memory, for whatever shows them
// meanwhile: the live screen and the live page look at the same Traffic.
//
// A Traffic takes the analyzer's records from the analyzer's goroutine; others look at it from theirs. What falls out of it
// is counted, so that whoever shows the rest can say so. Texts are kept as the capture has them: who shows them cleans them.
// The package computes nothing about WebSocket. Start reading at Traffic, then Row and messages.go.
package recent

import (
	"container/list"
	"sync"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Limits say how much is kept.
type Limits struct {
	Open     int   // flows that are open; those beyond are counted alone
	Ended    int   // flows that have ended, the latest
	Records  int64 // bytes of the records of all flows
	Messages int   // messages of one flow, the latest
	Payload  int   // bytes of one message's payload
	Bytes    int64 // bytes of all messages, the latest
}

// ForScreen are the limits of a terminal.
var ForScreen = Limits{Open: 20000, Ended: 500, Records: 48 << 20, Messages: 5000, Payload: 400, Bytes: 16 << 20}

// Traffic is what is kept. Its methods as a Sink are called one at a time, the others from any goroutine.
type Traffic struct {
	record.NopSink
	limits Limits

	mu      sync.Mutex
	flows   map[int64]*Row
	ended   []int64   // flows, the one that ended first in front
	records int64     // bytes
	version int64     // of the latest change
	gone    []gone    // flows no longer kept, the latest
	lost    int64     // the version of the latest one that fell out of gone
	all     list.List // of *Message
	bytes   int64     // of all messages
	counts  Counts
}

// gone is a flow that is no longer kept.
type gone struct{ version, flow int64 }

const maxGone = 8192 // flows no longer kept whose numbers are still known

// Counts are of all flows, whether they are kept or not.
type Counts struct {
	Begun, Ended int64
	Beyond       int64       // open flows that are not kept
	Dropped      int64       // flows that ended and are no longer kept
	Start, Now   record.Time // of the capture
	Bars         Bars
	Found        [3]int64 // findings of flows that ended, by severity
	Latest       string   // the rule of the latest of them
}

// Open is how many flows are open.
func (c *Counts) Open() int64 { return c.Begun - c.Ended }

// New makes a Traffic in which there is nothing.
func New(limits Limits) *Traffic { return &Traffic{limits: limits, flows: map[int64]*Row{}} }

// FlowBegun adds a flow.
func (t *Traffic) FlowBegun(f *record.Flow) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Begun++
	if len(t.flows)-len(t.ended) >= t.limits.Open {
		t.counts.Beyond++
		return nil
	}
	r := &Row{Flow: f.Flow, Open: true}
	t.flows[f.Flow] = r
	t.change(r, f)
	return nil
}

// FlowUpdate changes a flow.
func (t *Traffic) FlowUpdate(f *record.Flow) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.flows[f.Flow]; r != nil {
		t.change(r, f)
	}
	return nil
}

// FlowEnded ends a flow; it stays for a while.
func (t *Traffic) FlowEnded(f *record.Flow) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Ended++
	for i := range f.Findings {
		t.counts.Found[f.Findings[i].Severity.Rank()] += f.Findings[i].Count
		t.counts.Latest = f.Findings[i].Rule
	}
	r := t.flows[f.Flow]
	if r == nil {
		t.counts.Beyond--
		t.counts.Dropped++
		return nil
	}
	r.Open = false
	t.ended = append(t.ended, f.Flow)
	t.change(r, f)
	if len(t.ended) > t.limits.Ended {
		t.forgetEnded()
	}
	return nil
}

// change takes a flow's record.
func (t *Traffic) change(r *Row, f *record.Flow) {
	t.version++
	r.version = t.version
	t.counts.Bars.add(t.counts.Now, r.update(f, t.counts.Now))
	if every := record.Time(len(t.flows)-len(t.ended)) / flowsEachSecond * 1e9; r.Open && r.Record != nil && t.counts.Now-r.recorded < every {
		return
	}
	r.recorded = t.counts.Now
	t.records -= int64(len(r.Record))
	r.Record = report.FlowJSON(f)
	t.records += int64(len(r.Record))
	for t.records > t.limits.Records && len(t.ended) > 0 {
		t.forgetEnded()
	}
	if t.records > t.limits.Records && t.flows[r.Flow] == r { // what is open takes all of it
		t.forget(r)
		t.counts.Beyond++
	}
}

// flowsEachSecond is how many records of open flows are written anew in each second: with more flows open, theirs are older.
const flowsEachSecond = 4000

// forgetEnded forgets the flow that ended first.
func (t *Traffic) forgetEnded() {
	t.forget(t.flows[t.ended[0]])
	t.ended = t.ended[1:]
	t.counts.Dropped++
}

// forget forgets a flow and its messages.
func (t *Traffic) forget(r *Row) {
	delete(t.flows, r.Flow)
	t.records -= int64(len(r.Record))
	for len(r.messages) > 0 {
		t.forgetMessage(r)
	}
	t.version++
	if t.gone = append(t.gone, gone{t.version, r.Flow}); len(t.gone) > maxGone {
		t.lost = t.gone[0].version
		t.gone = t.gone[1:]
	}
}

// Batch tells the time.
func (t *Traffic) Batch(now record.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts.Start == 0 {
		t.counts.Start = now
	}
	t.counts.Now = max(t.counts.Now, now)
	return nil
}

// Counts are those of this moment.
func (t *Traffic) Counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}

// Rows copies the flows that are kept, in no order.
func (t *Traffic) Rows() []Row {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows := make([]Row, 0, len(t.flows))
	for _, r := range t.flows {
		rows = append(rows, *r)
	}
	return rows
}

// Row copies a flow that is kept.
func (t *Traffic) Row(flow int64) (Row, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.flows[flow]; r != nil {
		return *r, true
	}
	return Row{}, false
}
