package main

import (
	"container/heap"
	"math"
)

// schedule lets conversations speak at times of their own: each has a pace, most a slow one and few a very fast one (Pareto), and speaks
// in bursts with gaps as the recordings have them.
type schedule []*conversation

func (s schedule) Len() int { return len(s) }
func (s schedule) Less(i, j int) bool {
	if s[i].due != s[j].due {
		return s[i].due < s[j].due
	}
	return s[i].id < s[j].id
}
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)   { *s = append(*s, x.(*conversation)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

const (
	paretoShape = 1.2 // of the paces: a tenth of the conversations says two thirds
	idleShare   = 50  // percent of the conversations are idle nearly always
	idlePace    = 0.01
	burstMean   = 4  // messages
	pauseFactor = 40 // a pause between bursts is as many gaps long
)

// converse takes turns among the conversations as their times come.
func (g *generator) converse() {
	var s schedule
	for i := range g.open {
		c := &g.open[i]
		c.id = i
		c.due = g.out.time + int64(g.ExpFloat64()*1e6*float64(i%1000))
		s = append(s, c)
	}
	heap.Init(&s)
	for len(s) > 0 && g.out.err == nil {
		c := s[0]
		g.out.time = max(g.out.time, c.due)
		begins := c.stage == idle
		if !g.turn(c) {
			heap.Pop(&s)
			continue
		}
		if begins {
			c.pace = math.Pow(1-g.Float64(), -1/paretoShape)
			if g.chance(idleShare) {
				c.pace *= idlePace
			}
		}
		c.due = g.out.time + g.pause(c)
		heap.Fix(&s, 0)
		if g.other > 0 {
			g.bystanders()
		}
	}
}

// pause is how long a conversation is silent.
func (g *generator) pause(c *conversation) int64 {
	gap := g.draw(fitted[g.use.like].gap)
	if c.burst > 0 {
		c.burst--
	} else {
		c.burst = int(g.ExpFloat64() * burstMean)
		gap *= pauseFactor / c.pace
	}
	return int64(min(gap, 600e9)) + 1
}
