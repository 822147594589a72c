package diagnose

import (
	"cmp"
	"slices"
	"wscope/analyzer/record"
)

// group is ends that have a cause in common, as far as one was found.
type group struct {
	ends    []*end
	pattern string
	unsure  bool    // one event would look the same
	times   []int64 // of moments: when
}

const (
	shortest = 1.0 // seconds; a shorter silence or age is no limit's
	moment   = 2.0 // seconds that one event takes at most
	apart    = 3.0 // how much more one thing must vary than another for the other to be the cause
	floor    = 1e-3
	scripted = 0.1 // seconds that connections of one script differ by at most
)

// split finds the causes within a group of ends of one kind. The ends that have none in common stay one group.
func split(c *context, ends []*end) (found []group) {
	for range 4 {
		g, rest, ok := pattern(c, ends)
		if !ok {
			break
		}
		found = append(found, g)
		if ends = rest; len(ends) == 0 {
			return found
		}
	}
	if len(ends) > 0 {
		found = append(found, group{ends: ends})
	}
	return found
}

// pattern takes out of a group the ends with one cause.
func pattern(c *context, ends []*end) (g group, rest []*end, ok bool) {
	if t := ends[0].trait; t != plain {
		return group{ends: ends, pattern: traitNames[t]}, nil, true
	}
	if len(ends) < MinFlows || ends[0].how == record.HowRefused || ends[0].how == record.HowSilence {
		return group{}, ends, false
	}
	if yes, no := divide(ends, func(e *end) bool { return e.unanswered > 0 }); len(yes) >= MinFlows && 5*len(yes) >= 4*len(ends) {
		return group{ends: yes, pattern: "ping"}, no, true
	}
	if ends[0].code == 1009 {
		if yes, no := divide(ends, func(e *end) bool { return e.largest > 0 }); len(yes) >= MinFlows {
			return group{ends: yes, pattern: "size"}, no, true
		}
	}
	if ends[0].how == record.HowUnanswered || ends[0].by == "" {
		return group{}, ends, false
	}
	idle, rest1, ok1 := idleLimit(c, ends)
	age, rest2, ok2 := ageLimit(ends)
	switch {
	case ok1 && (!ok2 || len(idle.ends) >= len(age.ends)):
		return idle, rest1, true
	case ok2:
		return age, rest2, true
	}
	return group{}, ends, false
}

// idleLimit finds ends after one and the same silence.
func idleLimit(c *context, ends []*end) (group, []*end, bool) {
	b, ok := findBand(each(ends, func(e *end) float64 { return e.silence }), shortest)
	if !ok {
		return group{}, nil, false
	}
	in, out := divide(ends, func(e *end) bool { return b.has(e.silence) })
	longer := 0 // lived through more silence than what would have ended them
	for i := range in {
		if in[i].quietest > 1.2*b.high {
			longer++
		}
	}
	if 10*longer > len(in) {
		return group{}, nil, false
	}
	silence := max(spread(each(in, func(e *end) float64 { return e.silence })), floor)
	age := max(spread(each(in, (*end).age)), floor)
	if silence > 2*age {
		return group{}, nil, false // it is their age that is the same
	}
	at := spread(each(in, c.when))
	g := group{ends: in, pattern: "idle", unsure: at < apart*silence && !c.outlived(in)}
	if g.unsure && at < silence/apart {
		return group{}, nil, false // it is the moment
	}
	return g, out, true
}

// ageLimit finds ends at one and the same age, whether or not something was said shortly before.
func ageLimit(ends []*end) (group, []*end, bool) {
	b, ok := findBand(each(ends, (*end).age), shortest)
	if !ok {
		return group{}, nil, false
	}
	in, out := divide(ends, func(e *end) bool { return b.has(e.age()) })
	age := max(spread(each(in, (*end).age)), floor)
	begun := spread(each(in, func(e *end) float64 { return float64(e.start) / 1e9 }))
	silence := spread(each(in, func(e *end) float64 { return e.silence }))
	talking, _ := divide(in, func(e *end) bool { return e.silence >= 0 && e.silence < e.quietest })
	if begun < apart*age || silence < age/2 && 10*len(talking) < 9*len(in) {
		return group{}, nil, false // it may be their silence, unless they lived through longer ones
	}
	return group{ends: in, pattern: "age"}, out, true
}

