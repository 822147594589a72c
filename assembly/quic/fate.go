package quic

// maxFates is how many DATAGRAM frames wait for their acknowledgement at most.
const maxFates = 1024

// decide takes what is known of the DATAGRAM frames up to a packet for all that will be known:
// they are never sent again, so one that is not acknowledged is lost.
func (s *side) decide(upTo uint64) {
	n := 0
	for n < len(s.sentIn) && s.sentIn[n] <= upTo {
		if s.missed.has(s.sentIn[n]) && !s.acked.has(s.sentIn[n]) {
			s.lostDatagrams++
		}
		n++
	}
	s.sentIn = append(s.sentIn[:0], s.sentIn[n:]...)
}

// LostDatagrams is how many DATAGRAM frames of both sides were captured, and not acknowledged
// though packets before and behind them were (RFC 9002 §6.1.1). Where the capture lacks packets of the one who acknowledges, nothing is known.
func (c *Conn) LostDatagrams() (n int64) {
	const packetThreshold = 3
	for x := range c.sides {
		s, peer := &c.sides[x], &c.sides[1-x]
		if c.midway || !peer.seen[appSpace].containsAll(&peer.acked) {
			continue
		}
		n += s.lostDatagrams
		for _, pn := range s.sentIn {
			if int64(pn)+packetThreshold <= s.acked.max() && s.missed.has(pn) && !s.acked.has(pn) {
				n++
			}
		}
	}
	return n
}
