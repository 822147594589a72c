package diagnose

import (
	"cmp"
	"slices"

	"wscope/analyzer/record"
)

// Limits of a diagnosis.
const (
	MinFlows    = 3       // flows that a pattern needs
	maxKept     = 1 << 15 // ends kept; of more, an even sample is
	maxEndings  = 12      // sentences
	maxExamples = 3
)

// Diagnosis gathers how flows ended, in bounded memory. The zero value is empty.
type Diagnosis struct {
	seen  int64
	level int // ends are kept whose mix of the flow's number has so many trailing zeros
	ends  []*end

	attempts     []*end // connections without a byte
	moreAttempts int64  // that were not kept
}

// Add takes a finished flow.
func (d *Diagnosis) Add(f *record.Flow) {
	if f.Pickup == record.PickupEncrypted && !f.Sealed.IsWebSocket() {
		return // it may be no WebSocket
	}
	d.seen++
	if trailingZeros(f.Flow) < d.level {
		return
	}
	d.ends = append(d.ends, newEnd(f))
	for len(d.ends) > maxKept {
		d.level++
		d.ends = slices.DeleteFunc(d.ends, func(e *end) bool { return trailingZeros(e.flow) < d.level })
	}
}

// Sampled reports whether there were too many flows to keep all of their ends.
func (d *Diagnosis) Sampled() bool { return d.level > 0 }

// Endings are the abnormal endings, those of the most flows first.
func (d *Diagnosis) Endings() []record.Ending {
	copies, ends := make([]end, len(d.ends)), make([]*end, len(d.ends)) // d's own stay as they are for the next call
	for i, e := range d.ends {
		copies[i], ends[i] = *e, &copies[i]
	}
	slices.SortFunc(ends, func(a, b *end) int { return cmp.Or(cmp.Compare(a.flow, b.flow), cmp.Compare(a.at, b.at)) })
	ends = joinHops(ends)
	c := newContext(ends)
	c.attempts = d.attempts

	lonely(ends)

	// An event that ends many connections at once ends them in several ways: look for it first.
	var found []group
	ends = takeMoments(c, ends, &found)

	groups := map[key][]*end{}
	var keys []key
	for _, e := range ends {
		if !e.abnormal() && !e.dismissed() {
			continue
		}
		k := e.key()
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], e)
	}
	for _, k := range keys {
		for _, g := range split(c, groups[k]) {
			if g.ends[0].abnormal() || g.limits() {
				found = append(found, g)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(b.ends), len(a.ends)), cmp.Compare(a.ends[0].flow, b.ends[0].flow))
	})
	found = append(found, d.tried(c)...)
	if len(found) > maxEndings {
		found = found[:maxEndings]
	}
	var list []record.Ending
	for i := range found {
		list = append(list, c.record(&found[i]))
	}
	if d.Sampled() {
		for i := range list {
			list[i].Sentence += " (counted over an even sample of the flows)"
		}
	}
	return list
}

// trailingZeros is of a mix of the flow's number, so that a sample is even whatever order flows come in.
func trailingZeros(flow int64) int {
	x := uint64(flow) * 0x9e3779b97f4a7c15
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	n := 0
	for x>>32&1 == 0 && n < 32 {
		x >>= 1
		n++
	}
	return n
}
