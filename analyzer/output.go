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
	index   int64 // of the packet that made it
	kind    itemKind
	flow    *numbered
	from    int // itemRendered: its place in output.bytes
	to      int
	record  *Flow    // itemBegun, itemUpdate, itemEnded
	live    *flow    // itemEnded, in place of record, when the capture is over
	asked   Time     // itemBegun: when the request was complete
	message *Message // itemMessage
	frame   *Frame   // itemFrame
	gap     *Gap     // itemGap
	finding *Finding // itemFinding
}

// numbered is what the merger knows of a flow: its number, 0 until it begins, and the flow
// that it reconnects after.
type numbered struct {
	flow, reconnects int64
	proxied          *Proxied
	answered         bool // its handshake was answered, as far as the merger has come
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
		it.record.Flow = m.flows
		it.flow.reconnects = m.again.begun(it.record)
		m.hops.begun(it.record, it.flow, it.asked)
		it.record.Reconnects, it.record.Proxied = it.flow.reconnects, it.flow.proxied
		return m.sink.FlowBegun(it.record)
	case itemAnswered:
		it.flow.answered = true
		return nil
	case itemUpdate:
		it.record.Flow, it.record.Reconnects, it.record.Proxied = it.flow.flow, it.flow.reconnects, it.flow.proxied
		return m.sink.FlowUpdate(it.record)
	case itemEnded:
		if it.live != nil {
			it.record, it.live = it.live.record(), nil
		}
		it.record.Flow, it.record.Reconnects, it.record.Proxied = it.flow.flow, it.flow.reconnects, it.flow.proxied
		m.again.ended(it.record)
		if m.keep != nil && !m.keep(it.record) {
			m.totals.open--
			return nil
		}
		m.totals.flow(it.record)
		record := it.record
		it.record = nil
		return m.sink.FlowEnded(record)
	case itemMessage:
		it.message.Flow = it.flow.flow
		return m.sink.Message(it.message)
	case itemFrame:
		it.frame.Flow = it.flow.flow
		return m.sink.Frame(it.frame)
	case itemGap:
		it.gap.Flow = it.flow.flow
		return m.events.Gap(it.gap)
	case itemFinding:
		return m.events.Finding(it.flow.flow, it.finding)
	default:
		return m.sink.Rendered(it.flow.flow, o.bytes[it.from:it.to])
	}
}
