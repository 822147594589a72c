package screen

import (
	"cmp"
	"slices"

	"wscope/analyzer/record"
	"wscope/cmd/wscope/recent"
)

// Row is a flow in the list.
type Row = recent.Row

// Look is what there is at a moment, for drawing.
type Look struct {
	recent.Counts
	Rows    []Row             // those that the filter lets through, sorted
	Kept    int               // flows that are kept
	Lines   []*recent.Message // of the flow that is open, the latest
	Left    int64             // messages of it that are no longer kept
	Heard   int64             // messages of it, whether they are kept or not
	Watched *Row              // it, where it is kept
}

// order is what the list is sorted by.
type order struct {
	name string
	cmp  func(a, b *Row, now record.Time) int
}

// orders are gone through with the key s. The largest, or the latest, stands first.
var orders = []order{
	{"rate", func(a, b *Row, now record.Time) int { return cmp.Compare(b.Bars.Rate(now), a.Bars.Rate(now)) }},
	{"newest", func(a, b *Row, _ record.Time) int { return cmp.Compare(b.Flow, a.Flow) }},
	{"messages", func(a, b *Row, _ record.Time) int {
		return cmp.Compare(b.Messages[0]+b.Messages[1], a.Messages[0]+a.Messages[1])
	}},
	{"bytes", func(a, b *Row, _ record.Time) int { return cmp.Compare(b.Bytes[0]+b.Bytes[1], a.Bytes[0]+a.Bytes[1]) }},
	{"findings", func(a, b *Row, _ record.Time) int {
		return cmp.Or(cmp.Compare(b.Errors, a.Errors), cmp.Compare(b.Found, a.Found))
	}},
	{"last heard", func(a, b *Row, _ record.Time) int { return cmp.Compare(b.End, a.End) }},
	{"host", func(a, b *Row, _ record.Time) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
	}},
}

// look takes a Look at the traffic. watched is the flow that is open; 0 is none. stamp differs from look to look.
func look(t *recent.Traffic, o *order, reverse bool, w *wanted, watched int64, stamp int) *Look {
	l := &Look{Counts: t.Counts(), Rows: t.Rows()}
	l.Kept = len(l.Rows)
	l.Rows = w.choose(l.Rows, stamp)
	slices.SortFunc(l.Rows, func(x, y Row) int {
		c := o.cmp(&x, &y, l.Now)
		if reverse {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(y.Flow, x.Flow))
	})
	if watched == 0 {
		return l
	}
	if r, ok := t.Row(watched); ok {
		l.Watched = &r
	}
	c := t.Conversation(watched, 0, 1<<62)
	l.Lines, l.Left, l.Heard = c.Messages, c.Left, c.Listed
	return l
}
