package apps

import (
	"testing"

	"wscope/analyzer/record"
)

// beatTimes is when an endpoint had sent its heartbeats and the other had received them, and the
// same of the answers: a packet's time lies between the two. Milliseconds, from the first on.
type beatTimes struct {
	Sent     []float64 `json:"sent_ms"`
	Received []float64 `json:"received_ms"`
	Answered []float64 `json:"answered_ms"`
	Heard    []float64 `json:"heard_ms"`
}

// between is a value that is known to lie in a range, ends included.
type between struct{ least, most float64 }

func (b between) minus(o between) between { return between{b.least - o.most, b.most - o.least} }

// abs is how far from 0 it is.
func (b between) abs() between {
	far := max(-b.least, b.most)
	return between{max(b.least, -b.most, 0), far}
}

func (b between) plus(o between) between { return between{b.least + o.least, b.most + o.most} }

func (b between) over(n int) between { return between{b.least / float64(n), b.most / float64(n)} }

func spans(least, most []float64) []between {
	list := make([]between, min(len(least), len(most)))
	for i := range list {
		list[i] = between{least[i], most[i]}
	}
	return list
}

// beating holds the heartbeats of one side to what both endpoints wrote down: how many, how
// far apart, how evenly, and how long their answers took.
func beating(t *testing.T, flows []*record.Flow, from string, want *beatTimes) {
	t.Helper()
	var got *record.AppHeartbeat
	for _, f := range flows {
		if h := f.App.Heartbeats; h != nil {
			got = map[string]*record.AppHeartbeat{"client": h.Client, "server": h.Server}[from]
		}
	}
	if got == nil || got.Sent != int64(len(want.Sent)) {
		t.Fatalf("heartbeats of the %s: %+v, it sent %d", from, got, len(want.Sent))
	}
	is := func(name string, s *record.Seconds, b between) {
		t.Helper()
		if s == nil || s.Float()*1000 < b.least-slack || s.Float()*1000 > b.most+slack {
			t.Errorf("%s of the %s's heartbeats is %v s, the endpoints say %.3f to %.3f ms", name, from, s, b.least, b.most)
		}
	}
	at := spans(want.Sent, want.Received)
	if n := len(at); n > 1 {
		is("interval", got.Interval, at[n-1].minus(at[0]).over(n-1))
	}
	var wander between
	for i := 2; i < len(at); i++ {
		wander = wander.plus(at[i].minus(at[i-1]).minus(at[i-1].minus(at[i-2])).abs())
	}
	if n := len(at); n > 2 {
		is("jitter", got.Jitter, wander.over(n-2))
	}
	answers := spans(want.Answered, want.Heard)
	if len(answers) == 0 {
		if got.RTTMax != nil {
			t.Errorf("round trips of the %s's heartbeats, which nobody answered: %+v", from, got)
		}
		return
	}
	if got.Answered == nil || *got.Answered != int64(len(answers)) {
		t.Fatalf("answers to the %s's heartbeats: %+v, the endpoints say %d", from, got, len(answers))
	}
	shortest, longest := answers[0].minus(at[0]), answers[0].minus(at[0])
	for i := range answers {
		rtt := answers[i].minus(at[i])
		shortest = between{min(shortest.least, rtt.least), min(shortest.most, rtt.most)}
		longest = between{max(longest.least, rtt.least), max(longest.most, rtt.most)}
	}
	is("shortest round trip", got.RTTMin, shortest)
	is("longest round trip", got.RTTMax, longest)
}
