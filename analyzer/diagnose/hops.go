package diagnose

import "wscope/analyzer/record"

// joinHops makes one of what was captured twice: of the two hops through a proxy the one whose end came first stays, for the
// other's is its consequence; where the proxy ended both, it is the one who did. Of one TCP connection captured on
// two sides of an address translation one flow stays.
func joinHops(ends []*end) []*end {
	byFlow := make(map[int64]int, len(ends))
	for i := range ends {
		byFlow[ends[i].flow] = i
	}
	drop := make([]bool, len(ends))
	for i := range ends {
		e := ends[i]
		if j, ok := byFlow[e.same]; ok && e.same != 0 && j != i && !drop[j] {
			drop[i] = true
		}
		j, ok := byFlow[e.hop]
		if !ok || e.hop == 0 || j == i || drop[i] || drop[j] || ends[j].hop != 0 && ends[j].hop != e.flow {
			continue
		}
		front, back := i, j
		if e.back {
			front, back = j, i
		}
		f, b := ends[front], ends[back]
		switch {
		case f.how == "open" && b.how == "open":
			drop[back] = true
		case f.how == "open" || f.how == record.HowSilence:
			drop[front] = true
		case b.how == "open" || b.how == record.HowSilence:
			drop[back] = true
		case f.by == record.Server && b.by == record.Client && (f.how == record.HowFIN || f.how == record.HowRST || f.how == record.HowHalf):
			f.by, drop[back] = "proxy", true
		case b.at < f.at:
			drop[front] = true
		default:
			drop[back] = true
		}
	}
	kept := ends[:0]
	for i := range ends {
		if !drop[i] {
			kept = append(kept, ends[i])
		}
	}
	return kept
}
