package recent

import (
	"cmp"
	"slices"
)

// Since says how far somebody has followed the changes. The zero value is the beginning.
type Since struct {
	Rows int64 `json:"rows"` // the version of the latest change of a flow
	Gone int64 `json:"gone"` // that of the latest flow that is no longer kept
}

// Changes are what has changed since then.
type Changes struct {
	Since Since   // to ask with next time
	Rows  []Row   // flows that are new or have changed, the oldest change first
	Gone  []int64 // flows that are no longer kept
	Reset bool    // too much is gone to name it: Rows begins anew, and what is not in it is not kept
	More  bool    // there are more than fit
}

// Changes returns what has changed since then, and no more than fits in some bytes of records (but one flow at least).
func (t *Traffic) Changes(since Since, bytes int64) Changes {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := Changes{Since: Since{t.version, t.version}}
	switch {
	case since.Gone < t.lost || max(since.Gone, since.Rows) > t.version:
		c.Reset, since = since != Since{}, Since{}
	case since.Gone > 0:
		for i := len(t.gone) - 1; i >= 0 && t.gone[i].version > since.Gone; i-- {
			c.Gone = append(c.Gone, t.gone[i].flow)
		}
	}
	var changed []*Row
	for _, r := range t.flows {
		if r.version > since.Rows {
			changed = append(changed, r)
		}
	}
	slices.SortFunc(changed, func(a, b *Row) int { return cmp.Compare(a.version, b.version) })
	for i, r := range changed {
		if bytes -= int64(len(r.Record)); bytes < 0 && i > 0 {
			c.More, c.Since.Rows = true, changed[i-1].version
			break
		}
		c.Rows = append(c.Rows, *r)
	}
	return c
}
