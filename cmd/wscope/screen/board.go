// Package screen is the live screen: flows sorted and filtered as one types, rates, what
// was found, and a flow opened to its conversation.
//
// A Board takes the analyzer's records from its goroutine and keeps a bounded number of
// them; a Model, which bubbletea runs, looks at it twice a second and draws. Start reading
// at model.go for the keys, view.go for what is drawn. Text from the capture is cleaned of
// control characters before it is kept. The package computes nothing about WebSocket.
package screen

import (
	"strings"
	"sync"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

const (
	maxOpen     = 20000 // open flows kept; those beyond are counted alone
	maxEnded    = 500   // ended flows kept, the latest
	maxRing     = 4096  // messages kept of all flows, the latest
	maxWatched  = 5000  // messages kept of the flow that is looked at
	maxText     = 400   // bytes of a message's text
	maxFindings = 20    // kept of a flow
	seconds     = 60    // of messages a second, for the sparklines
)

// Board keeps what the screen shows. Its methods as a Sink are called one at a time,
// Look and Watch from any.
type Board struct {
	record.NopSink
	mu       sync.Mutex
	flows    map[int64]*Row
	ended    []int64 // oldest first
	beyond   int64   // flows that are open and not kept
	ring     []Line  // a ring buffer
	next     int
	watching int64
	watched  []Line
	heard    int64 // lines of it since it is watched
	begun    int64
	closed   int64
	start    record.Time
	now      record.Time
	bars     Bars
	found    [3]int64 // by severity
	latest   string   // the latest finding
}

// Row is a flow as the screen shows it.
type Row struct {
	Flow           int64
	Client, Server string
	Host, Path     string
	State          string
	Open           bool
	Start, End     record.Time
	Messages       [2]int64 // by the client, by the server
	Bytes          [2]int64 // of messages
	Lost           int64
	Handshake      string
	Bars           Bars
	Errors         int64 // findings that are errors
	Findings       []string
	Found          int64 // findings in all
}

// Line is a message of a conversation.
type Line struct {
	Flow   int64
	From   string
	Type   string
	Time   record.Time
	Length int64
	App    string // what the subprotocol says it is: its kind, and name
	Text   string
}

// NewBoard makes an empty Board.
func NewBoard() *Board { return &Board{flows: map[int64]*Row{}} }

// FlowBegun adds a flow.
func (b *Board) FlowBegun(f *record.Flow) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begun++
	if len(b.flows)-len(b.ended) >= maxOpen {
		b.beyond++
		return nil
	}
	r := &Row{Flow: f.Flow, Open: true}
	b.flows[f.Flow] = r
	r.update(f, b.now)
	return nil
}

// FlowUpdate changes a flow.
func (b *Board) FlowUpdate(f *record.Flow) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.flows[f.Flow]; r != nil {
		b.change(r, f)
	}
	return nil
}

// FlowEnded ends a flow; it stays for a while.
func (b *Board) FlowEnded(f *record.Flow) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed++
	for i := range f.Findings {
		b.found[severity(f.Findings[i].Severity)] += f.Findings[i].Count
		b.latest = f.Findings[i].Rule
	}
	r := b.flows[f.Flow]
	if r == nil {
		b.beyond--
		return nil
	}
	b.change(r, f)
	r.Open, r.State = false, ended(f)
	b.ended = append(b.ended, f.Flow)
	if len(b.ended) > maxEnded {
		delete(b.flows, b.ended[0])
		b.ended = b.ended[1:]
	}
	return nil
}

func (b *Board) change(r *Row, f *record.Flow) {
	n := r.update(f, b.now)
	b.bars.add(b.now, n)
}

// update takes a flow's record, and says how many messages are new.
func (r *Row) update(f *record.Flow, now record.Time) int64 {
	r.Client, r.Server = address(f.Client), address(f.Server)
	if f.HTTP != nil {
		r.Host, r.Path = report.Clean(f.HTTP.Host), report.Clean(f.HTTP.Path)
	} else if f.TLS != nil {
		r.Host = report.Clean(f.TLS.SNI)
	}
	r.State, r.Start, r.End = living(f), f.Start, f.End
	if h := f.Handshake; h != nil {
		r.Handshake = h.Result
		if h.Latency != nil {
			r.Handshake += " in " + report.Span(*h.Latency)
		}
	}
	was := r.Messages[0] + r.Messages[1]
	r.Lost = 0
	for i, d := range [2]*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		m := &d.Messages
		r.Messages[i] = m.Text + m.Binary + m.Ping + m.Pong + m.Close
		r.Bytes[i] = d.MessageBytes
		r.Lost += d.LostBytes
	}
	n := r.Messages[0] + r.Messages[1] - was
	r.Bars.add(now, n)
	r.Findings, r.Found, r.Errors = r.Findings[:0:0], 0, 0
	for i := range f.Findings {
		g := &f.Findings[i]
		r.Found += g.Count
		if g.Severity == "error" {
			r.Errors += g.Count
		}
		if len(r.Findings) < maxFindings {
			r.Findings = append(r.Findings, g.Severity+" "+g.Rule+"  "+report.Clean(g.Detail))
		}
	}
	return n
}

// Message adds a message.
func (b *Board) Message(m *record.Message) error {
	text := m.Data[:min(len(m.Data), maxText)]
	l := Line{Flow: m.Flow, From: m.From, Type: m.Type, Time: m.Time, Length: m.Length}
	if m.App != nil {
		l.App = report.Clean(strings.TrimSpace(m.App.Kind + " " + m.App.Name))
	}
	switch {
	case m.Type == "close" && m.Code != nil:
		l.Text = closeText(*m.Code, m.Reason)
	case m.IsText:
		l.Text = report.Clean(string(text))
	default:
		l.Text = hexText(text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.ring) < maxRing {
		b.ring = append(b.ring, l)
	} else {
		b.ring[b.next] = l
		b.next = (b.next + 1) % maxRing
	}
	if m.Flow == b.watching {
		b.heard++
		b.watched = append(b.watched, l)
		if len(b.watched) > maxWatched {
			b.watched = append(b.watched[:0:0], b.watched[maxWatched/5:]...)
		}
	}
	return nil
}

// Batch tells the time.
func (b *Board) Batch(now record.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.start == 0 {
		b.start = now
	}
	b.now = max(b.now, now)
	return nil
}

// Watch keeps the messages of one flow from now on, with those of it that are still there;
// 0 is none.
func (b *Board) Watch(flow int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.watching, b.watched, b.heard = flow, nil, 0
	for i := range b.ring {
		if l := &b.ring[(b.next+i)%len(b.ring)]; flow != 0 && l.Flow == flow {
			b.watched = append(b.watched, *l)
		}
	}
}
