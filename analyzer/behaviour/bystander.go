package behaviour

import (
	"math"
	"slices"
)

// bystander is how much the latencies of a role moved between two runs, each for itself: when all move, it is the
// machine that was busier.
type bystander struct {
	names []string
	moves []float64 // of the medians, in seconds
}

// bystanders are the kinds that both runs answered, and the opening handshake.
func bystanders(a, b *Role) *bystander {
	s := &bystander{}
	add := func(name string, old, now *Band) {
		if old != nil && now != nil {
			s.names, s.moves = append(s.names, name), append(s.moves, math.Abs(now.P50-old.P50))
		}
	}
	add("", a.Answer, b.Answer)
	old := byKind(a.Messages)
	for _, k := range b.Messages {
		name := k.From + " " + k.Name
		if was := old[name]; was != nil {
			add(name, was.Reply, k.Reply)
		}
	}
	return s
}

// moved is how much all but one moved, the least first.
func (s *bystander) moved(but string) (list []float64) {
	for i, name := range s.names {
		if name != but {
			list = append(list, s.moves[i])
		}
	}
	slices.Sort(list)
	return list
}
