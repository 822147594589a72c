package quic

// span is the numbers from lo to hi, both included.
type span struct{ lo, hi uint64 }

// ranges is a set of numbers that mostly come in order, as spans in ascending order. Where
// there would be more spans than maxSpans, the lowest hole counts as filled.
type ranges struct{ list []span }

const maxSpans = 256

// add adds v; it reports whether v is new.
func (r *ranges) add(v uint64) bool {
	n := len(r.list)
	if n > 0 {
		last := &r.list[n-1]
		switch {
		case v == last.hi+1:
			last.hi = v
			return true
		case v >= last.lo && v <= last.hi:
			return false
		}
	}
	i := n
	for i > 0 && r.list[i-1].lo > v {
		i--
	}
	// v belongs behind list[i-1] and before list[i].
	if i > 0 && v <= r.list[i-1].hi {
		return false
	}
	after := i > 0 && v == r.list[i-1].hi+1
	before := i < n && v+1 == r.list[i].lo
	switch {
	case after && before:
		r.list[i-1].hi = r.list[i].hi
		r.list = append(r.list[:i], r.list[i+1:]...)
	case after:
		r.list[i-1].hi = v
	case before:
		r.list[i].lo = v
	default:
		r.list = append(r.list, span{})
		copy(r.list[i+1:], r.list[i:])
		r.list[i] = span{v, v}
		if len(r.list) > maxSpans {
			r.list[1].lo = r.list[0].lo
			r.list = append(r.list[:0], r.list[1:]...)
		}
	}
	return true
}

// has reports whether v is in the set.
func (r *ranges) has(v uint64) bool {
	for i := len(r.list) - 1; i >= 0; i-- {
		if v >= r.list[i].lo {
			return v <= r.list[i].hi
		}
	}
	return false
}

// max is the largest number, -1 of none.
func (r *ranges) max() int64 {
	if len(r.list) == 0 {
		return -1
	}
	return int64(r.list[len(r.list)-1].hi)
}

// lacksOnly reports whether all numbers that r lacks from its first one up to below are in o.
func (r *ranges) lacksOnly(below uint64, o *ranges) bool {
	for i := 1; i < len(r.list) && r.list[i-1].hi+1 < below; i++ {
		if !o.contains(span{r.list[i-1].hi + 1, min(r.list[i].lo, below) - 1}) {
			return false
		}
	}
	return true
}

// contains reports whether all of a span is in the set.
func (r *ranges) contains(s span) bool {
	for i := len(r.list) - 1; i >= 0; i-- {
		if s.lo >= r.list[i].lo {
			return s.hi <= r.list[i].hi
		}
	}
	return false
}

// containsAll reports whether all of o is in the set.
func (r *ranges) containsAll(o *ranges) bool {
	for _, s := range o.list {
		if !r.contains(s) {
			return false
		}
	}
	return true
}

// addSpan adds all of a span, which must be small in number over the set's life or adjoin it.
func (r *ranges) addSpan(s span) {
	if r.contains(s) {
		return
	}
	if n := len(r.list); n > 0 && s.lo >= r.list[n-1].lo && s.lo <= r.list[n-1].hi+1 {
		r.list[n-1].hi = s.hi
		return
	}
	out := r.list[:0:0]
	placed := false
	for _, x := range r.list {
		switch {
		case x.hi+1 < s.lo:
			out = append(out, x)
		case s.hi+1 < x.lo:
			if !placed {
				out, placed = append(out, s), true
			}
			out = append(out, x)
		default:
			s.lo, s.hi = min(s.lo, x.lo), max(s.hi, x.hi)
		}
	}
	if !placed {
		out = append(out, s)
	}
	if n := len(out); n > maxSpans {
		out = out[n-maxSpans:]
	}
	r.list = out
}
