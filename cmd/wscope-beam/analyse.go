package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// settings are the analyzer's options as they travel to the workers.
type settings struct {
	Messages   bool // make message records
	DecodeAs   []uint16
	NoMidway   bool
	Checksum   bool
	MaxMessage int
	KeyLog     []byte
	Files      []string // names by number; empty where there is but one
	Apps       protocols
}

func (s *settings) options() (analyzer.Options, error) {
	opt := analyzer.Options{
		Messages: s.Messages, Payload: s.Messages, NoMidway: s.NoMidway, Checksum: s.Checksum, MaxMessage: s.MaxMessage, Keys: tlsopen.NewKeys(),
	}
	for _, port := range s.DecodeAs {
		if opt.DecodeAs == nil {
			opt.DecodeAs = map[uint16]bool{}
		}
		opt.DecodeAs[port] = true
	}
	opt.Keys.Add(s.KeyLog)
	var err error
	opt.Apps, err = s.Apps.factory()
	return opt, err
}

func (s *settings) name(i int32) string {
	if int(i) >= len(s.Files) {
		return ""
	}
	return s.Files[i]
}

// What a step of a flow is, for numberFn.
const (
	stepBegun = iota
	stepAnswered
	stepEnded
	stepPolled // of no flow
)

// step is one step of a flow's life, sorted by what stands before it; see order.
type step struct {
	ID    []byte // of the flow, over all connections
	Kind  int
	Asked analyzer.Time         `json:",omitempty"`
	Flow  *analyzer.Flow        `json:",omitempty"`
	Poll  *analyzer.PollRequest `json:",omitempty"`
}

// analyseFn analyses one connection. It gives the steps of its flows, for numbering, and
// its messages by flow.
type analyseFn struct {
	Settings settings

	opt      analyzer.Options
	json     report.JSON
	calendar *calendar

	connections, flows, messages, shuffled, spilt beam.Counter
	sizes                                         beam.Distribution
}

// Setup makes what all connections share.
func (fn *analyseFn) Setup() (err error) {
	if fn.opt, err = fn.Settings.options(); err != nil {
		return err
	}
	fn.connections = beam.NewCounter("wscope", "connections")
	fn.flows = beam.NewCounter("wscope", "flows")
	fn.messages = beam.NewCounter("wscope", "messages")
	fn.shuffled = beam.NewCounter("wscope", "shuffled_message_bytes")
	fn.spilt = beam.NewCounter("wscope", "spilt_bytes")
	fn.sizes = beam.NewDistribution("wscope", "connection_bytes") // its maximum is the hottest key
	return nil
}

// ProcessElement analyses one connection's pieces.
func (fn *analyseFn) ProcessElement(ctx context.Context, connection []byte, pieces func(*[]byte) bool,
	summaries func() func(*[]byte) bool, steps func(int, []byte), messages func([]byte, []byte)) error {
	if fn.calendar == nil {
		c, err := newCalendar(summaries())
		if err != nil {
			return err
		}
		fn.calendar = c
	}
	key, tunnel, err := keyOf(connection)
	if err != nil {
		return err
	}
	var order sorter
	defer order.close()
	var b []byte
	size := int64(0)
	for pieces(&b) {
		size += int64(len(b))
		err := eachFrame(b, func(b []byte) error {
			p := parser{b: b}
			at := p.spot()
			if p.bad {
				return errPiece
			}
			place := fn.calendar.place(&at)
			return order.add(append(place[:len(place):len(place)], b...))
		})
		if err != nil {
			return err
		}
	}
	fn.connections.Inc(ctx, 1)
	fn.spilt.Inc(ctx, order.spilt)
	fn.sizes.Update(ctx, size)
	a := &analysis{
		fn: fn, ctx: ctx, connection: connection, calendar: fn.calendar, steps: steps,
		part:      analyzer.NewPart(fn.opt, fn.Settings.name, func(uint32) string { return tunnel }),
		partition: byte(analyzer.Shard(key.ConnHash())),
	}
	a.messages.emit = func(flow, frames []byte) {
		fn.shuffled.Inc(ctx, int64(len(flow)+len(frames)))
		messages(flow, frames)
	}
	err = order.each(func(b []byte) error { return a.piece(&key, b) })
	if err != nil {
		return err
	}
	if err := a.finish(); err != nil {
		return err
	}
	a.messages.flush()
	return nil
}

// analysis is one connection at work: a PartSink.
type analysis struct {
	fn         *analyseFn
	ctx        context.Context
	connection []byte
	calendar   *calendar
	part       *analyzer.Part
	partition  byte
	steps      func(int, []byte)
	messages   gather // by flow
	message    []byte

	began  bool
	first  place // of its first piece
	tick   int   // index of the next tick
	secret int   // and of the next secrets
	now    int64 // time of the latest tick before the latest piece
	index  int64 // for marks
	at     place // what is happening now
	kind   byte  // and what kind of thing it is
	made   uint32
}

