package assembly

import "wscope/assembly/link"

// data takes the payload of a segment. What continues the stream is delivered at once,
// straight from the packet; nearly every segment is of this kind.
func (a *Assembler) data(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	seq := s.Seq
	if s.Flags&link.SYN != 0 {
		seq++ // the SYN has a number of its own: RFC 9293 §3.4
	}
	if st.started && seq == st.next && st.hold == nil && s.Missing == 0 && !st.ended {
		c.remember(printOf(x, s))
		st.time(seq+uint32(len(s.Payload)), s.Mark.Time)
		a.deliver(c, x, s.Payload, &s.Mark)
		return
	}
	a.disorder(c, x, seq, s)
}

// disorder takes a payload that is not simply the next one.
func (a *Assembler) disorder(c *Conn, x Side, seq uint32, s *link.Segment) {
	st := &c.sides[x]
	n := uint32(len(s.Payload) + s.Missing)
	if st.ended {
		a.countRepeat(c, x, s)
		return
	}
	if !st.started && !a.join(c, x, seq, n, s) {
		return
	}
	if st.far(seq) || st.far(seq+n) {
		a.astray(c, x, seq, n, s)
		return
	}
	if !after(seq+n, st.next) {
		if n == 1 && seq+1 == st.next && st.heard && st.acked == st.next && !c.again(printOf(x, s)) {
			st.rare().KeepAlives++ // RFC 9293 §3.8.4: a garbage byte that was acknowledged already
		} else {
			a.countRepeat(c, x, s)
		}
		return
	}
	since, late := st.waits(seq + n)
	switch {
	case after(seq, st.next):
	case seq == st.next && st.hold == nil:
		st.time(seq+n, s.Mark.Time)
	default:
		st.timing = false // sent again: an ACK does not tell which copy it answers (RFC 6298 §3)
	}
	fresh := a.span(c, x, seq, s.Payload, uint32(len(s.Payload)), &s.Mark)
	if s.Missing > 0 {
		fresh = a.span(c, x, seq+uint32(len(s.Payload)), nil, uint32(s.Missing), &s.Mark) || fresh
	}
	if !fresh {
		a.countRepeat(c, x, s)
	} else {
		c.remember(printOf(x, s))
		if late {
			c.countLate(x, s.Mark.Time-since)
		}
	}
	a.settle(c, x)
	a.bound(st, &s.Mark)
}

// join starts a stream in its middle. A probe for life, with one old byte, does not.
func (a *Assembler) join(c *Conn, x Side, seq, n uint32, s *link.Segment) bool {
	st := &c.sides[x]
	if n == 1 && st.heard && seq+1 == st.acked {
		st.rare().KeepAlives++
		return false
	}
	st.started, st.next = true, seq
	if st.heard && st.far(st.acked) {
		st.heard = false
	}
	a.gap(c, x, -1, Early, &s.Mark)
	return true
}

// astray takes a segment too far from its stream: forged, damaged, or of another
// connection whose beginning the capture lacks. It is believed when its ACK is as far
// off, or when the next one continues it.
func (a *Assembler) astray(c *Conn, x Side, seq, n uint32, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if s.Flags&link.ACK != 0 && peer.started && peer.far(s.Ack) {
		a.reuse(c, s)
		return
	}
	t := st.rare()
	if !t.strayed || t.stray != seq {
		t.strayed, t.stray = true, seq+n
		return
	}
	t.strayed = false
	a.flush(c, x, s.Mark.Time, &s.Mark)
	a.gap(c, x, -1, Lost, &s.Mark)
	st.next, st.heard = seq, false
	a.data(c, x, s)
}

// countRepeat counts a segment that brings nothing new.
func (a *Assembler) countRepeat(c *Conn, x Side, s *link.Segment) {
	st := &c.sides[x]
	if c.again(printOf(x, s)) {
		st.rare().Duplicates++
		return
	}
	st.rare().Retransmitted++
	c.first(x, kindAgain)
	c.remember(printOf(x, s))
	if st.timing && after(st.timeEnd, s.Seq) {
		st.timing = false
	}
}

// waits says whether bytes before end come late, since others wait behind them, and since when
// those do.
func (st *side) waits(end uint32) (since int64, late bool) {
	if h := st.hold; h != nil && h.stalled {
		if w := h.waitingPieces(); len(w) > 0 {
			return h.stall, !after(end, w[len(w)-1].seq)
		}
	}
	return 0, false
}

// unhurried is how late a segment is at least that was sent again, where the round trip is
// not known.
const unhurried = int64(3e6)

// countLate counts a segment that came after its successors, by so many nanoseconds. Sent
// again because it was lost before it was captured, it takes a round trip at least: the
// receiver has to ask for it. What comes sooner was overtaken on the way.
func (c *Conn) countLate(x Side, by int64) {
	roundTrip := unhurried
	if c.SYNACK >= 0 && c.HandACK >= 0 {
		roundTrip = c.SYNACK + c.HandACK
	}
	t := c.sides[x].rare()
	if by < roundTrip {
		t.OutOfOrder++
		return
	}
	t.Retransmitted++
	c.first(x, kindAgain)
}

// deliver hands over the next bytes of a stream.
func (a *Assembler) deliver(c *Conn, x Side, b []byte, at *Mark) {
	st := &c.sides[x]
	st.next += uint32(len(b))
	if !c.met {
		a.meet(c)
	}
	if c.Ignored {
		return
	}
	st.bytes += int64(len(b))
	c.handler.Data(x, b, at)
}

// gap tells of n missing bytes, -1 for an unknown number.
func (a *Assembler) gap(c *Conn, x Side, n int64, why Cause, at *Mark) {
	st := &c.sides[x]
	if !c.met {
		a.meet(c)
	}
	if n > 0 {
		st.next += uint32(n)
	}
	if c.Ignored {
		return
	}
	if n > 0 {
		st.rare().LostBytes += n
		c.first(x, kindGap)
	}
	if why == Limit {
		a.Stats.LimitGaps++
	}
	c.handler.Gap(x, n, why, at)
}
