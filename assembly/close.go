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
	if !st.ended && st.started && !after(st.next, seq) && (st.finned && seq != st.fin || after(st.end(), seq)) {
		st.anomaly().otherFIN = &link.Segment{Seq: seq, Mark: s.Mark}
		if st.heard && st.acked == seq+1 {
			a.believeFIN(c, x)
			return
		}
		if after(st.end(), seq) {
			return // its sender went on behind it
		}
	}
	if st.ended || st.finned && (seq == st.fin || !st.standsAt(seq)) {
		if n == 0 {
			a.repeat(c, x, s)
		}
		return
	}
	if !st.started {
		st.started, st.next = true, seq
	}
	if after(st.next, seq) || st.far(seq) {
		return // stale, or not of this connection
	}
	st.finned, st.fin, c.pending = true, seq, true
	t := st.anomaly()
	t.takeFIN(s, st.end())
	if n == 0 {
		a.recordSegment(c, x, s)
	}
	if st.next != seq && st.hold == nil {
		a.open(c, x, s.Mark.Time)
	}
	a.endIfComplete(c, x)
}

// takeFIN notes the segment of a stream's FIN, at which the captured stream ended at end.
func (t *anomalies) takeFIN(s *link.Segment, end uint32) {
	t.FINAt, t.finEnd = s.Mark, end
	t.finAck, t.finAcks = s.Ack, s.Flags&link.ACK != 0
}

// believeFIN ends a stream at a FIN that the peer acknowledged, rather than at one or at bytes that
// claim a place behind it.
func (a *Assembler) believeFIN(c *Conn, x Side) {
	st := &c.sides[x]
	f := st.trouble.otherFIN
	st.trouble.otherFIN = nil
	if st.ended || after(st.next, f.Seq) {
		return
	}
	st.finned, st.fin, c.pending = true, f.Seq, true
	st.trouble.takeFIN(f, st.end())
	if h := st.hold; h != nil {
		for n := len(h.pieces); n > h.first && !after(f.Seq, h.pieces[n-1].seq); n-- {
			p := h.pieces[n-1]
			st.trouble.Behind += int64(len(p.data))
			a.account(h, -p.cost())
			a.pool.put(p.data)
			h.pieces[n-1] = piece{}
			h.pieces = h.pieces[:n-1]
		}
	} else if st.next != st.fin {
		a.open(c, x, f.Mark.Time)
	}
	a.endIfComplete(c, x)
}

// standsAt reports whether all captured bytes of a stream lie before seq, and none is missing there:
// a FIN with this number is believed rather than one farther ahead.
func (st *side) standsAt(seq uint32) bool { return seq == st.end() && after(st.fin, seq) }

// unfinish takes back a FIN that the stream has not come to, since its sender goes on behind
// it and the peer has not acknowledged it: it was forged.
func (a *Assembler) unfinish(c *Conn, x Side) bool {
	st := &c.sides[x]
	if st.ended || st.heard && st.acked == st.fin+1 {
		return false
	}
	st.finned = false
	return true
}

// doubtedFIN reports whether it is not known that there are bytes between the end of the captured
// stream and its FIN: the peer acknowledged none, and its sender went on before it.
func (st *side) doubtedFIN() bool {
	return !st.awaited() && st.trouble.finEnd != st.end()
}

// endBoth ends what is not ended yet, when both sides have said all.
func (a *Assembler) endBoth(c *Conn, why Cause, at *Mark) {
	a.flushBoth(c, at.Time, at)
	if r := c.pendingReset(); r != nil {
		why, at = RST, a.confirmReset(c)
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
	if t := st.trouble; t != nil && t.zero {
		t.full = max(0, c.Last.Time-t.zeroSince)
	}
	st.windowOpens(c.Last.Time)
	if why == FIN {
		st.next = st.fin + 1 // the FIN has a number of its own
	}
	a.release(st)
	if c.handler != nil {
		c.handler.End(x, why, at)
	}
	if c.sides[x.Other()].ended {
		if !c.met && a.Unused != nil {
			a.Unused(c, why)
		}
		c.handler = nil
		a.Stats.Open--
		a.move(c, closed)
	} else if c.sides[x.Other()].packets == 0 {
		a.move(c, opening) // nobody is there to end the other half
	}
}

// countBehind counts a segment of a connection whose bytes are not wanted, whose place
// was passed: whether its bytes came before is not known.
func (a *Assembler) countBehind(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	switch {
	case c.isCopy(x, s):
		st.anomaly().Duplicates++
	case len(s.Payload) == 1 && s.Seq+1 == st.next:
		st.anomaly().KeepAlives++
	default:
		c.countLate(x, s.Mark.Time-st.timeAt)
		a.recordSegment(c, x, s)
	}
}

// watch follows a connection whose bytes are not wanted, up to its end.
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
			a.recordSegment(c, x, s)
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
		if c.validRST(x, s) {
			c.sides[x].reset = true
			c.sides[x].anomaly().RSTAt = s.Mark
			a.endBoth(c, RST, &s.Mark)
		}
	case s.Flags&link.FIN != 0 && !st.ended && st.next == end:
		st.finned, st.fin, c.pending = true, end, true
		st.anomaly().takeFIN(s, end)
		a.end(c, x, FIN, &s.Mark)
	}
}
