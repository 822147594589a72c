package assembly

import "wscope/assembly/link"

// reset is a RST that was captured: a question that what follows answers. Its receiver ends the
// connection where it is the next byte that it expects; to one elsewhere in the window it only
// says where it stands (RFC 9293 §3.10.7.4, RFC 5961 §3.2). One from a middlebox may never
// have come to it, or not be its peer's. What the receiver sent before it came is in flight.
type reset struct {
	side  Side
	exact bool   // its number is where its sender's stream stands
	seq   uint32 // its number
	heard uint32 // where the captured stream of its receiver ended
	bytes int64  // how many bytes of that came
}

// rst takes a RST. It is believed unless its sender goes on; see answersReset. Its payload, where
// there is one, is a reason (RFC 9293 §3.5.3) and no part of the stream.
func (a *Assembler) rst(c *Conn, x Side, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if len(s.Payload) > 0 {
		st.anomaly().Reason += int64(len(s.Payload))
	}
	if !c.validRST(x, s) {
		st.anomaly().IgnoredResets++
		return
	}
	if !c.met && st.packets == 1 { // a SYN was refused
		st.reset = true
		st.anomaly().RSTAt = s.Mark
		st.trouble.resetTTL = s.TTL
		a.endBoth(c, RST, &s.Mark)
		return
	}
	if e := c.extra; e != nil && e.reset != nil && e.reset.side == x && e.reset.exact {
		return // sent again
	}
	r := &reset{side: x, seq: s.Seq, heard: peer.end()}
	r.bytes = peer.bytes + peer.waitingBytes()
	r.exact = !st.started || s.Seq == st.next || s.Seq == st.end() || st.heard && s.Seq == st.acked ||
		st.finned && (s.Seq == st.fin || s.Seq == st.fin+1)
	c.more().reset = r
	c.pending = true
	st.reset = true
	st.anomaly().RSTAt = s.Mark
	st.trouble.resetTTL = s.TTL
	if r.exact {
		a.move(c, resetting)
		a.tellReset(c, true)
	}
}

func (a *Assembler) tellReset(c *Conn, on bool) {
	if a.Reset != nil && c.handler != nil {
		a.Reset(c, c.handler, on)
	}
}

// answersReset takes what a segment, of side x, says of the RST that was captured before it: its
// sender goes on behind it, or acknowledges what came after it, so it was forged or was not
// heard; or its receiver says where it stands, since it did not believe it.
func (a *Assembler) answersReset(c *Conn, x Side, s *link.Segment) {
	r := c.extra.reset
	if s.Flags&(link.RST|link.SYN) != 0 {
		return
	}
	n := uint32(len(s.Payload) + s.Missing)
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if x == r.side {
		end := s.Seq + n
		if s.Flags&link.FIN != 0 {
			end++
		}
		goesOn := after(end, r.seq) && !(n > 0 && s.Flags&link.FIN != 0 && end-1 == r.seq) && !st.far(end)
		if !goesOn && !(s.Flags&link.ACK != 0 && after(s.Ack, r.heard) && !peer.far(s.Ack)) {
			return
		}
	} else if r.exact || n > 0 || s.Flags&(link.ACK|link.SYN|link.FIN) != link.ACK || !st.started || s.Seq != st.end() {
		return
	}
	a.withdrawReset(c)
}

// confirmReset makes a RST's word good when a connection ends, and gives its packet.
func (a *Assembler) confirmReset(c *Conn) *Mark {
	r := c.extra.reset
	c.extra.reset = nil
	st, peer := &c.sides[r.side], &c.sides[r.side.Other()]
	if n := peer.bytes - r.bytes; n > 0 {
		peer.anomaly().AfterReset = n
	}
	if after(r.seq, st.next) && !st.finned {
		st.next = r.seq // where this side would go on, had it not sent the RST; see goesOn
	}
	return &st.trouble.RSTAt
}

// withdrawReset goes on with a connection whose RST ended nothing.
func (a *Assembler) withdrawReset(c *Conn) {
	r := c.extra.reset
	c.extra.reset = nil
	st := &c.sides[r.side]
	st.reset = false
	st.trouble.IgnoredResets++
	st.trouble.RSTAt = Mark{}
	if c.phase == resetting {
		a.move(c, open)
	}
	if r.exact {
		a.tellReset(c, false)
	}
}

// pendingReset is the RST that the connection waits to be confirmed, nil where there is none.
func (c *Conn) pendingReset() *reset {
	if c.extra == nil {
		return nil
	}
	return c.extra.reset
}

// AfterReset reports whether the peer of a side was seen to reset the connection, so that nobody
// knows whether what the side sends now is read.
func (c *Conn) AfterReset(s Side) bool {
	r := c.pendingReset()
	return r != nil && r.side != s && r.exact
}

// validRST reports whether a RST is within what its receiver would accept. RFC 9293
// §3.5.3: in the window, or while the handshake lasts if it acknowledges the SYN. A RST
// of an earlier time is ignored, as its receiver ignores it.
func (c *Conn) validRST(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if !st.started {
		return s.Flags&link.ACK == 0 || !peer.started || !peer.far(s.Ack)
	}
	low, window := st.next, peer.window
	if peer.scale < 0 || st.scale < 0 {
		window <<= 14 // the scale is not known, or not used
	}
	window = max(window, 1<<16)
	if st.heard && !st.far(st.acked) {
		low = st.acked
	} else {
		low -= 1 << 16 // its sender repeats an ACK of the peer, which is not in the capture
	}
	if st.finned {
		low--
	}
	return s.Seq-low <= window+(st.next-low)
}
