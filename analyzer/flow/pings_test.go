package flow

import (
	"testing"

	"wscope/assembly"
)

// TestMissedPongs counts the pings that nothing answered, by when they were sent.
func TestMissedPongs(t *testing.T) {
	ping := func(nth, at int64) pending { return pending{nth: nth, at: assembly.Mark{Time: at}} }
	for _, c := range []struct {
		shows    string
		side     pingSide
		n, since int64
	}{
		{"none", pingSide{sent: 3, answered: 3, lastAnswered: 3}, 0, 0},
		{"one", pingSide{sent: 3, answered: 2, lastAnswered: 2, pending: []pending{ping(3, 30)}}, 1, 30},
		{"one that the end overtook", pingSide{sent: 3, answered: 2, lastAnswered: 2, pending: []pending{ping(3, 101)}}, 0, 0},
		{"one before one that was answered", pingSide{sent: 3, answered: 2, lastAnswered: 3, pending: []pending{ping(2, 20)}}, 0, 0},
		{"several, the first of them remembered no more", pingSide{sent: 90, answered: 10, lastAnswered: 10, pending: []pending{ping(89, 89), ping(90, 90)}}, 80, 89},
	} {
		if n, since := c.side.missed(100); n != c.n || since != c.since {
			t.Errorf("%s: %d since %d, want %d since %d", c.shows, n, since, c.n, c.since)
		}
	}
}
