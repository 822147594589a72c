package behaviour

import (
	"cmp"
	"maps"
	"slices"
)

// Join makes one sample of several: of runs of the same program. Names that only some of the runs have, and that differ in an
// identifier alone, become one.
func Join(list ...*Behaviour) *Behaviour {
	if len(list) == 1 {
		return list[0]
	}
	list = slices.Clone(list)
	alignAll(list)
	all := &Behaviour{Version: Version, Roles: []*Role{}}
	for _, b := range list {
		if all.Runs >= maxRuns {
			break
		}
		all.join(b)
	}
	return all
}

// join adds the runs of another sample.
func (b *Behaviour) join(o *Behaviour) {
	before, more := b.Runs, o.runs()
	mine, theirs := byName(b.Roles), byName(o.Roles)
	b.Roles = nil
	for _, name := range union(mine, theirs) {
		b.Roles = append(b.Roles, joinRoles(mine[name], theirs[name], before, more))
	}
	b.Runs = before + more
}

// after is counts of some runs, and then those of more.
func (c Counts) after(before int, o Counts, more int) Counts {
	all := make(Counts, before+more)
	copy(all, c)
	copy(all[before:], o)
	return all
}

// joinRoles is one role's runs and another's after them; nil is a role that runs do not have.
func joinRoles(a, b *Role, before, more int) *Role {
	if a == nil {
		a = &Role{Name: b.Name, NamedBy: b.NamedBy}
	}
	if b == nil {
		b = &Role{Name: a.Name}
	}
	r := *a
	r.Flows, r.Open = a.Flows.after(before, b.Flows, more), a.Open+b.Open
	if a.Reconnects.sum()+b.Reconnects.sum() > 0 {
		r.Reconnects = a.Reconnects.after(before, b.Reconnects, more)
	}
	r.mergeTallies(b)
	r.Lasts, r.Answer = joinBands(a.Lasts, b.Lasts), bandsAfter(a.Answer, before, b.Answer, more)
	r.Sealed = joinSealed(a.Sealed, b.Sealed)
	mine, theirs := byKind(a.Messages), byKind(b.Messages)
	r.Messages = nil
	for _, name := range union(mine, theirs) {
		k, o := mine[name], theirs[name]
		if k == nil {
			k = &Kind{From: o.From, Name: o.Name, Answers: o.Answers, First: o.First, Least: o.Least, Tail: o.Tail}
		}
		if o == nil {
			o = &Kind{Least: k.Least, Tail: k.Tail, First: k.First, PerFlow: k.PerFlow}
		}
		sum := k.merged(o)
		sum.Count, sum.Flows = k.Count.after(before, o.Count, more), k.Flows.after(before, o.Flows, more)
		sum.Reply = bandsAfter(k.Reply, before, o.Reply, more)
		r.Messages = append(r.Messages, sum)
	}
	sortKinds(r.Messages)
	return &r
}

// mergeTallies adds another role's tallies, order and sequences.
func (r *Role) mergeTallies(o *Role) {
	theirs := o.tallies()
	for i, t := range r.tallies() {
		*t.tally = plus(*t.tally, *theirs[i].tally)
	}
	r.Order, r.AtOnce = plus(r.Order, o.Order), plus(r.AtOnce, o.AtOnce)
	r.Crossing = plus(r.Crossing, o.Crossing)
	sequences := maps.Clone(r.Sequences)
	for name, s := range o.Sequences {
		if sequences == nil {
			sequences = map[string]Steps{}
		}
		sequences[name] = Steps{sequences[name].Next + s.Next, sequences[name].Skip + s.Skip}
	}
	r.Sequences = sequences
}

