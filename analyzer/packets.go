package analyzer

import "wscope/assembly/packet"

// packetCounts is what the packets of a run add up to.
type packetCounts struct {
	packets, bytes, cut int64
	first, last         int64 // capture times
}

// add counts a packet.
func (c *packetCounts) add(p *packet.Packet) {
	if c.packets == 0 || p.Time < c.first {
		c.first = p.Time
	}
	if c.packets == 0 || p.Time > c.last {
		c.last = p.Time
	}
	c.packets++
	c.bytes += int64(p.Length)
	if p.Length > len(p.Data) {
		c.cut++
	}
}

// describe adds the counts to a Summary.
func (c *packetCounts) describe(s *Summary) {
	s.Packets, s.Bytes, s.CutPackets = c.packets, c.bytes, c.cut
	if c.packets > 0 {
		first, last := Time(c.first), Time(c.last)
		s.Start, s.End, s.Duration = &first, &last, Seconds(last-first)
	}
}