// What happens at a place, in this order.
const (
	byTick byte = iota
	bySegment
	atEnd
)

// goneAfter is longer than any connection is kept without a packet.
const goneAfter = int64(7200e9)

// piece takes the next segment in its place.
func (a *analysis) piece(key *link.Key, b []byte) error {
	at := place(b[:len(place{})])
	p := parser{b: b[len(at):]}
	where := p.spot()
	var s link.Segment
	if err := p.segment(key, &s); err != nil {
		return err
	}
	if !a.began {
		a.began, a.first = true, at
		a.tick = a.calendar.ticksFrom(&at)
	}
	if err := a.until(&at); err != nil {
		return err
	}
	a.move(at, bySegment)
	s.Mark = packet.Mark{Index: a.index, Time: where.Time, Number: at.number(), File: at.file()}
	a.part.Segment(&s)
	if a.tick > 0 {
		a.now = a.calendar.ticks[a.tick-1].time
	}
	return a.part.Take(a)
}

// until tells the ticks and secrets that stand before the packet at p; its own tick does.
func (a *analysis) until(p *place) error {
	c := a.calendar
	for {
		secrets := a.secret < len(c.secrets) && bytes.Compare(c.secrets[a.secret].place[:], p[:]) < 0
		ticks := a.tick < len(c.ticks) && bytes.Compare(c.ticks[a.tick].place[:], p[:]) <= 0
		switch {
		case secrets && (!ticks || bytes.Compare(c.secrets[a.secret].place[:], c.ticks[a.tick].place[:]) < 0):
			a.part.Secrets(c.secrets[a.secret].text)
			a.secret++
		case ticks:
			t := &c.ticks[a.tick]
			a.move(t.place, byTick)
			m := t.mark(a.index)
			a.part.Tick(&m)
			a.tick++
			if err := a.part.Take(a); err != nil {
				return err
			}
			if t.time-a.now > goneAfter { // nothing is left to tell the time to
				a.tick = max(a.tick, c.ticksFrom(p))
			}
		default:
			return nil
		}
	}
}

// finish ends the connection as the capture's end does.
func (a *analysis) finish() error {
	last := &a.calendar.last
	if err := a.until(&last.place); err != nil {
		return err
	}
	a.move(last.place, atEnd)
	m := last.mark(a.index)
	a.part.Finish(&m)
	return a.part.Take(a)
}

// move goes on to a place: marks of one packet have one index.
func (a *analysis) move(at place, kind byte) {
	if at != a.at {
		a.at = at
		a.index++
	}
	a.kind = kind
}

// id names a flow over all connections.
func (a *analysis) id(flow int64) []byte {
	return binary.AppendUvarint(append([]byte(nil), a.connection...), uint64(flow))
}

// orderLength is how many bytes before a step say in which order steps are taken: the
// capture's end last; else by packet; of what one packet makes happen by partition, and
// within that by the age of the connection.
const orderLength = 1 + 20 + 1 + 1 + 20 + 4

func (a *analysis) order() []byte {
	b := make([]byte, 0, 512)
	end := byte(0)
	if a.kind == atEnd {
		end = 1
	}
	b = append(append(b, end), a.at[:]...)
	b = append(append(b, a.partition, a.kind), a.first[:]...)
	a.made++
	return binary.BigEndian.AppendUint32(b, a.made)
}

func (a *analysis) step(s *step) error {
	text, err := json.Marshal(s)
	if err == nil {
		a.steps(0, append(a.order(), text...))
	}
	return err
}

// Begun is of analyzer.PartSink.
func (a *analysis) Begun(flow int64, f *analyzer.Flow, asked analyzer.Time) error {
	a.fn.flows.Inc(a.ctx, 1)
	return a.step(&step{ID: a.id(flow), Kind: stepBegun, Asked: asked, Flow: f})
}

// Answered is of analyzer.PartSink.
func (a *analysis) Answered(flow int64) error {
	return a.step(&step{ID: a.id(flow), Kind: stepAnswered})
}

// Ended is of analyzer.PartSink.
func (a *analysis) Ended(flow int64, f *analyzer.Flow) error {
	return a.step(&step{ID: a.id(flow), Kind: stepEnded, Flow: f})
}

// Polled is of analyzer.PartSink.
func (a *analysis) Polled(r *analyzer.PollRequest) error {
	return a.step(&step{Kind: stepPolled, Poll: r})
}

// Message is of analyzer.PartSink. A message goes on as it is rendered, with its number before it.
func (a *analysis) Message(flow int64, m *analyzer.Message) error {
	a.fn.messages.Inc(a.ctx, 1)
	a.message = a.fn.json.Message(binary.BigEndian.AppendUint64(a.message[:0], uint64(m.Message)), m)
	a.messages.add(a.id(flow), a.message)
	return nil
}