// limits reports whether the group's silence or age is a limit without doubt: the other of the two varied, so that no common
// script of the connections made both. A Close in good order asks for that; who ended so had nothing to explain.
func (g *group) limits() bool {
	silence, age := spread(each(g.ends, func(e *end) float64 { return e.silence })), spread(each(g.ends, (*end).age))
	if g.pattern == "age" {
		return silence >= scripted && silence >= apart*age
	}
	return g.pattern == "idle" && !g.unsure && age >= scripted && age >= apart*silence
}

// takeMoments finds many connections that one side ended at once, in whatever way, and returns the others.
func takeMoments(c *context, ends []*end, found *[]group) []*end {
	for _, by := range []record.Peer{record.Server, record.Client, record.Proxy} {
		first := len(*found)
		ends = c.moments(ends, by, false, 8, found)
		if len(*found) == first {
			continue
		}
		// Those who came back together after one event began together: then only that it happens again shows that it is one.
		again := (*found)[first:]
		rest := c.moments(ends, by, true, maxRepeats, &again)
		if len(again) >= MinFlows {
			ends = rest
			*found = append((*found)[:first], merged(again))
		}
	}
	return ends
}

const maxRepeats = 200 // events of one kind that are looked for

// moments takes out the ends of several moments.
func (c *context) moments(ends []*end, by record.Peer, together bool, most int, found *[]group) []*end {
	for range most {
		in, ok := c.oneMoment(ends, by, together)
		if !ok {
			break
		}
		taken := map[int64]bool{}
		for i := range in {
			taken[in[i].flow] = true
		}
		*found = append(*found, group{ends: in, pattern: "moment", times: []int64{in[0].at}})
		_, ends = divide(ends, func(e *end) bool { return taken[e.flow] })
	}
	return ends
}

// merged makes one group of an event that happened several times.
func merged(events []group) group {
	g := group{pattern: "moment"}
	for i := range events {
		g.ends = append(g.ends, events[i].ends...)
		g.times = append(g.times, events[i].times...)
	}
	slices.SortFunc(g.ends, func(a, b *end) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.flow, b.flow)) })
	slices.Sort(g.times)
	return g
}

// oneMoment is the ends of one side that fell into one moment while they had begun, and last spoken, at several; together
// leaves out that they had.
func (c *context) oneMoment(ends []*end, by record.Peer, together bool) ([]*end, bool) {
	var of []*end
	for i := range ends {
		e := ends[i]
		if e.by == by && e.trait != forgot && e.how != record.HowRefused && e.how != record.HowUnanswered && (e.abnormal() || by == "server" && e.code == 1001) {
			of = append(of, e)
		}
	}
	if len(of) < MinFlows {
		return nil, false
	}
	slices.SortFunc(of, func(a, b *end) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.flow, b.flow)) })
	width := min(moment, c.duration/20) // in a short capture everything is at once
	best, most, j := 0, 0, 0
	for i := range of {
		for j = max(j, i); j < len(of) && c.when(of[j])-c.when(of[i]) <= width; j++ {
		}
		if j-i > most {
			best, most = i, j-i
		}
	}
	in := of[best : best+most]
	if most < MinFlows {
		return nil, false
	}
	first, last := c.when(in[0]), c.when(in[most-1])
	around, near := 0, 5*max(last-first, width/8)
	for i := range of {
		if at := c.when(of[i]); at >= first-near && at <= last+near {
			around++
		}
	}
	if byChance(most, len(of), max(last-first, width/8)/c.duration) > rareChance || float64(most) < dense*float64(around) {
		return nil, false
	}
	if together {
		return in, true
	}
	at := max(spread(each(in, c.when)), floor)
	begun := spread(each(in, func(e *end) float64 { return c.when(e) - e.age() }))
	spoke := spread(each(in, func(e *end) float64 { return c.when(e) - max(e.silence, 0) }))
	if begun < apart*at || spoke < apart*at && !sameTalk(in) {
		return nil, false
	}
	return in, true
}

// sameTalk reports whether connections were in the middle of their conversation when they ended: none had been silent for long,
// so that no time-out of silence ended them.
func sameTalk(ends []*end) bool {
	talking := 0
	for i := range ends {
		if e := ends[i]; e.silence >= 0 && e.silence < max(e.quietest, shortest) {
			talking++
		}
	}
	return 2*talking >= len(ends)
}

func divide(ends []*end, ok func(*end) bool) (yes, no []*end) {
	for i := range ends {
		if ok(ends[i]) {
			yes = append(yes, ends[i])
		} else {
			no = append(no, ends[i])
		}
	}
	return yes, no
}

func each(ends []*end, value func(*end) float64) []float64 {
	list := make([]float64, len(ends))
	for i := range ends {
		list[i] = value(ends[i])
	}
	return list
}
