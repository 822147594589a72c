package assembly

import "wscope/assembly/link"

// handshake takes the SYN flag of a segment that belongs to c.
func (a *Assembler) handshake(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	if st.syn {
		if len(s.Payload)+s.Missing == 0 {
			a.repeat(c, x, s) // else it is counted with its data
		}
		return
	}
	st.syn, st.isn, st.scale = true, s.Seq, s.Scale
	if !st.started {
		st.started, st.next = true, s.Seq+1
	}
	if st.heard && !near(st.acked, st.next) {
		st.heard = false // that was said to an earlier connection
	}
	answer := s.Flags&link.ACK != 0
	if answer == (x == B) {
		c.Initiator = true
	}
	if answer && x == B && c.sides[A].syn {
		c.SYNACK = max(-1, s.Mark.Time-c.Start.Time) // -1 too where the capture's clock went back between the two
	}
	a.recordSegment(c, x, s)
	st.time(s.Seq+1, s.Mark.Time)
}

// startByACK starts a side's stream by what its peer acknowledges during the
// handshake, where the side's own SYN is not in the capture.
func (a *Assembler) startByACK(c *Conn, x Side, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if st.syn && (s.Flags&link.SYN != 0 || s.Seq == st.isn+1) {
		peer.started, peer.next = true, s.Ack
	}
}

// belongs reports whether s is a part of c, where that is in question: it has a SYN, or c
// is closed or questioned. If not, it has dealt with s: as the first segment of a new
// connection on the same 4-tuple, or by dropping it.
func (a *Assembler) belongs(c *Conn, x Side, s *link.Segment) bool {
	if c.pending {
		if syn := c.confirmed(x, s); syn != nil {
			a.reuse(c, syn)
			a.Segment(s)
			return false
		}
		if c.pendingReset() != nil {
			a.answersReset(c, x, s)
		}
	}
	switch {
	case s.Flags&link.RST != 0:
		return true
	case s.Flags&link.SYN != 0:
		if c.learnSYN(x, s) {
			a.segment(s, c.hash, c, x)
			return false
		}
		if !c.otherSYN(x, s) {
			return true
		}
		// RFC 9293 §3.10.7.4: to a SYN on a connection that is not over, the peer only
		// says where it stands; the SYN may be forged or late. So it counts once the
		// peer accepts it, or its sender goes on with its number.
		if c.unquestioned(x, s) {
			a.reuse(c, s)
			return false
		}
		syn := *s
		c.sides[x].anomaly().claim = &syn
		c.pending = true
		return false
	case c.phase == closed && c.goesOn(x, s), c.beyond(x, s):
		a.reuse(c, s)
		return false
	}
	return true
}

// otherSYN reports whether the SYN of s is another than the one that began this stream.
func (c *Conn) otherSYN(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	switch {
	case st.syn && st.isn == s.Seq:
		// After a refusal some systems try again with the same number.
		return c.phase == closed && !c.met && s.Flags&link.ACK == 0
	case !st.started:
		return c.phase == closed
	case !st.syn && st.next-(s.Seq+1) == uint32(st.delivered()),
		!st.syn && s.Mark.Time <= c.Start.Time && after(st.next, s.Seq) && near(s.Seq, st.next):
		return false // it comes late, after its stream's first bytes
	case s.Flags&link.ACK == 0 || !peer.syn || s.Ack != peer.isn+1 || st.delivered() > 0 || c.phase == closed:
		return true
	case !st.heard, // a server that keeps no state (SYN cookies) answers a repeated SYN with a new number
		!st.syn && near(s.Seq, st.next) && !after(s.Seq+1, st.next): // it comes late: its stream was begun by what the peer acknowledged of it
		st.syn, st.started = false, false
		return false
	}
	return true
}

// unquestioned reports whether a new connection may be believed at its SYN alone.
func (c *Conn) unquestioned(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	return c.phase == closed || s.Flags&link.ACK != 0 || len(s.Payload)+s.Missing > 0 ||
		st.ended && peer.hold == nil || !peer.started && st.bytes == 0 && st.hold == nil
}

