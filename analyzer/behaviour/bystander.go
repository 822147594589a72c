package behaviour

import (
	"math"
	"slices"
)

// bystander is how much the latencies of a role moved between two runs, each for itself: when all move, it is the
// machine that was busier.
type bystander struct {
	answers []string  // the requests that they are about: the other side's sender and kind
	first   []bool    // what flows begin with: how quickly programs start, more than how quick they are
	moves   []float64 // of the medians, in seconds
	old     []float64 // the medians themselves
	now     []float64
	wide    []float64 // how much longer than the median the slowest took, in the run where that was more
}

// opening is what the opening handshake answers.
const opening = "opening handshake"

// bystanders are the kinds that both runs answered, and the opening handshake.
func bystanders(a, b *Role) *bystander {
	s := &bystander{}
	add := func(request string, first bool, old, now *Band) {
		if old != nil && now != nil {
			s.first = append(s.first, first)
			s.answers, s.moves = append(s.answers, request), append(s.moves, math.Abs(now.P50-old.P50))
			s.old, s.now = append(s.old, old.P50), append(s.now, now.P50)
			s.wide = append(s.wide, max(old.most()-old.P50, now.most()-now.P50))
		}
	}
	add(opening, false, a.Answer, b.Answer)
	old := byKind(a.Messages)
	for _, k := range b.Messages {
		if was := old[k.From+" "+k.Name]; was != nil && !k.pushed() && !was.pushed() {
			add(k.request(), k.First && was.First, was.Reply, k.Reply)
		}
	}
	return s
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

// around is what happened to the answers to all other requests.
type around struct {
	moved  float64 // the most that any moved
	noise  float64 // that, or how much longer than its median any took
	middle float64 // how much the middle one of them moved
	start  float64 // noise, with what flows begin with
}

// around leaves what flows begin with out of moved and noise: how quickly programs start is not what others are held against.
func (s *bystander) around(request string) (a around) {
	var list []float64
	for i, other := range s.answers {
		if other == request {
			continue
		}
		list = append(list, s.moves[i])
		a.start = max(a.start, s.moves[i], s.wide[i])
		if !s.first[i] {
			a.moved, a.noise = max(a.moved, s.moves[i]), max(a.noise, s.moves[i], s.wide[i])
		}
	}
	if len(list) > 0 {
		slices.Sort(list)
		a.middle = list[len(list)/2]
	}
	return a
}

// calm is, in seconds, how much latencies may move on two machines that have time.
const calm = 0.010

// quiet says whether nothing moved much: neither run was on a busier machine.
func (s *bystander) quiet() bool { return len(s.moves) > 0 && slices.Max(s.moves) < calm }
