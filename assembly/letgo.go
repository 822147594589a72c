package assembly

import "slices"

// LetGo ends the connections that were silent for longest, one in part of all, so that
// what they keep is free: those that were closed or never answered first. It returns how
// many had not ended. at is the packet at which memory was short, not nil.
func (a *Assembler) LetGo(part int, at *Mark) int {
	n := 0
	for p := range a.lists {
		n += a.lists[p].Len()
	}
	n = (n + part - 1) / part
	for c := a.lists[closed].First(); c != nil && n > 0; c = a.lists[closed].First() {
		a.forget(c)
		n--
	}
	ended := 0
	for _, p := range [...]phase{opening, open} {
		for _, c := range a.silent(p, n) {
			a.endBoth(c, Idle, at)
			a.forget(c)
			ended++
			n--
		}
	}
	return ended
}

// silent gives the n connections of a phase that were silent for longest.
func (a *Assembler) silent(p phase, n int) []*Conn {
	l := &a.lists[p]
	if n <= 0 || l.Len() == 0 {
		return nil
	}
	all := make([]*Conn, 0, l.Len())
	for c := range l.All() {
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(x, y *Conn) int { return int(min(max(x.Last.Index-y.Last.Index, -1), 1)) })
	return all[:min(n, len(all))]
}
