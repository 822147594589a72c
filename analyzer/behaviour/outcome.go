package behaviour

import "slices"

// outcome is what came of one thing that a side said.
type outcome struct {
	n     map[*kindWatch]int64 // how often
	order []*kindWatch         // by the last of each
}

func (o *outcome) add(k *kindWatch) {
	if o.n == nil {
		o.n = map[*kindWatch]int64{}
	}
	if o.n[k]++; len(o.order) == 0 || o.order[len(o.order)-1] != k {
		if i := slices.Index(o.order, k); i >= 0 {
			o.order = slices.Delete(o.order, i, i+1)
		}
		if len(o.order) < maxOrdered {
			o.order = append(o.order, k)
		}
	}
}

// lastOf is before the name of a kind in Role.Order where the last one that came of something is meant: of a kind that comes several
// times, such as busy and idle, the first says little.
const lastOf = "last "

// end adds to the role what there was, and forgets it.
func (o *outcome) end(r *roleWatch) {
	for k, n := range o.n {
		k.burst.Add(float64(n))
	}
	name := func(k *kindWatch) string {
		if o.n[k] > 1 {
			return lastOf + k.Name
		}
		return k.Name
	}
	for i, k := range o.order {
		for _, then := range o.order[i+1:] {
			if (o.n[k] > 1 || o.n[then] > 1) && k.From == then.From && !k.heart && !then.heart {
				r.Order.add(orderName(k.From, name(k), name(then)))
			}
		}
	}
	clear(o.n)
	o.order = o.order[:0]
}
