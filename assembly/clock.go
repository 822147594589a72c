package assembly

import "wscope/assembly/link"

// clockSlip is how far a packet's time may lie before that of an earlier one where the capture's
// clock is right: its processors and interfaces may disagree by as much.
const clockSlip = int64(10e6)

// clockBack takes note of a capture's clock that was set back: a segment continues the latest one
// of its side, and its time is earlier. Packets that merely changed places do not do both.
func (c *Conn) clockBack(x Side, s *link.Segment) {
	if c.memory == nil || s.Mark.File != c.Last.File {
		return
	}
	for i := range uint8(latest) {
		g := &c.memory.latest[(c.turn-1-i)%latest]
		if g.size < 2 || Side(g.size&1) != x {
			continue
		}
		if back := g.time - s.Mark.Time; back > clockSlip && s.Seq == g.seq+uint32(g.size>>1) {
			t := c.sides[x].anomaly()
			t.ClockBack = max(t.ClockBack, back)
		}
		return
	}
}
