package analyzer

import (
	"cmp"
	"math"
	"slices"

	"wscope/analyzer/correlate"
	"wscope/analyzer/flow"
	"wscope/analyzer/record"
)

// output is what one shard emits for one work.
type output struct {
	flow.Output
	next int // the merger's place
	over int // items from here on were emitted when the capture was over; len(Items) where it is not
}

// Reset empties the output.
func (o *output) Reset() {
	o.Output.Reset()
	o.next = 0
}

// merger puts the shards' items in order and hands them to the sink.
type merger struct {
	sink   Sink
	events EventSink // sink, if it is one

	tlsRecords record.TLSRecordSink // sink, if it is one and Options.TLSRecords is set
	keep       func(*Flow) bool
	flows      correlate.Flows
	totals     *correlate.Totals
}

// merge hands over one work's items: by packet, and within a packet (only a tick or the
// end speaks for several shards at once) by shard.
// What is said when the capture is over, of all living flows at once, comes last, by flow.
func (m *merger) merge(w *work) error {
	var heads [shards]uint64
	for p := range w.outs {
		heads[p] = w.outs[p].head(p)
	}
	for {
		first := least(&heads)
		if first == noHead {
			break
		}
		p := int(first % shards)
		o := &w.outs[p]
		if err := m.hand(o, &o.Items[o.next]); err != nil {
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

// head is the place of an output's next item among those of all shards.
func (o *output) head(shard int) uint64 {
	if o.next == o.over {
		return noHead
	}
	return uint64(o.Items[o.next].Index)*shards + uint64(shard)
}

// least is the smallest of heads. It has no branch to be guessed wrongly, for which one
// comes next is mere chance.
func least(heads *[shards]uint64) uint64 {
	a, b := heads[0], heads[1]
	for i := 2; i < shards; i += 2 {
		a, b = min(a, heads[i]), min(b, heads[i+1])
	}
	return min(a, b)
}

// last hands over what was said when the capture was over.
func (m *merger) last(w *work) error {
	for p := range w.outs {
		o := &w.outs[p]
		slices.SortStableFunc(o.Items[o.over:], func(a, b flow.Item) int { return cmp.Compare(a.Flow.Order(), b.Flow.Order()) })
	}
	for {
		var first *output
		for p := range w.outs {
			o := &w.outs[p]
			if o.next < len(o.Items) && (first == nil || o.Items[o.next].Flow.Order() < first.Items[first.next].Flow.Order()) {
				first = o
			}
		}
		if first == nil {
			return nil
		}
		if err := m.hand(first, &first.Items[first.next]); err != nil {
			return err
		}
		first.next++
	}
}

func (m *merger) hand(o *output, it *flow.Item) error {
	switch it.Kind {
	case flow.ItemBegun:
		r := it.Body.(*Flow)
		m.totals.Begun(r)
		m.flows.Begun(r, it.Flow)
		return m.sink.FlowBegun(r)
	case flow.ItemAnswered:
		it.Flow.Answered = true
		return nil
	case flow.ItemReset:
		m.flows.MayEnd(it.Body.(*Flow), it.Flow)
		return nil
	case flow.ItemNotReset:
		m.flows.GoesOn(it.Flow)
		return nil
	case flow.ItemPolled:
		m.flows.Polled(it.Body.(*PollRequest))
		return nil
	case flow.ItemAttempt:
		m.totals.Attempt(it.Body.(*flow.Attempt))
		return nil
	case flow.ItemUpdate:
		r := it.Body.(*Flow)
		m.flows.Update(r, it.Flow)
		return m.sink.FlowUpdate(r)
	case flow.ItemEnded:
		r := it.Ended()
		m.flows.Ended(r, it.Flow)
		if m.keep != nil && !m.keep(r) {
			m.totals.Dropped(r)
			return nil
		}
		m.totals.Flow(r)
		return m.sink.FlowEnded(r)
	case flow.ItemMessage:
		r := it.Body.(*Message)
		r.Flow = it.Flow.Number()
		return m.sink.Message(r)
	case flow.ItemFrame:
		r := it.Body.(*Frame)
		r.Flow = it.Flow.Number()
		return m.sink.Frame(r)
	case flow.ItemGap:
		r := it.Body.(*Gap)
		r.Flow = it.Flow.Number()
		return m.events.Gap(r)
	case flow.ItemFinding:
		return m.events.Finding(it.Flow.Number(), it.Body.(*Finding))
	case flow.ItemTLSRecord:
		r := it.Body.(*record.TLSRecord)
		r.Flow = it.Flow.Number()
		return m.tlsRecords.TLSRecord(r)
	default:
		number := it.Number
		if number == 0 {
			number = it.Flow.Number()
		}
		return m.sink.Rendered(number, o.Bytes[it.From:it.To])
	}
}

func eventSink(sink Sink) (EventSink, bool) {
	events, ok := sink.(EventSink)
	return events, ok
}