// merged is two kinds as one, but for Count and Flows.
func (k *Kind) merged(o *Kind) *Kind {
	m := *k
	if m.packet == 0 || o.packet > 0 && o.packet < m.packet {
		m.packet = o.packet
	}
	m.Answers = cmp.Or(k.Answers, o.Answers)
	m.First, m.Words = k.First && o.First, k.Words || o.Words
	m.PerFlow, m.Least, m.Most = max(k.PerFlow, o.PerFlow), min(k.Least, o.Least), max(k.Most, o.Most)
	m.Replies, m.Caused = k.Replies+o.Replies, k.Caused+o.Caused
	m.Turns, m.Of = k.Turns+o.Turns, plus(k.Of, o.Of)
	m.Asked, m.Lacking = k.Asked+o.Asked, k.Lacking+o.Lacking
	m.Repeated, m.Alike = k.Repeated+o.Repeated, k.Alike+o.Alike
	m.Tail = min(k.Tail, o.Tail)
	m.Burst = joinBands(k.Burst, o.Burst)
	m.Size, m.Reply, m.Every = joinBands(k.Size, o.Size), joinBands(k.Reply, o.Reply), joinBands(k.Every, o.Every)
	m.Fields, m.Values = plusAll(k.Fields, o.Fields, maxFields), plusAll(k.Values, o.Values, maxFields)
	m.Lengths = joinLengths(k.Lengths, o.Lengths)
	for at, v := range m.Values { // an enumeration is one in both
		if len(v) > maxValues || !isState(at) && !isSubset(k.Values[at], o.Values[at]) || k.Fields[at] != nil && k.Values[at] == nil || o.Fields[at] != nil && o.Values[at] == nil {
			delete(m.Values, at)
		}
	}
	return &m
}

func plus(a, b Tally) Tally {
	if len(a) == 0 {
		return maps.Clone(b)
	}
	sum := maps.Clone(a)
	for name, n := range b {
		sum[name] += n
	}
	return sum
}

func plusAll(a, b map[string]Tally, most int) map[string]Tally {
	if a == nil && b == nil {
		return nil
	}
	sum := map[string]Tally{}
	for _, m := range []map[string]Tally{a, b} {
		for _, at := range slices.Sorted(maps.Keys(m)) {
			if _, known := sum[at]; known || len(sum) < most {
				sum[at] = plus(sum[at], m[at])
			}
		}
	}
	return sum
}

// joinBands is about what the values of both are like.
func joinBands(a, b *Band) *Band {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	n := a.N + b.N
	var runs []*Band
	for i := range max(len(a.Runs), len(b.Runs)) { // of the same runs
		runs = append(runs, joinBands(a.ofRun(i), b.ofRun(i)))
	}
	mix := func(x, y float64) float64 { return round3((x*float64(a.N) + y*float64(b.N)) / float64(n)) }
	return &Band{
		N: n, Min: min(a.Min, b.Min), Max: max(a.most(), b.most()),
		P25: mix(a.P25, b.P25), P50: mix(a.P50, b.P50), P75: mix(a.P75, b.P75),
		Low: min(a.lowest(), b.lowest()), High: max(a.highest(), b.highest()), Runs: runs,
	}
}

// bandsAfter is joinBands of some runs and more after them, each kept besides.
func bandsAfter(a *Band, before int, b *Band, more int) *Band {
	sum := joinBands(a, b)
	if sum == nil || before == 0 {
		return sum
	}
	runs := append(a.perRun(before), b.perRun(more)...)
	joined := *sum
	joined.Runs = runs
	return &joined
}

// perRun is each of n runs by itself.
func (b *Band) perRun(n int) []*Band {
	switch {
	case b == nil:
		return make([]*Band, n)
	case len(b.Runs) == n:
		return slices.Clone(b.Runs)
	}
	list := make([]*Band, n)
	for i := range list {
		one := *b
		one.Runs = nil
		list[i] = &one
	}
	return list
}

func sortKinds(list []*Kind) {
	slices.SortFunc(list, func(a, b *Kind) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name)) })
}

// isSubset says whether all values of one tally are among those of the other.
func isSubset(a, b Tally) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for v := range a {
		if b[v] == 0 {
			return false
		}
	}
	return true
}
