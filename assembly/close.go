package assembly

import "wscope/assembly/link"

// fin takes a FIN. The stream ends where it stands, which may be behind bytes that are
// still to come.
func (a *Assembler) fin(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	n := uint32(len(s.Payload) + s.Missing)
	seq := s.Seq + n
	if s.Flags&link.SYN != 0 {
		seq++
	}
	if st.ended || st.finned {
		if n == 0 {
			a.countRepeat(c, x, s)
		}
		return
	}
	if !st.started {
		st.started, st.next = true, seq
	}
	if after(st.next, seq) || st.far(seq) {
		return // stale, or not of this connection
	}
	st.finned, st.fin, c.questioned = true, seq, true
	st.rare().FINAt = s.Mark
	if n == 0 {
		c.remember(printOf(x, s))
	}
	if st.next != seq && st.hold == nil {
		a.open(c, x, s.Mark.Time)
	}
	a.settle(c, x)
}

// rst takes a RST: it ends both streams, if the peer would believe it.
func (a *Assembler) rst(c *Conn, x Side, s *link.Segment) {
	if !c.validRST(x, s) {
		return
	}
	c.sides[x].reset = true
	c.sides[x].rare().RSTAt = s.Mark
	a.endBoth(c, RST, &s.Mark)
	if st := &c.sides[x]; after(s.Seq, st.next) && !st.finned {
		st.next = s.Seq // where this side would go on, had it not sent the RST; see belongs
	}
}

// validRST says whether a RST is within what its receiver would accept. RFC 9293
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

// endBoth ends what is not ended yet, when both sides have said all.
func (a *Assembler) endBoth(c *Conn, why Cause, at *Mark) {
	for _, x := range [2]Side{A, B} {
		a.flush(c, x, at.Time, at)
	}
	for _, x := range [2]Side{A, B} {
		st := &c.sides[x]
		if st.ended {
			continue
		}
		if st.finned && st.next == st.fin {
			a.end(c, x, FIN, &st.trouble.FINAt)
		} else {
			a.end(c, x, why, at)
		}
	}
}

// end ends one stream.
func (a *Assembler) end(c *Conn, x Side, why Cause, at *Mark) {
	st := &c.sides[x]
	st.ended = true
	st.windowOpens(c.Last.Time)
	if why == FIN {
		st.next = st.fin + 1 // the FIN has a number of its own
	}
	a.release(st)
	if c.handler != nil {
		c.handler.End(x, why, at)
	}
	if c.sides[x.Other()].ended {
		c.handler = nil
		a.Stats.Open--
		a.move(c, closed)
	} else if c.sides[x.Other()].packets == 0 {
		a.move(c, opening) // nobody is there to end the other half
	}
}

// countBehind counts a segment of a connection that nobody wants the bytes of, whose place
// was passed: whether its bytes came before is not known.
func (a *Assembler) countBehind(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	switch p := printOf(x, s); {
	case c.again(p):
		st.rare().Duplicates++
	case len(s.Payload) == 1 && s.Seq+1 == st.next:
		st.rare().KeepAlives++
	default:
		c.countLate(x, s.Mark.Time-st.timeAt)
		c.remember(p)
	}
}

// watch follows a connection that nobody wants the bytes of, up to its end.
func (a *Assembler) watch(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	a.release(&c.sides[A])
	a.release(&c.sides[B])
	end := s.Seq + uint32(len(s.Payload)+s.Missing)
	if s.Flags&link.SYN != 0 {
		end++
	}
	switch {
	case !st.started || after(end, st.next) && !st.far(end) && !st.ended:
		st.started, st.next, st.timeAt = true, end, s.Mark.Time
		if len(s.Payload) > 0 {
			c.remember(printOf(x, s))
		}
	case len(s.Payload) > 0 && !st.far(end):
		a.countBehind(c, x, s)
	}
	if s.Flags&(link.ACK|link.RST) == link.ACK && (s.Window == 0 || st.window == 0) {
		st.zeroWindow(uint32(s.Window), s)
		st.window = uint32(s.Window)
	}
	switch {
	case s.Flags&link.RST != 0:
		a.rst(c, x, s)
	case s.Flags&link.FIN != 0 && !st.ended && st.next == end:
		st.finned, st.fin, c.questioned = true, end, true
		st.rare().FINAt = s.Mark
		a.end(c, x, FIN, &s.Mark)
	}
}
