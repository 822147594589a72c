package behaviour

import (
	"math"
	"slices"
)

// bystander is how much the latencies of a role moved between two runs, each for itself: when all move, it is the
// machine that was busier, or the network that was longer.
type bystander struct {
	answers []string // the requests that they are about: the other side's sender and kind
	first   []bool   // what flows begin with: how quickly programs start, more than how quick they are
	old     []*Band
	now     []*Band
}

// opening is what the opening handshake answers.
const opening = "opening handshake"

// bystanders are the kinds that both runs answered, and the opening handshake. Of the older sample it is one run, or all together
// where it is less than 0.
func bystanders(a, b *Role, run int) *bystander {
	s := &bystander{}
	add := func(request string, first bool, old, now *Band) {
		if old = old.ofRun(run); old != nil && now != nil {
			s.answers, s.first, s.old, s.now = append(s.answers, request), append(s.first, first), append(s.old, old), append(s.now, now)
		}
	}
	add(opening, true, a.Answer, b.Answer)
	old := byKind(a.Messages)
	for _, k := range b.Messages {
		if was := old[k.From+" "+k.Name]; was != nil && !k.pushed() && !was.pushed() && !k.timed() {
			add(k.request(), was.First && k.First, was.Reply, k.Reply)
		}
	}
	return s
}

// ofRun is what a sample's run has; all together where run is less than 0, or where runs are not kept.
func (b *Band) ofRun(run int) *Band {
	if b == nil || run < 0 || b.Runs == nil {
		return b
	}
	if run >= len(b.Runs) {
		return nil
	}
	return b.Runs[run]
}

// request is the kind of message that a kind answers, with its sender: "client order".
func (k *Kind) request() string {
	switch {
	case k.Answers == "":
		return k.From + " " + k.Name // what it answers was not written down
	case k.From == "server":
		return "client " + k.Answers
	}
	return "server " + k.Answers
}

// around is what happened to the answers to all other requests, in seconds.
type around struct {
	n     int     // of them
	shift float64 // how much the least of the middle one grew
	most  float64 // and of the one that grew most
	noise float64 // between the least and the upper quarter of the middle one, in the noisier run
	level float64 // the median of the middle one before
	now   float64 // and now
	rest  []pair  // all of them, each before and now
}

// pair is the latencies of one kind in two runs.
type pair struct{ old, now *Band }

// beyond is, to be on the safe side, the share of the other answers of the newer run that took longer than the middle of theirs before by
// more than some seconds.
func (a *around) beyond(seconds float64) float64 {
	over, all := 1.0, 2.0
	for _, p := range a.rest {
		limit, n := p.old.P50+seconds, float64(p.now.N)
		all += n
		switch {
		case limit < p.now.Min:
			over += n
		case limit < p.now.P25:
			over += 0.9 * n
		case limit < p.now.P50:
			over += 0.75 * n
		case limit < p.now.P75:
			over += 0.5 * n
		case limit < p.now.most():
			over += 0.25 * n
		}
	}
	return over / all
}

// around sums up all but one: those of which there are several, or else those that flows do not begin with, if there are any.
func (s *bystander) around(request string) around {
	several := func(i int) bool { return min(s.old[i].N, s.now[i].N) >= fewAnswers }
	later := func(i int) bool { return !s.first[i] }
	all := s.sum(request, func(int) bool { return true })
	for _, which := range []func(int) bool{several, later} {
		if a := s.sum(request, which); a.n > 0 {
			a.most, a.rest = all.most, all.rest
			return a
		}
	}
	return all
}

func (s *bystander) sum(request string, which func(int) bool) (a around) {
	var shifts, before, after, old, now []float64
	for i, other := range s.answers {
		if other == request || !which(i) {
			continue
		}
		a.n++
		a.rest = append(a.rest, pair{s.old[i], s.now[i]})
		shifts = append(shifts, s.now[i].Min-s.old[i].Min)
		before, after = append(before, s.old[i].spread()), append(after, s.now[i].spread())
		old, now = append(old, s.old[i].P50), append(now, s.now[i].P50)
	}
	if a.n == 0 {
		return a
	}
	a.shift, a.most = max(middle(shifts), 0), max(slices.Max(shifts), 0)
	a.noise = max(middle(before), middle(after))
	a.level, a.now = middle(old), middle(now)
	return a
}

// spread is how far above the least most values lie; of few the greatest says nothing.
func (b *Band) spread() float64 {
	if b.N < fewAnswers {
		return b.P50 - b.Min
	}
	return b.P75 - b.Min
}

// middle is the middle one of some numbers, the greater of two; it sorts them.
func middle(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// calm is, in seconds, how much latencies may move on two machines that have time.
const calm = 0.010

// quiet says whether nothing moved much: neither run was on a busier machine.
func (s *bystander) quiet() bool {
	for i := range s.answers {
		if math.Abs(s.now[i].P50-s.old[i].P50) >= calm {
			return false
		}
	}
	return len(s.answers) > 0
}
