package analyzer

import (
	"cmp"
	"math"
	"slices"
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
)

// item is one thing for the Sink.
type item struct {
	index    int64 // of the packet that made it
	flow     *numbered
	body     any    // *Flow (or, when the capture is over, the *flow that will make it), *Message, *Frame, *Gap, *Finding; nil
	from, to uint32 // itemRendered: its place in output.bytes
	kind     itemKind
}

// numbered is what the merger knows of a flow: its number, 0 until it begins, and the flow
// that it reconnects after.
type numbered struct {
	flow, reconnects int64
	proxied          *Proxied
	answered         bool // its handshake was answered, as far as the merger has come
}

// fill adds to a record what the merger knows.
func (n *numbered) fill(r *Flow) *Flow {
	r.Flow, r.Reconnects, r.Proxied = n.flow, n.reconnects, n.proxied
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
	if n.flow == 0 {
		return math.MaxInt64
	}
	return n.flow
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
	totals *Totals
}

// merge hands over one work's items: by packet, and within a packet (only a tick or the
// end speaks for several partitions at once) by partition.
// What is said when the capture is over, of all living flows at once, is ordered by flow.
func (m *merger) merge(w *work) error {
	for p := range w.outs {
		o := &w.outs[p]
		slices.SortStableFunc(o.items[o.over:], func(a, b item) int { return cmp.Compare(a.flow.order(), b.flow.order()) })
	}
	for {
		best := -1
		var bestIndex, bestFlow int64
		for p := range w.outs {
			o := &w.outs[p]
			if o.next == len(o.items) {
				continue
			}
			index, flow := o.items[o.next].index, int64(0)
			if o.next >= o.over {
				flow = o.items[o.next].flow.order()
			}
			if best < 0 || index < bestIndex || index == bestIndex && flow < bestFlow {
				best, bestIndex, bestFlow = p, index, flow
			}
		}
		if best < 0 {
			return m.sink.Batch(Time(w.last.Time))
		}
		o := &w.outs[best]
		if err := m.hand(o, &o.items[o.next]); err != nil {
			return err
		}
		o.next++
	}
}

func (m *merger) hand(o *output, it *item) error {
	switch it.kind {
	case itemBegun:
		m.flows++
		m.totals.begun()
		it.flow.flow = m.flows
		r := it.body.(*Flow)
		it.flow.reconnects = m.again.begun(r)
		m.hops.begun(r, it.flow)
		return m.sink.FlowBegun(it.flow.fill(r))
	case itemAnswered:
		it.flow.answered = true
		return nil
	case itemUpdate:
		return m.sink.FlowUpdate(it.flow.fill(it.body.(*Flow)))
	case itemEnded:
		r := it.flow.fill(it.ended())
		m.again.ended(r)
		if m.keep != nil && !m.keep(r) {
			m.totals.open--
			return nil
		}
		m.totals.flow(r)
		return m.sink.FlowEnded(r)
	case itemMessage:
		r := it.body.(*Message)
		r.Flow = it.flow.flow
		return m.sink.Message(r)
	case itemFrame:
		r := it.body.(*Frame)
		r.Flow = it.flow.flow
		return m.sink.Frame(r)
	case itemGap:
		r := it.body.(*Gap)
		r.Flow = it.flow.flow
		return m.events.Gap(r)
	case itemFinding:
		return m.events.Finding(it.flow.flow, it.body.(*Finding))
	default:
		return m.sink.Rendered(it.flow.flow, o.bytes[it.from:it.to])
	}
}
