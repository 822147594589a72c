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
	if st.started && seq == st.next && st.hold == nil && c.sides[x^1].hold == nil && s.Missing == 0 && !st.ended {
		a.recordSegment(c, x, s)
		st.time(seq+uint32(len(s.Payload)), s.Mark.Time)
		a.deliver(c, x, s.Payload, &s.Mark)
		return
	}
	a.disorder(c, x, seq, s)
}

// disorder takes a payload that is not simply the next one.
func (a *Assembler) disorder(c *Conn, x Side, seq uint32, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	n := uint32(len(s.Payload) + s.Missing)
	if st.ended {
		a.behind(c, x, seq, s)
		return
	}
	if !st.started && !a.join(c, x, seq, n, s) {
		return
	}
	if !near(seq, st.next) && c.learnCopy(x, s) {
		st.packets-- // it is counted again
		a.segment(s, c.hash, c, x)
		return
	}
	if st.far(seq) || st.far(seq+n) {
		a.outOfWindow(c, x, seq, n, s)
		return
	}
	if !after(seq+n, st.next) {
		a.old(c, x, seq, s)
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
	contradicted := after(st.next, seq) && c.contradicts(x, seq, s.Payload[:min(st.next-seq, uint32(len(s.Payload)))], s)
	copied := c.isCopy(x, s)
	if !copied && !contradicted {
		a.recordSegment(c, x, s) // now: who takes the bytes may unmask them where they are
	}
	p := piece{seq: seq, n: uint32(len(s.Payload)), data: s.Payload, at: s.Mark, ack: s.Ack, acks: s.Flags&link.ACK != 0}
	p.waits = p.acks && peer.lacks(s.Ack)
	fresh := p.n > 0 && a.span(c, x, p, &s.Mark)
	if s.Missing > 0 && !c.Ignored {
		p.seq, p.n, p.data = seq+p.n, uint32(s.Missing), nil
		fresh = a.span(c, x, p, &s.Mark) || fresh
	}
	if contradicted {
		a.doubt(c, x, &s.Mark)
	}
	if !fresh {
		c.countRepeat(x, s, copied)
	} else if late {
		c.countLate(x, s.Mark.Time-since)
	}
	if st.hold != nil || peer.hold != nil {
		a.advance(c, s.Mark.Time)
	}
	a.endBothIfComplete(c)
	a.bound(st, &s.Mark)
}

// old takes a payload whose place in the stream was passed.
func (a *Assembler) old(c *Conn, x Side, seq uint32, s *link.Segment) {
	st := &c.sides[x]
	n := uint32(len(s.Payload) + s.Missing)
	probe := n == 1 && seq+1 == st.next && st.heard
	if probe && st.acked == st.next && !c.isCopy(x, s) {
		st.anomaly().KeepAlives++ // RFC 9293 §3.8.4: a garbage byte that was acknowledged already
		st.trouble.Probes += int64(len(s.Payload))
		return
	}
	st.anomaly().Repeated += int64(len(s.Payload))
	if !probe && c.contradicts(x, seq, s.Payload, s) {
		a.doubt(c, x, &s.Mark)
		return
	}
	a.repeat(c, x, s)
}

// doubt tells the Handler that the latest bytes of a stream may not be those that its receiver
// had: what follows is not known to continue them.
func (a *Assembler) doubt(c *Conn, x Side, at *Mark) {
	if st := &c.sides[x]; !st.ended && c.met {
		a.gap(c, x, -1, Conflict, at)
	}
}

// join starts a stream in its middle. A probe for life, with one old byte, does not.
func (a *Assembler) join(c *Conn, x Side, seq, n uint32, s *link.Segment) bool {
	st := &c.sides[x]
	if n == 1 && st.heard && seq+1 == st.acked {
		st.anomaly().KeepAlives++
		st.trouble.Probes += int64(len(s.Payload))
		return false
	}
	st.started, st.next = true, seq
	if st.heard && st.far(st.acked) {
		st.heard = false
	}
	a.gap(c, x, -1, Early, &s.Mark)
	return true
}

// outOfWindow takes a segment too far from its stream: forged, damaged, of another connection whose
// beginning the capture lacks, or behind more loss than can be told from that. It is taken for
// the same connection where acknowledgements agree, and where the next one continues it.
func (a *Assembler) outOfWindow(c *Conn, x Side, seq, n uint32, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	t := st.anomaly()
	acks := s.Flags&link.ACK != 0 && peer.started
	switch {
	case t.farHeard && near(seq, t.farAck), // its peer has acknowledged as much
		acks && (s.Ack == peer.next || s.Ack == peer.end()),
		acks && peer.far(s.Ack) && int32(seq-st.next) > 0 && int32(s.Ack-peer.next) > 0 && !st.finned && !peer.finned:
		a.jump(c, x, seq, int64(seq-st.next), s)
	case acks && peer.far(s.Ack):
		a.reuse(c, s)
	case t.continuesStray(seq):
		first := t.stray
		t.stray = nil
		t.Foreign -= int64(len(first.Payload))
		a.jump(c, x, first.Seq, -1, first)
		a.data(c, x, s)
	default:
		t.keepStray(seq, s)
	}
}

// keepStray keeps a segment that is of no stream known until one continues it.
func (t *anomalies) keepStray(seq uint32, s *link.Segment) {
	stray := *s
	stray.Seq, stray.Payload, stray.Options = seq, append([]byte(nil), s.Payload...), nil
	stray.Flags &^= link.SYN
	t.stray = &stray
	t.Foreign += int64(len(s.Payload))
}

// continuesStray reports whether a segment goes on where the latest stray one ended.
func (t *anomalies) continuesStray(seq uint32) bool {
	return t.stray != nil && t.stray.Seq+uint32(len(t.stray.Payload)+t.stray.Missing) == seq
}

// foreign takes a segment that is unacceptable: a late one of an earlier connection, or where the
// next one continues it, one of a connection whose SYN the capture lacks.
func (a *Assembler) foreign(c *Conn, x Side, s *link.Segment) {
	if len(s.Payload)+s.Missing == 0 {
		return
	}
	t := c.sides[x].anomaly()
	if !t.continuesStray(s.Seq) {
		t.keepStray(s.Seq, s)
		return
	}
	first := t.stray
	t.Foreign -= int64(len(first.Payload))
	a.reuse(c, first)
	a.Segment(s)
}

// maxTolerance is how far apart numbers may be that are to agree where no window is known.
const maxTolerance = 1 << 20

// jump goes on with a stream at seq, n bytes being lost before it; -1 is not known.
func (a *Assembler) jump(c *Conn, x Side, seq uint32, n int64, s *link.Segment) {
	st := &c.sides[x]
	a.flush(c, x, s.Mark.Time, &s.Mark)
	if st.ended {
		a.behind(c, x, seq, s)
		return
	}
	a.gap(c, x, n, Lost, &s.Mark)
	st.next, st.heard, st.finned = seq, false, false
	if t := st.anomaly(); t.farHeard && near(seq, t.farAck) {
		st.heard, st.acked, t.farHeard = true, t.farAck, false
	}
	a.data(c, x, s)
}

// end is the number behind the last byte of a stream that was captured.
func (st *side) end() uint32 {
	if st.hold != nil {
		if w := st.hold.waitingPieces(); len(w) > 0 {
			return w[len(w)-1].seq + w[len(w)-1].n
		}
	}
	return st.next
}

// waitingBytes is how many bytes of a stream wait for others before them.
func (st *side) waitingBytes() (n int64) {
	if st.hold != nil {
		for _, p := range st.hold.waitingPieces() {
			n += int64(len(p.data))
		}
	}
	return n
}

// behind counts a payload that came when its stream had ended.
func (a *Assembler) behind(c *Conn, x Side, seq uint32, s *link.Segment) {
	st := &c.sides[x]
	n := uint32(len(s.Payload))
	if over := int32(st.next - seq); over > 0 && !st.far(seq) {
		m := min(n, uint32(over))
		st.anomaly().Repeated += int64(m)
		n -= m
		a.repeat(c, x, s)
	}
	st.anomaly().Behind += int64(n)
}

// repeat takes a segment that brings nothing new.
func (a *Assembler) repeat(c *Conn, x Side, s *link.Segment) {
	copied := c.isCopy(x, s)
	c.countRepeat(x, s, copied)
	if !copied {
		a.recordSegment(c, x, s)
	}
}

// countRepeat counts a segment that brings nothing new; copied says that the capture holds it twice.
func (c *Conn) countRepeat(x Side, s *link.Segment, copied bool) {
	st := &c.sides[x]
	if copied {
		st.anomaly().Duplicates++
		return
	}
	st.anomaly().Retransmitted++
	c.first(x, kindAgain)
	if st.timing && after(st.timeEnd, s.Seq) {
		st.timing = false
	}
}

// waits reports whether bytes before end come late, since others wait behind them, and since when
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
	t := c.sides[x].anomaly()
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

// gap reports n missing bytes, -1 for an unknown number.
func (a *Assembler) gap(c *Conn, x Side, n int64, why Cause, at *Mark) {
	st := &c.sides[x]
	if !c.met {
		a.meet(c)
	}
	if n > 0 {
		st.next += uint32(n)
	}
	if st.hold != nil && why != Cut {
		st.hold.stalled = false // what waited for them did so in the capture only
	}
	if c.Ignored {
		return
	}
	if n > 0 {
		st.anomaly().LostBytes += n
		c.first(x, kindGap)
	}
	if why == Limit {
		a.Stats.LimitGaps++
	}
	c.handler.Gap(x, n, why, at)
}
