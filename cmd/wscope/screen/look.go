package screen

import (
	"cmp"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Look is what the board holds at a moment, for drawing.
type Look struct {
	Rows         []Row // those that the filter lets through, sorted
	Kept         int   // flows that are kept
	Beyond       int64 // open flows that are not kept
	Begun, Ended int64
	Start, Now   record.Time
	Bars         Bars
	Found        [3]int64 // errors, warnings, notes of flows that ended
	Latest       string   // the latest finding's rule
	Lines        []Line   // of the flow that is watched, the latest
	Heard        int64    // lines of it since it is watched, whether they are kept or not
	Watched      *Row     // it, where it is kept
}

// order is what the list is sorted by.
type order struct {
	name string
	cmp  func(a, b *Row, now record.Time) int
}

// orders are gone through with the key s. The largest, or the latest, stands first.
var orders = []order{
	{"rate", func(a, b *Row, now record.Time) int { return cmp.Compare(b.Bars.rate(now), a.Bars.rate(now)) }},
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

// look takes a Look at the board.
func (b *Board) look(o *order, reverse bool, filter string) *Look {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := &Look{
		Kept: len(b.flows), Beyond: b.beyond, Begun: b.begun, Ended: b.closed, Start: b.start, Now: b.now,
		Bars: b.bars, Found: b.found, Latest: b.latest, Lines: slices.Clone(b.watched), Heard: b.heard,
	}
	words := strings.Fields(strings.ToLower(filter))
	rows := make([]*Row, 0, len(b.flows))
	for _, r := range b.flows {
		if r.matches(words) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(x, y *Row) int {
		c := o.cmp(x, y, b.now)
		if reverse {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(y.Flow, x.Flow))
	})
	l.Rows = make([]Row, len(rows))
	for i, r := range rows {
		l.Rows[i] = *r
	}
	if r := b.flows[b.watching]; r != nil {
		row := *r
		l.Watched = &row
	}
	return l
}

// matches reports whether a row has all words in what it shows; "!" is one with findings.
func (r *Row) matches(words []string) bool {
	for _, w := range words {
		if w == "!" {
			if r.Found == 0 {
				return false
			}
			continue
		}
		found := false
		for _, s := range [...]string{r.Client, r.Server, r.Host, r.Path, r.State} {
			found = found || strings.Contains(strings.ToLower(s), w)
		}
		for _, s := range r.Findings {
			found = found || strings.Contains(strings.ToLower(s), w)
		}
		if !found {
			return false
		}
	}
	return true
}
