package web

import (
	"crypto/rand"
	"sync"
	"time"

	"wscope/analyzer/correlate"
	"wscope/analyzer/record"
	"wscope/analyzer/report/page"
	"wscope/cmd/wscope/recent"
)

// Status is what the page says of the capture. It is asked for at every answer.
type Status struct {
	Source  string `json:"source"`            // an interface or a file
	Packets int64  `json:"packets,omitempty"` // analysed
	Dropped int64  `json:"dropped,omitempty"` // by the kernel or the interface
	Shed    int64  `json:"shed,omitempty"`    // packets of connections that were skipped
	LetGo   int64  `json:"let_go,omitempty"`  // connections, because memory was short
	Over    bool   `json:"over"`              // the run has ended
}

// Page is a record.Sink that keeps what the live page shows.
type Page struct {
	*recent.Traffic
	status func() Status
	run    string

	mu       sync.Mutex
	totals   correlate.Totals
	sides    [2]record.Direction // messages and their bytes, by the client, by the server
	activity page.Activity
	epoch    record.Time
	now      record.Time
	over     bool
	asked    map[string]time.Time // when each browser last asked, by its address

	summary    *record.Summary // as it was last made
	summarized time.Time
	cost       time.Duration
	flowsThen  int64
}

// Limits are what a page keeps where so many bytes may be used in all; 0 is no limit.
func Limits(memory int64) recent.Limits {
	share := int64(64 << 20)
	if memory > 0 {
		share = min(share, memory/16)
	}
	return recent.Limits{Open: 20000, Ended: 5000, Records: share, Messages: 2000, Payload: page.LiveMessage, Bytes: share}
}

// New makes a page.
func New(limits recent.Limits, status func() Status) *Page {
	return &Page{Traffic: recent.New(limits), status: status, run: rand.Text(), asked: map[string]time.Time{}}
}

// Wants says what the page wants of a run.
func (p *Page) Wants() record.Wants {
	return record.Wants{Messages: true, Payload: true, Updates: true}
}

// FlowBegun implements record.Sink.
func (p *Page) FlowBegun(f *record.Flow) error {
	p.mu.Lock()
	p.begin(f.Start)
	p.totals.Begun(f)
	p.openAt(f.Start)
	p.mu.Unlock()
	return p.Traffic.FlowBegun(f)
}

// FlowEnded implements record.Sink.
func (p *Page) FlowEnded(f *record.Flow) error {
	p.mu.Lock()
	p.totals.Flow(f)
	p.openAt(f.End)
	p.mu.Unlock()
	return p.Traffic.FlowEnded(f)
}

// Message implements record.Sink.
func (p *Page) Message(m *record.Message) error {
	p.mu.Lock()
	p.count(m)
	p.mu.Unlock()
	return p.Traffic.Message(m)
}

func (p *Page) count(m *record.Message) {
	d := &p.sides[0]
	if m.From == "server" {
		d = &p.sides[1]
	}
	switch m.Type {
	case "text":
		d.Messages.Text++
	case "binary":
		d.Messages.Binary++
	case "ping":
		d.Messages.Ping++
	case "pong":
		d.Messages.Pong++
	case "close":
		d.Messages.Close++
	default:
		return
	}
	if m.Type == "text" || m.Type == "binary" {
		d.MessageBytes += m.Length
		d.PayloadBytes += m.PayloadBytes
	}
	p.begin(m.Time)
	p.activity.Message(m.From, int64(m.Time-p.epoch))
}

// Batch implements record.Sink.
func (p *Page) Batch(now record.Time) error {
	p.mu.Lock()
	if now != 0 {
		p.openAt(now)
	}
	p.mu.Unlock()
	return p.Traffic.Batch(now)
}

// openAt notes how many flows are open at a time.
func (p *Page) openAt(at record.Time) {
	p.begin(at)
	p.now = max(p.now, at)
	p.activity.Open(int64(p.now-p.epoch), p.totals.Open())
}

// begin takes the first time there is for the one that times are counted from.
func (p *Page) begin(at record.Time) {
	if p.epoch == 0 {
		p.epoch = at
	}
}

// lastLook is how long the browsers that are looking have to see the end.
const lastLook = 2 * time.Second

// End says that the run is over, and waits until the browsers that were looking have seen it, or are not looking any more.
func (p *Page) End() {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	for end := time.Now().Add(lastLook); time.Now().Before(end) && p.isWatched(); {
		time.Sleep(50 * time.Millisecond)
	}
}

// isWatched reports whether a browser has asked lately that does not know yet that the run is over.
func (p *Page) isWatched() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range p.asked {
		if time.Since(at) < lastLook {
			return true
		}
	}
	return false
}
