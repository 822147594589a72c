package analyzer

import (
	"wscope/analyzer/correlate"
	"wscope/analyzer/flow"
	"wscope/assembly/link"
)

// Merge gives the flows of many Parts what Run gives those of one capture: their numbers, what
// they say of each other, and the Summary. It takes their steps in the order of the capture: by
// packet, and at the same packet by Shard; those that are Final last of all, by the flows'
// numbers, and those of flows without a number behind them.
type Merge struct {
	merger merger
	totals correlate.Totals
}

// Merged is a flow that a Merge knows.
type Merged struct{ ref flow.Ref }

// Number is the flow's number; 0 where it has none yet.
func (n *Merged) Number() int64 {
	if n == nil {
		return 0
	}
	return n.ref.Number()
}

// NewMerge makes a Merge. sink is told of flows as they begin and end; keep is Options.KeepFlow.
func NewMerge(sink Sink, keep func(*Flow) bool) *Merge {
	m := &Merge{}
	m.merger = merger{sink: sink, keep: keep, totals: &m.totals}
	return m
}

// Take takes the next step of a flow: nil for one that begins, and for steps of no flow. It
// returns the flow.
func (m *Merge) Take(s *Step, f *Merged) (*Merged, error) {
	it := flow.Item{Body: s.Record}
	switch s.Kind {
	case StepBegun:
		f = new(Merged)
		it.Kind = flow.ItemBegun
	case StepAnswered:
		it.Kind = flow.ItemAnswered
	case StepReset:
		it.Kind = flow.ItemReset
	case StepNotReset:
		it.Kind = flow.ItemNotReset
	case StepEnded:
		it.Kind = flow.ItemEnded
	case StepPolled:
		it.Kind, it.Body = flow.ItemPolled, s.Poll
	}
	if f != nil {
		it.Flow = &f.ref
	}
	return f, m.merger.hand(nil, &it)
}

// Summary adds up the run: what the Surveys of its files and the Parts counted, and the flows.
func (m *Merge) Summary(files []string, problems []Problem, surveys []*Survey, parts []*PartStats) *Summary {
	var counts packetCounts
	for _, s := range surveys {
		counts.survey(s)
	}
	sum := m.totals.Summary(Time(counts.last))
	counts.describe(sum)
	var l link.Stats
	other := correlate.Counts{}
	for _, p := range parts {
		if p == nil {
			continue // a file without packets
		}
		l.Add(&p.link)
		sum.Connections += p.conns
		sum.QUIC += p.quics
		sum.LetGo += p.letGo
		for what, n := range p.other {
			other.Add(what, n)
		}
	}
	sum.Elsewhere = other.Sorted()
	sum.Files, sum.TCP, sum.Malformed, sum.Problems = files, l.TCP, l.Malformed, problems
	sum.Other, sum.Unsupported = correlate.Counts(l.Other).Sorted(), correlate.Counts(l.Unsupported).Sorted()
	return sum
}

// survey adds what a file's Survey counted.
func (c *packetCounts) survey(s *Survey) {
	if s.Packets == 0 {
		return
	}
	if c.packets == 0 || s.Start < c.first {
		c.first = s.Start
	}
	if c.packets == 0 || s.End > c.last {
		c.last = s.End
	}
	c.packets += s.Packets
	c.bytes += s.Bytes
	c.cut += s.Cut
}