// goesOn reports whether s shows that there is a connection after the end of c: its data are
// far from the stream, or its sender goes on where its RST stood, which then was forged.
func (c *Conn) goesOn(x Side, s *link.Segment) bool {
	st := &c.sides[x]
	peer := &c.sides[x.Other()]
	acks := s.Flags&link.ACK != 0 && peer.started
	return len(s.Payload)+s.Missing > 0 && st.started && (st.far(s.Seq) && (!peer.started || acks && peer.far(s.Ack)) || st.reset && s.Seq == st.next)
}

// beyond reports whether s is of a later connection whose SYNs the capture lacks: a side has
// ended its stream, and the numbers of s lie where neither stream can have come to.
func (c *Conn) beyond(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	return (st.finned || peer.finned) && st.started && peer.started && s.Flags&link.ACK != 0 &&
		st.beyond(s.Seq) && peer.beyond(s.Ack)
}

// beyond reports whether a number is none of the stream, nor by a slip of somebody's a little more.
func (st *side) beyond(seq uint32) bool {
	last := st.next
	if st.finned {
		last = st.fin + 1
	}
	return after(seq, last+sequenceTolerance) || st.far(seq)
}

// sequenceTolerance is how far behind a stream's end a number may be and still be taken for wrong, rather than
// for one of another connection: the first numbers of two are hardly ever so near.
const sequenceTolerance = 1 << 16

// confirmed gives the waiting SYN that s confirms: the peer acknowledges it, with its own SYN
// or, where the capture lacks that, behind it; or its sender goes on behind it.
func (c *Conn) confirmed(x Side, s *link.Segment) *link.Segment {
	if s.Flags&link.RST != 0 {
		return nil
	}
	if t := c.sides[x.Other()].trouble; t != nil && t.claim != nil && s.Flags&link.ACK != 0 &&
		(s.Flags&link.SYN != 0 && s.Ack == t.claim.Seq+1 || s.Flags&link.SYN == 0 && c.claimed(x.Other(), s.Ack)) {
		return t.claim
	}
	if t := c.sides[x].trouble; t != nil && t.claim != nil && s.Flags&link.SYN == 0 && c.claimed(x, s.Seq) {
		return t.claim
	}
	return nil
}

// claimed reports whether a number of a side's stream belongs to the connection that its waiting
// SYN claims, rather than to the stream so far.
func (c *Conn) claimed(x Side, seq uint32) bool {
	st := &c.sides[x]
	begin := st.trouble.claim.Seq + 1
	n := seq - begin
	return n < maxTolerance && (n == 0 || n < min(seq-st.next, st.next-seq))
}

// reuse ends c and begins a new connection on its 4-tuple with s.
func (a *Assembler) reuse(c *Conn, s *link.Segment) {
	tunnels := c.tunnels()
	a.endBoth(c, Reused, &s.Mark)
	a.forget(c)
	a.Segment(s)
	if len(tunnels) < 2 {
		return
	}
	if next, _ := a.conns.find(c.hash, &s.Key); next != nil {
		next.joinTunnels(tunnels) // where late segments of c come, too
	}
}

// far reports whether a sequence number cannot be a part of the stream.
func (st *side) far(seq uint32) bool {
	d := int32(seq - st.next)
	return d < -maxBehind || d > maxAhead
}

// delivered is how many bytes of the stream lie behind next, lost ones included.
func (st *side) delivered() int64 {
	if st.trouble != nil {
		return st.bytes + st.trouble.LostBytes
	}
	return st.bytes
}

// unacceptable reports whether a segment of a side that has not answered yet is a late one of an
// earlier connection: it acknowledges what its peer has not sent (RFC 9293 §3.10.7.3).
func (c *Conn) unacceptable(x Side, s *link.Segment) bool {
	peer := &c.sides[x.Other()]
	if !peer.syn || s.Flags&(link.ACK|link.RST) != link.ACK {
		return false
	}
	ahead := int32(s.Ack - (peer.isn + 1))
	return ahead < 0 || ahead > maxTolerance+int32(peer.end()-(peer.isn+1))
}
