package assembly

import "wscope/assembly/link"

// repeatAfter is how long after the packet before one is a repetition, and no copy that the capture made, in nanoseconds.
const repeatAfter = int64(50e6)

// present takes note of a packet of a side.
func (c *Conn) present(x Side, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if s.Flags&link.RST != 0 {
		return // whoever sent it
	}
	if peer.trouble != nil {
		peer.trouble.repeats = 0
	}
	if n := len(s.Payload) + s.Missing; st.started && s.Mark.Time-st.lastAt >= repeatAfter && s.Flags&link.SYN == 0 {
		old := n > 0 && !after(s.Seq+uint32(n), st.end())
		if probe := n == 0 && s.Seq+1 == st.next && !st.finned; old || probe || s.Flags&link.FIN != 0 && st.finned {
			t := st.anomaly()
			t.repeats = min(t.repeats, 1<<15) + 1
		}
	}
	if st.lastAt == 0 {
		st.ttl = s.TTL
	} else if st.ttl != s.TTL {
		st.ttl = 0
	}
	st.lastAt = max(st.lastAt, s.Mark.Time)
}

// Heard is the capture time of a side's latest packet that is no RST; 0 where there is none.
func (c *Conn) Heard(s Side) int64 { return c.sides[s].lastAt }

// Repeats is how often a side repeated itself since the latest packet of its peer: it sends to somebody who does not answer.
func (c *Conn) Repeats(s Side) int {
	if t := c.sides[s].trouble; t != nil {
		return int(t.repeats)
	}
	return 0
}

// Full is for how long a side's window had been zero at its connection's latest packet, in nanoseconds; 0 where it was open.
func (c *Conn) Full(s Side) int64 {
	t := c.sides[s].trouble
	switch {
	case t == nil:
		return 0
	case t.zero:
		return max(0, c.Last.Time-t.zeroSince)
	}
	return t.full
}

// ForeignReset gives the TTL of a side's RST and that of its other packets, where those all had one and the same, and the RST
// another: then it is not from the same machine.
func (c *Conn) ForeignReset(s Side) (reset, others uint8, yes bool) {
	st := &c.sides[s]
	if !st.reset || st.packets < 3 || st.ttl == 0 || st.trouble == nil || st.trouble.resetTTL == 0 {
		return 0, 0, false
	}
	reset, others = st.trouble.resetTTL, st.ttl
	return reset, others, reset != others
}
