package behaviour

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// latencies compares how quickly the kinds that both runs have are answered. Kinds that answer the same request wait for
// the same work: one of them is told.
func (c *comparison) latencies(a, b *Role, old, now map[string]*Kind, others *bystander) {
	told := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		was, is := old[name], now[name]
		if is == nil || was.pushed() || is.pushed() || was.Reply == nil || is.Reply == nil || is.Answers == is.Name && is.timed() {
			continue
		}
		if c.slowed(was, is, a, b) || quicker(was.Reply, is.Reply, others.around(is.request())) {
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
		severity := worse(is.Reply.P50 > was.Reply.P50)
		if is.From == "client" && !others.fromClient(request) {
			severity = "note" // how long its network is, or who sits before it, may be all that there is to it
		}
		c.tell("latency", name, "changed", milliseconds(was.Reply.P50), milliseconds(is.Reply.P50), detail, severity)
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

// slowed says whether a kind is answered slower than in each run of the older sample that was like this one.
func (c *comparison) slowed(was, is *Kind, a, b *Role) bool {
	if was.pushed() || is.pushed() || was.Reply == nil || is.Reply == nil {
		return false
	}
	if (was.Replies == 0 || is.Replies == 0) && is.Answers != is.Name { // that they are answers at all is guessed
		request := byKind(b.Messages)[is.request()]
		switch {
		case min(was.Reply.N, is.Reply.N) < fewAnswers && is.From == "server" && slices.ContainsFunc(b.Messages, is.rarerAnswer):
			return false // and of few the guess may be wrong: something else answers as a rule
		case request != nil && (request.Replies > 0 || request.Asked > 0 && 10*request.Lacking <= request.Asked):
			return false // what it is taken for an answer to is an answer itself, or has its own by its identifier
		}
	}
	runs := max(len(was.Reply.Runs), 1)
	alike, all := 0, 0
	for run := range runs {
		old := was.Reply.ofRun(run)
		if old == nil {
			continue
		}
		all++
		others := bystanders(a, b, run).around(is.request())
		// One in which all was slower says little about one that has time.
		if others.level > 2*others.now+0.005 {
			continue
		}
		alike++
		if !slower(old, is.Reply, others, was.First && is.First) {
			return false
		}
	}
	if alike > 0 {
		return alike >= min(all, 2) || all <= 3
	}
	others := bystanders(a, b, -1).around(is.request())
	return all > 0 && slower(was.Reply, is.Reply, others, was.First && is.First)
}

// rarerAnswer says whether another kind answers the same far more often.
func (k *Kind) rarerAnswer(o *Kind) bool {
	return o.From == k.From && o.Name != k.Name && o.Answers == k.Answers && o.Reply != nil && o.Reply.N > 2*k.Reply.N
}

// fromClient says whether the client answers something besides a request.
func (s *bystander) fromClient(request string) bool {
	return slices.ContainsFunc(s.answers, func(other string) bool { return other != request && strings.HasPrefix(other, "server ") })
}

// In seconds, what is too little to be told, of any number and of few; and what is added before ratios are made: clocks and
// schedulers have it.
const (
	leastSlower = 0.004
	onceSlower  = 0.050
	grain       = 0.001
)

// slower says whether one kind's times are longer than another's by themselves. What a machine does besides makes some of them longer,
// and rarely all: the least of them must be longer than most were, and by far more than what happened to the others lets expect.
// first is what flows begin with, when programs have just begun.
func slower(old, now *Band, others around, first bool) bool {
	n := min(old.N, now.N)
	own := max(old.spread(), now.spread())
	shift, noise, room, least := others.shift, max(others.noise, own/3), 2.5, leastSlower
	if others.n == 0 {
		noise = own
	}
	switch {
	case n < 2:
		shift, room, least = 4*others.most, 12, onceSlower
	case n < fewAnswers:
		shift, room, least = others.most, 8, onceSlower
	case n < fewValues:
		room = 3.5
	}
	if first && n < fewValues {
		room, least = 2*room, onceSlower
		if n < fewAnswers && now.Min < 20*old.most() {
			return false
		}
	}
	moved := now.Min - old.Min - shift
	if n >= fewAnswers && !first && separate(old, now, others) {
		return true
	}
	return moved > least && moved > room*noise && now.Min > old.P75+shift && now.P50 > 1.8*(old.P50+shift+grain)
}

// separate says whether even the quickest answers are slower than most were, by so much that it would be no chance if each of them had
// met what some of the other answers met.
func separate(old, now *Band, others around) bool {
	moved := now.Min - old.P75 - others.shift
	return others.n >= 2 && moved > onceSlower/2 && now.P50 > 2*(old.P75+others.shift) && math.Pow(others.beyond(moved), float64(now.N)) < 1e-4
}

// quicker says whether a kind of which there are many is answered quicker than before.
func quicker(old, now *Band, others around) bool {
	return min(old.N, now.N) >= fewValues && latencyTolerance.moved(old, now) && slower(now, old, around{n: others.n, noise: others.noise}, false)
}

// fewAnswers is the number below which times are too few for a middle half, and fewValues that below which the least of them may have
// waited as well.
const (
	fewAnswers = 4
	fewValues  = 8
)

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
