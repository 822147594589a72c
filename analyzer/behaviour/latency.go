package behaviour

import (
	"maps"
	"slices"
	"strings"
)

// latencies compares how quickly the kinds that both runs have are answered. Kinds that answer the same request wait for
// the same work: one of them is told.
func (c *comparison) latencies(old, now map[string]*Kind, others *bystander) {
	told := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		was, is := old[name], now[name]
		if is != nil && latencyMoved(was, is, others) {
			told[is.request()] = append(told[is.request()], name)
		}
	}
	for _, request := range slices.Sorted(maps.Keys(told)) {
		name := telling(told[request], request, now)
		was, is := old[name], now[name]
		detail := numbers(was.Reply, is.Reply, milliseconds)
		if is.Answers != "" {
			detail = "in answer to " + request + "; " + detail
		}
		before := len(c.found)
		c.tell("latency", name, "changed", milliseconds(was.Reply.P50), milliseconds(is.Reply.P50), detail, worse(is.Reply.P50 > was.Reply.P50))
		if len(c.found) > before {
			d := &c.found[before]
			for _, other := range told[request] {
				if other != name {
					d.LedTo = append(d.LedTo, "latency "+other+": "+milliseconds(old[other].Reply.P50)+" → "+milliseconds(now[other].Reply.P50))
				}
			}
		}
	}
}

// latencyMoved says whether a kind is answered slower or quicker than before, by itself. That what is done a few times was
// quicker the next time says nothing.
func latencyMoved(old, now *Kind, others *bystander) bool {
	if old.pushed() || now.pushed() {
		return false
	}
	if others.slowerThanExpected(old, now) {
		return true
	}
	if !latencyTolerance.moved(old.Reply, now.Reply) {
		return false
	}
	quick, slow := old.Reply, now.Reply
	if quick.P50 > slow.P50 {
		quick, slow = slow, quick
	}
	if slow == old.Reply && min(quick.N, slow.N) < fewValues {
		return false
	}
	around := others.around(now.request())
	if old.once() || now.once() {
		return slowedOnce(quick, slow, around.start, old.First && now.First)
	}
	return slowedDown(quick, slow, around)
}

// In seconds, what is too little to be told, and what is added before ratios are made: clocks and schedulers have it.
const (
	leastSlower = 0.004
	grain       = 0.001
)

// slowerThanExpected says whether a kind of which there are several is slower than it was, and than what happened to the others lets
// expect: by the middle half of its times, and clear of all but the slowest of those before.
func (s *bystander) slowerThanExpected(old, now *Kind) bool {
	was, is := old.Reply, now.Reply
	if was == nil || is == nil || min(was.N, is.N) < fewAnswers {
		return false
	}
	factor, shift := s.expected(now.request())
	expected := max(was.highest()*factor, was.highest()+shift, was.highest())
	return is.P50 > 1.8*(expected+grain) && is.P25 > 1.4*(expected+grain) && is.P50-expected > leastSlower && is.P25 > was.P75*max(factor, 1) &&
		is.Min > was.P75+shift && is.P50-expected > s.around(now.request()).noise
}

// fewAnswers is the number below which times are too few for a middle half.
const fewAnswers = 4

// expected is by which factor, and by how much, the answers to all other requests are slower in the middle.
func (s *bystander) expected(request string) (factor, shift float64) {
	var factors, shifts []float64
	for i, other := range s.answers {
		if other != request {
			factors = append(factors, (s.now[i]+grain)/(s.old[i]+grain))
			shifts = append(shifts, s.now[i]-s.old[i])
		}
	}
	if len(factors) == 0 {
		return 1, 0
	}
	slices.Sort(factors)
	slices.Sort(shifts)
	return max(factors[len(factors)/2], 1), max(shifts[len(shifts)/2], 0)
}

// once says whether a kind is there once in each of a few flows.
func (k *Kind) once() bool { return k.Most <= 1 && k.Flows.sum() < fewValues }

// telling is, of kinds that answer one request, the one by which people know it: the one most often measured, of
// those one that bears the request's name, and of those the one that comes last.
func telling(names []string, request string, kinds map[string]*Kind) string {
	word := request[strings.LastIndexByte(request, ' ')+1:]
	best := names[0]
	rank := func(name string) int64 {
		n := 2 * kinds[name].Reply.N
		if strings.Contains(name, word) {
			n++
		}
		return n
	}
	for _, name := range names[1:] {
		if rank(name) > rank(best) || rank(name) == rank(best) && kinds[name].Reply.P50 > kinds[best].Reply.P50 {
			best = name
		}
	}
	return best
}
