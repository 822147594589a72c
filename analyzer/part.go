package analyzer

import (
	"wscope/analyzer/correlate"
	"wscope/analyzer/flow"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/tlsopen"
)

// Part analyses some connections of a capture whose segments were found, brought
// together and put in order elsewhere, as a batch engine does. Its records are those that
// Run makes of the same connections within the whole capture, but for what the flows of
// different connections say of each other (their numbers, reconnects, proxies): Merge
// adds that. Limits on all connections together (Options.MaxMemory) are the Part's own.
//
// Segments, ticks and secrets are given in the order of the capture, each Mark.Index
// higher than the one before; what they made is then taken with Take. It is used by one
// goroutine.
type Part struct {
	shard *shard
	out   flow.Output
	flows int64
}

// PartSink takes what a Part made. Flows are numbered from 1 in their Part; records are
// valid during the call alone.
type PartSink interface {
	// Begun gives what is known of a flow that begins, and when it was asked for.
	Begun(flow int64, f *Flow, asked Time) error
	// Answered says that a flow's handshake was answered.
	Answered(flow int64) error
	// Ended gives a flow's finished record.
	Ended(flow int64, f *Flow) error
	Message(flow int64, m *Message) error
	// Polled gives a request of an Engine.IO session over plain HTTP, which is of no flow.
	Polled(r *PollRequest) error
}

// NewPart makes a Part. files names the capture's files by Mark.File, "" where there is
// but one; tunnels names tunnels by Key.Tunnel. Of opt it heeds what concerns flows and
// messages; keys are those that opt.Keys has.
func NewPart(opt Options, files func(int32) string, tunnels func(uint32) string) *Part {
	keys := opt.Keys
	if keys == nil {
		keys = tlsopen.NewKeys()
	}
	opt.Frames, opt.Events, opt.Updates, opt.Render = false, false, false, nil
	p := &Part{}
	p.shard = newShard(&opt, keys, &flow.Environment{Files: files, TunnelName: tunnels})
	p.shard.flows.SetOutput(&p.out)
	return p
}

// Segment takes the next segment. Its payload is not kept.
func (p *Part) Segment(s *link.Segment) {
	p.shard.flows.SetPacket(s.Mark.Index)
	p.shard.tcp.Segment(s)
}

// Secrets takes key log text that stands at this place of the capture.
func (p *Part) Secrets(text []byte) { p.shard.keys.Add(text) }

// Tick tells the time of a packet of the capture, whichever connection it belongs to.
// Run does it at the third packet of all, and at the first of each second that is later
// than all before; of one more than two seconds later, at the third in a row that is.
func (p *Part) Tick(at *packet.Mark) { p.shard.control(&control{now: at.Time, mark: *at}) }

// Finish ends all connections: the capture is over. last is its last packet.
func (p *Part) Finish(last *packet.Mark) { p.shard.finish(last) }

// Take hands over what the calls since the last Take made.
func (p *Part) Take(sink PartSink) error {
	for i := range p.out.Items {
		if err := p.hand(sink, &p.out.Items[i]); err != nil {
			return err
		}
	}
	p.out.Reset()
	return nil
}

func (p *Part) hand(sink PartSink, it *flow.Item) error {
	switch it.Kind {
	case flow.ItemBegun:
		p.flows++
		it.Flow.SetNumber(p.flows)
		r := it.Body.(*Flow)
		return sink.Begun(it.Flow.Number(), r, r.Asked)
	case flow.ItemAnswered:
		return sink.Answered(it.Flow.Number())
	case flow.ItemEnded:
		return sink.Ended(it.Flow.Number(), it.Ended())
	case flow.ItemMessage:
		return sink.Message(it.Flow.Number(), it.Body.(*Message))
	case flow.ItemPolled:
		return sink.Polled(it.Body.(*PollRequest))
	}
	return nil
}

// Shard is the place of a connection among those that act at the same packet (at a
// tick, or at the end): Run gives their records in this order. hash is Key.Hash.
func Shard(hash uint32) int { return int(hash % shards) }

// Merge gives the flows of many Parts what Run gives those of one capture: their numbers,
// and what they say of each other. It is told of their steps in the order of the capture:
// by packet, at the same packet by Shard; but what Finish made last of all, by the
// flows' numbers, and that of flows without a number behind it.
type Merge struct{ flows correlate.Flows }

// Merged is a flow that a Merge knows.
type Merged struct{ ref flow.Ref }

// Number is the flow's number.
func (n *Merged) Number() int64 { return n.ref.Number() }

// NewMerge makes a Merge.
func NewMerge() *Merge { return &Merge{} }

// Begun begins a flow: f and asked are what PartSink.Begun gave. It sets f.Flow.
func (m *Merge) Begun(f *Flow, asked Time) *Merged {
	n := new(Merged)
	f.Asked = asked
	m.flows.Begun(f, &n.ref)
	return n
}

// Answered says that the flow's handshake was answered.
func (m *Merge) Answered(n *Merged) { n.ref.Answered = true }

// Ended completes a flow's finished record.
func (m *Merge) Ended(n *Merged, f *Flow) { m.flows.Ended(f, &n.ref) }

// Polled takes what PartSink.Polled gave.
func (m *Merge) Polled(r *PollRequest) { m.flows.Polled(r) }
