package report

import (
	"cmp"
	"container/heap"
	"slices"

	"wscope/analyzer/record"
)

// Overview gathers, in bounded memory, what the summary's screen shows of flows: those
// most worth a look, and for each rule the first finding.
type Overview struct {
	Top   int // flows shown; 0 is 50
	flows int64
	kept  rankedRows
	first map[string]*example
}

// example is the first finding of a rule.
type example struct {
	flow    int64
	finding record.Finding
}

// defaultTop is how many flows the summary shows.
const defaultTop = 50

// ranked is a row with its place in the order of what is worth a look.
type ranked struct {
	grave int // the gravest finding; 3 where there is none
	ended int // 0 where it ended otherwise than in good order, else 1
	bytes int64
	flow  int64
	row   []cell
}

// worse reports whether a is less worth a look than b.
func worse(a, b *ranked) bool {
	return cmp.Or(cmp.Compare(b.ended, a.ended), cmp.Compare(b.grave, a.grave), cmp.Compare(a.bytes, b.bytes), cmp.Compare(b.flow, a.flow)) < 0
}

// rankedRows is a heap with the least interesting row first.
type rankedRows []ranked

func (r rankedRows) Len() int           { return len(r) }
func (r rankedRows) Less(i, j int) bool { return worse(&r[i], &r[j]) }
func (r rankedRows) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *rankedRows) Push(x any)        { *r = append(*r, x.(ranked)) }
func (r *rankedRows) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// Add takes a finished flow.
func (o *Overview) Add(f *record.Flow) {
	o.flows++
	if o.first == nil {
		o.first = map[string]*example{}
	}
	r := ranked{grave: 3, bytes: f.ClientToServer.WireBytes + f.ServerToClient.WireBytes, flow: f.Flow}
	for i := range f.Findings {
		v := &f.Findings[i]
		r.grave = min(r.grave, v.Severity.Rank())
		if e := o.first[v.Rule]; e == nil || f.Flow < e.flow {
			o.first[v.Rule] = &example{f.Flow, *v}
		}
	}
	if _, how := closeGist(f); how != warningInk {
		r.ended = 1
	}
	top := cmp.Or(o.Top, defaultTop)
	switch {
	case len(o.kept) < top:
		r.row = flowRow(f)
		heap.Push(&o.kept, r)
	case worse(&o.kept[0], &r):
		r.row = flowRow(f)
		o.kept[0] = r
		heap.Fix(&o.kept, 0)
	}
}

// rows are the kept rows: those of abnormal ends first, then in the order of their flows.
func (o *Overview) rows() [][]cell {
	slices.SortFunc(o.kept, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.ended, b.ended), cmp.Compare(a.flow, b.flow)) })
	rows := make([][]cell, len(o.kept))
	for i := range o.kept {
		rows[i] = o.kept[i].row
	}
	return rows
}
