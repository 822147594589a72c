package analyzer

import (
	"slices"
	"time"

	"wscope/assembly/capture"
)

// leap is how far a packet's time may lie beyond all before it and be believed at once.
const leap = 2 * tickEvery

// witnesses is how many packets in a row have to say a time that is a leap ahead.
const witnesses = 3

// longest is the silence behind a capture's first packet that is not believed: 10 years.
const longest = int64(10 * 365 * 24 * time.Hour)

// clock says how far a capture's time has come. A packet's time is a number that its writer
// put down, and damage can put any other in its place; silence is told by nothing else,
// and for one absurd number all connections would be let go as long silent, to be found again
// midway. So a leap is believed once as many packets in a row as there are witnesses lie
// behind it. Those that follow are looked at ahead as far as they are at hand, so that who
// was silent is let go before the first packet that ends the silence; at the end of what is at
// hand the later packets tell.
type clock struct {
	doubted [witnesses - 1]int64 // the latest times that were a leap ahead, the latest first
	n       int                  // how many of them there are, in packets in a row
	index   int64                // of the latest of those packets
}

// reach tells the partitions the time that packet i of the batch brings, which is not before the
// next tick, as far as it is believed.
func (r *reader) reach(w *work, i int) {
	packets := w.batch.Packets[i:]
	now := int64(0)
	if r.nextTick == 0 {
		now = begin(packets)
	} else {
		now = r.clock.believed(packets, r.nextTick, w.batch.Now)
	}
	if now >= r.nextTick {
		r.tick(w, now, packets[0].Mark)
	}
}

// begin is the capture's first time as far as it can be believed: that of the first of packets,
// unless the two that follow lie before it by a leap, or behind it by more than a capture lasts.
func begin(packets []capture.Packet) int64 {
	first := packets[0].Time
	if len(packets) < witnesses {
		return first
	}
	a, b := min(packets[1].Time, latest), min(packets[2].Time, latest)
	switch {
	case max(a, b) < first-leap:
		return max(a, b)
	case min(a, b) > first+longest:
		return min(a, b)
	}
	return first
}

// believed is how far the time has come by the first of packets, which is not before next, the
// time of the next tick. now is the time that the batch knows by itself, 0 where it does not.
func (c *clock) believed(packets []capture.Packet, next, now int64) int64 {
	p := &packets[0]
	if p.Time < next+leap || now != 0 && p.Time <= now+leap {
		return p.Time
	}
	if c.n > 0 && c.index != p.Index-1 {
		c.n = 0
	}
	var times [2*witnesses - 1]int64 // of the packets around it, in order
	n := 0
	for i := c.n - 1; i >= 0; i-- {
		times[n] = c.doubted[i]
		n++
	}
	for i := range packets[:min(witnesses, len(packets))] {
		times[n] = min(packets[i].Time, latest)
		n++
	}
	copy(c.doubted[1:], c.doubted[:])
	c.doubted[0] = p.Time
	c.n, c.index = min(c.n+1, len(c.doubted)), p.Index

	reached := int64(-1)
	for i := range n - witnesses + 1 {
		reached = max(reached, slices.Min(times[i:i+witnesses]))
	}
	if reached >= p.Time-leap {
		return p.Time // a little disorder is none of it
	}
	return reached
}
