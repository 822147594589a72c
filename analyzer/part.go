package analyzer

import (
	"slices"

	"wscope/analyzer/flow"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// Part analyses some connections of a capture, as one worker of many does. Its records are
// those that Run makes of the same connections within the whole capture, except for what the
// flows of different connections say of each other (numbers, reconnects, proxies): Merge adds
// that. Limits over all connections together (Options.MaxMemory) are the Part's own.
//
// Packets or segments, ticks and secrets are given in the order of the capture, each
// Mark.Index at least as high as the one before. Take analyses what was given since the last
// Take and hands over what came of it. One goroutine uses a Part.
type Part struct {
	// Elsewhere is asked of each segment that was decoded from a packet whether another Part
	// analyses its connection. nil is never.
	Elsewhere func(s *link.Segment, tunnel string) bool

	opt    Options
	reader reader
	env    flow.Environment
	shards [shards]*shard
	work   work
	flows  int64
}

// Step is one step in the life of a flow, in the order in which Merge needs them.
type Step struct {
	Kind   StepKind
	Flow   int64 // the flow's number in its Part, from 1; 0 for a step of no flow
	Record *Flow // of Begun, Ended and Reset
	Poll   *PollRequest
	Index  int64 // Mark.Index of what made it
	Shard  int   // Run tells what the same packet makes in this order
	Final  bool  // the capture's end made it
}

// StepKind is what happens to a flow.
type StepKind uint8

// The kinds of steps.
const (
	StepBegun StepKind = iota
	StepAnswered
	StepReset    // its connection may have ended by a RST
	StepNotReset // it did not
	StepEnded
	StepPolled // a request of an Engine.IO session over plain HTTP, which is of no flow
)

// PartSink takes what a Part made. A Message is valid during the call alone; steps may be kept.
type PartSink interface {
	Step(s Step) error
	Message(flow int64, m *Message) error
}

// NewPart makes a Part. files names the capture's files by Mark.File, "" where there is but
// one. wait says that secrets may follow the packets that they open. Of opt it heeds what
// concerns flows and messages; secrets are those that opt.Keys has, which Parts may share.
func NewPart(opt Options, wait bool, files func(int32) string) *Part {
	opt.Frames, opt.Events, opt.TLSRecords, opt.Updates, opt.Render = false, false, false, false, nil
	opt.begun = new(quic.Beginnings)
	opt.waitKeys = wait || opt.MoreKeys
	keys := opt.Keys
	if keys == nil {
		keys = tlsopen.NewKeys()
	}
	p := &Part{opt: opt}
	p.reader = reader{opt: &p.opt, keys: keys, sessions: tlsopen.NewSessions[link.Key](keys)}
	p.reader.openUDP()
	route := p.reader.link.WantUDP
	p.reader.link.WantUDP = func(s *link.Segment) bool {
		if p.Elsewhere != nil && p.Elsewhere(s, p.reader.link.TunnelName(s.Key.Tunnel)) {
			return false
		}
		return route(s)
	}
	p.reader.link.Checksum, p.reader.link.VLANAware = opt.Checksum, opt.VLANAware
	p.env = flow.Environment{Files: files, TunnelName: p.reader.link.TunnelName}
	room := newShare(unfinishedMost(&opt))
	for i := range p.shards {
		p.shards[i] = newShard(&p.opt, keys, &p.env)
		p.shards[i].share, p.shards[i].number = room, i
	}
	return p
}

// TunnelNames has the Part ask names of tunnels by Key.Tunnel of who gives it segments.
func (p *Part) TunnelNames(name func(uint32) string) { p.env.TunnelName = name }

// Packet takes the next packet. Its bytes are valid until Take.
func (p *Part) Packet(at *packet.Packet) {
	w := &p.work
	at.Time = min(at.Time, latest)
	n := len(w.segs)
	w.segs = slices.Grow(w.segs, 1)
	s := &w.segs[:n+1][n]
	if !p.reader.link.Decode(at, s) || p.opt.Checksum && s.BadSum {
		return
	}
	if !s.UDP {
		if tlsopen.BeginsHandshake(s.Payload) {
			p.reader.sessions.Segment(s.Key, s.Key.Reverse(), s.Payload)
		}
		if p.Elsewhere != nil && p.Elsewhere(s, p.reader.link.TunnelName(s.Key.Tunnel)) {
			return
		}
	}
	w.segs = w.segs[:n+1]
	p.reader.share(w, s, n)
}

// Segment takes the next segment, which was decoded elsewhere. Its bytes are valid until Take.
func (p *Part) Segment(s *link.Segment) {
	w := &p.work
	n := len(w.segs)
	w.segs = append(w.segs, *s)
	s = &w.segs[n]
	if s.UDP {
		var ok bool
		if p.reader.route, ok = p.reader.router.Route(s); !ok {
			w.segs = w.segs[:n]
			return
		}
	} else if tlsopen.BeginsHandshake(s.Payload) {
		p.reader.sessions.Segment(s.Key, s.Key.Reverse(), s.Payload)
	}
	p.reader.share(w, s, n)
}

// Tick tells the time of a packet of the capture, whichever connection it belongs to: TickClock
// says at which.
func (p *Part) Tick(at *packet.Mark) { p.work.control(control{now: at.Time, mark: *at}) }

// Secrets takes key log text that stands behind a packet of the capture.
func (p *Part) Secrets(at *packet.Mark, text []byte) {
	p.work.control(control{now: at.Time, mark: *at, secrets: text})
}

// Open reports whether any connection is open.
func (p *Part) Open() bool {
	for _, s := range p.shards {
		if s.tcp.Stats.Open > 0 || s.quic.Stats.Open > 0 {
			return true
		}
	}
	return false
}

// Finish ends all connections: the capture is over. last is its last packet.
func (p *Part) Finish(last *packet.Mark) { p.work.last, p.work.final = *last, true }

// Take analyses what was given since the last Take, and hands over what came of it.
func (p *Part) Take(sink PartSink) error {
	w := &p.work
	var heads [shards]uint64
	for i, s := range p.shards {
		s.run(w, i)
		heads[i] = w.outs[i].head(i)
	}
	defer w.reset()
	for {
		first := least(&heads)
		if first == noHead {
			break
		}
		i := int(first % shards)
		o := &w.outs[i]
		if err := p.hand(sink, &o.Items[o.next], i, false); err != nil {
			return err
		}
		o.next++
		heads[i] = o.head(i)
	}
	if !w.final {
		return nil
	}
	for i := range w.outs {
		o := &w.outs[i]
		for j := o.over; j < len(o.Items); j++ {
			if err := p.hand(sink, &o.Items[j], i, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Part) hand(sink PartSink, it *flow.Item, shard int, final bool) error {
	s := Step{Index: it.Index, Shard: shard, Final: final}
	if it.Flow != nil {
		s.Flow = it.Flow.Number()
	}
	switch it.Kind {
	case flow.ItemBegun:
		p.flows++
		it.Flow.SetNumber(p.flows)
		s.Kind, s.Flow, s.Record = StepBegun, p.flows, it.Body.(*Flow)
	case flow.ItemAnswered:
		s.Kind = StepAnswered
	case flow.ItemReset:
		s.Kind, s.Record = StepReset, it.Body.(*Flow)
	case flow.ItemNotReset:
		s.Kind = StepNotReset
	case flow.ItemEnded:
		s.Kind, s.Record = StepEnded, it.Ended()
	case flow.ItemPolled:
		s.Kind, s.Poll = StepPolled, it.Body.(*PollRequest)
	case flow.ItemMessage:
		return sink.Message(s.Flow, it.Body.(*Message))
	default:
		return nil
	}
	return sink.Step(s)
}

// PartStats is what a Part counted.
type PartStats struct {
	link         link.Stats
	conns, quics int64
	letGo        int64
	other        map[string]int64
}

// Stats returns what the Part counted so far.
func (p *Part) Stats() *PartStats {
	s := &PartStats{link: p.reader.link.Stats, other: map[string]int64{}}
	for _, sh := range p.shards {
		s.conns += sh.flows.Connections
		s.quics += sh.flows.QUICs
		s.letGo += sh.letGo
		for what, n := range sh.flows.Other {
			s.other[what] += n
		}
	}
	return s
}
