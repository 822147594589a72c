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

// moved is how much at most any of those moved that answer something else, and the middle one of them. How quickly
// programs start is not what others are held against.
func (s *bystander) moved(request string) (most, middle float64) {
	var list []float64
	for i, other := range s.answers {
		if other == request {
			continue
		}
		list = append(list, s.moves[i])
		if !s.first[i] {
			most = max(most, s.moves[i])
		}
	}
	if len(list) > 0 {
		slices.Sort(list)
		middle = list[len(list)/2]
	}
	return most, middle
}

// noise is how much at most any of those moved, or how long it took beyond its median.
func (s *bystander) noise(request string) (most float64) {
	for i, other := range s.answers {
		if other != request {
			most = max(most, s.moves[i], s.wide[i])
		}
	}
	return most
}

// calm is, in seconds, how much latencies may move on two machines that have time.
const calm = 0.010

// quiet says whether nothing moved much: neither run was on a busier machine.
func (s *bystander) quiet() bool { return len(s.moves) > 0 && slices.Max(s.moves) < calm }
