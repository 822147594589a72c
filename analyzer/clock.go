package analyzer

import (
	"slices"

	"wscope/analyzer/flow"
	"wscope/assembly/packet"
)

// leap is how far a packet's time may lie beyond what was reached and be believed at once: two ticks.
const leap = flow.Leap

// confirmations is how many packets in a row have to say a time that is a leap ahead.
const confirmations = 3

// clock says how far a capture's time has come. Timeouts depend only on packet times, so one corrupt timestamp
// would expire every connection, to be found again midway. So a leap is believed once as many packets in a row as
// there are confirmations lie behind it, and so is the beginning of the capture. It goes by the order of packets alone,
// whatever of them is at hand at once.
type clock struct {
	next        int64                // the time from which on the next tick is due; 0 is at any
	unconfirmed [confirmations]int64 // the times of the latest packets that lay a leap ahead, in a row
	n           int                  // how many of them there are
	index       int64                // of the latest of those packets
}

// reached reports whether a packet, whose time is not before the next tick, brings a time that is
// believed, and which. known is a time that was reached as is known otherwise; 0 is none.
func (c *clock) reached(p *packet.Mark, known int64) (now int64, ok bool) {
	if c.next != 0 && p.Time < c.next+leap || known != 0 && p.Time <= known+leap {
		c.n = 0
		return p.Time, true
	}
	if c.index != p.Index-1 {
		c.n = 0
	}
	c.unconfirmed[c.n] = p.Time
	c.n, c.index = c.n+1, p.Index
	if c.n < confirmations {
		return 0, false
	}
	sorted := c.unconfirmed
	slices.Sort(sorted[:])
	now = sorted[0]
	if c.next == 0 {
		now = sorted[confirmations/2] // nothing else says whether it is the least that is damaged
	}
	c.n = copy(c.unconfirmed[:], c.unconfirmed[1:])
	return now, now >= c.next
}
