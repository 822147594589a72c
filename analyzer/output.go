package analyzer

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
)

// An output is what one partition has to say about one work: items in the order in
// which its packets made them, and the bytes that rendered records take.
type output struct {
	items []item
	bytes []byte
	next  int // the merger's place
	over  int // items from here on were said when the capture was over; len(items) where it is not
}

type itemKind uint8

const (
	itemBegun itemKind = iota
	itemUpdate
	itemEnded
	itemMessage
	itemFrame
	itemRendered
	itemGap
	itemFinding
	itemAnswered // nothing for the Sink: the merger notes it
	itemPolled   // the same, and of no flow
	itemReset    // the flow may have ended
	itemNotReset // it did not
)

// item is one thing for the Sink.
type item struct {
	index    int64 // of the packet that made it
	flow     *numbered
	body     any    // *Flow (or, when the capture is over, the *flow that will make it), *Message, *Frame, *Gap, *Finding, *PollRequest; nil
	from, to uint32 // itemRendered: its place in output.bytes
	number   int64  // itemRendered: the flow's, 0 where its worker did not know it yet
	kind     itemKind
}

// numbered is what the merger knows of a flow: its number, 0 until it begins, and the flow
// that it reconnects after.
type numbered struct {
	flow       atomic.Int64 // the merger alone writes it; the flow's worker may read it
	reconnects int64
	proxied    *Proxied
	reset      bool // its end was noted before it was certain
	answered   bool // its handshake was answered, as far as the merger has come
}

// fill adds to a record what the merger knows.
func (n *numbered) fill(r *Flow) *Flow {
	r.Flow, r.Reconnects, r.Proxied = n.flow.Load(), n.reconnects, n.proxied
	if n.proxied != nil && n.proxied.Role == sameConnection {
		r.Proxied, r.SameAs = nil, n.proxied.Flow
	}
	return r
}

// ended is the record of itemEnded. The item lets go of it, so that of very many only one lives at a time.
func (it *item) ended() *Flow {
	body := it.body
	it.body = nil
	if f, ok := body.(*flow); ok {
		return f.conclude()
	}
	return body.(*Flow)
}

// order is the flow's place among those that end with the capture: one that has no number
// yet, since it is found only now, comes last.
func (n *numbered) order() int64 {
	if n.flow.Load() == 0 {
		return math.MaxInt64
	}
	return n.flow.Load()
}

func (o *output) reset() {
	clear(o.items) // let go of the records
	o.items, o.bytes, o.next = o.items[:0], o.bytes[:0], 0
}

// merger puts the partitions' items in order and hands them to the sink.
type merger struct {
	sink   Sink
	events EventSink // sink, if it is one
	keep   func(*Flow) bool
	flows  int64
	again  reconnects
	hops   hops
	polls  pollings
	totals *Totals
}

// merge hands over one work's items: by packet, and within a packet (only a tick or the
// end speaks for several partitions at once) by partition.
// What is said when the capture is over, of all living flows at once, comes last, by flow.
func (m *merger) merge(w *work) error {
	var heads [partitions]uint64
	for p := range w.outs {
		heads[p] = w.outs[p].head(p)
	}
	for {
		first := least(&heads)
		if first == noHead {
			break
		}
		p := int(first % partitions)
		o := &w.outs[p]
		if err := m.hand(o, &o.items[o.next]); err != nil {
			return err
		}
		o.next++
		heads[p] = o.head(p)
	}
	if w.final {
		if err := m.last(w); err != nil {
			return err
		}
	}
	return m.sink.Batch(Time(max(w.last.Time, w.batch.Now)))
}

// noHead is the head of an output with nothing left.
const noHead = math.MaxUint64

// head is the place of an output's next item among those of all partitions.
func (o *output) head(partition int) uint64 {
	if o.next == o.over {
		return noHead
	}
	return uint64(o.items[o.next].index)*partitions + uint64(partition)
}

// least is the smallest of heads. It has no branch to be guessed wrongly, for which one
// comes next is mere chance.
func least(heads *[partitions]uint64) uint64 {
	a, b := heads[0], heads[1]
	for i := 2; i < partitions; i += 2 {
		a, b = min(a, heads[i]), min(b, heads[i+1])
	}
	return min(a, b)
}

// last hands over what was said when the capture was over.
func (m *merger) last(w *work) error {
	for p := range w.outs {
		o := &w.outs[p]
		slices.SortStableFunc(o.items[o.over:], func(a, b item) int { return cmp.Compare(a.flow.order(), b.flow.order()) })
	}
	for {
		var first *output
		for p := range w.outs {
			o := &w.outs[p]
			if o.next < len(o.items) && (first == nil || o.items[o.next].flow.order() < first.items[first.next].flow.order()) {
				first = o
			}
		}
		if first == nil {
			return nil
		}
		if err := m.hand(first, &first.items[first.next]); err != nil {
			return err
		}
		first.next++
	}
}

func (m *merger) hand(o *output, it *item) error {
	switch it.kind {
	case itemBegun:
		m.flows++
		r := it.body.(*Flow)
		m.totals.begun(r)
		it.flow.flow.Store(m.flows)
		it.flow.reconnects = m.again.begun(r)
		m.hops.begun(r, it.flow)
		r.Polling = m.polls.of(r)
		return m.sink.FlowBegun(it.flow.fill(r))
	case itemAnswered:
		it.flow.answered = true
		return nil
	case itemReset:
		m.again.mayEnd(it.flow.fill(it.body.(*Flow)), it.flow)
		return nil
	case itemNotReset:
		m.again.goesOn(it.flow)
		return nil
	case itemPolled:
		m.polls.add(it.body.(*PollRequest))
		return nil
	case itemUpdate:
		r := it.body.(*Flow)
		r.Polling = m.polls.of(r)
		return m.sink.FlowUpdate(it.flow.fill(r))
	case itemEnded:
		r := it.flow.fill(it.ended())
		r.Polling = m.polls.of(r)
		m.again.ended(r, it.flow)
		if m.keep != nil && !m.keep(r) {
			m.totals.dropped(r)
			return nil
		}
		m.totals.flow(r)
		return m.sink.FlowEnded(r)
	case itemMessage:
		r := it.body.(*Message)
		r.Flow = it.flow.flow.Load()
		return m.sink.Message(r)
	case itemFrame:
		r := it.body.(*Frame)
		r.Flow = it.flow.flow.Load()
		return m.sink.Frame(r)
	case itemGap:
		r := it.body.(*Gap)
		r.Flow = it.flow.flow.Load()
		return m.events.Gap(r)
	case itemFinding:
		return m.events.Finding(it.flow.flow.Load(), it.body.(*Finding))
	default:
		number := it.number
		if number == 0 {
			number = it.flow.flow.Load()
		}
		return m.sink.Rendered(number, o.bytes[it.from:it.to])
	}
}
