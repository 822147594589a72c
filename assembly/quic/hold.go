package quic

import "wscope/assembly"

// hold is the bytes of a direction that came before their turn.
type hold struct {
	stream  *Stream
	side    Side
	pieces  []piece // in the order of their offsets; none overlaps another
	since   int64   // when the first hole was seen
	packets int64   // of the connection then
	at      int     // place in Conn.holes
	sure    bool    // every packet that can have held the missing bytes was acknowledged; since sureAt
	sureAt  int64
	sureIn  int64
}

type piece struct {
	off  uint64
	data []byte
	pn   uint64
	at   Mark
}

func (p *piece) end() uint64 { return p.off + uint64(len(p.data)) }

func (p *piece) cost() int { return max(len(p.data), pieceCost) }

// disorder takes bytes that are not simply the next ones. The first copy of a byte counts.
func (c *Conn) disorder(s *Stream, x Side, off uint64, b []byte, pn uint64, at *Mark) {
	h, st := &s.half[x], &c.sides[x]
	if off < h.next {
		n := min(h.next-off, uint64(len(b)))
		st.repeated += int64(n)
		off, b = off+n, b[n:]
	}
	if len(b) == 0 {
		return
	}
	if c.midway && h.next == 0 && !h.sent && h.hold == nil {
		s.gap(x, off, assembly.Early, at) // its first bytes were sent before the capture began
	}
	if off == h.next && h.hold == nil {
		s.deliver(x, b, pn, at)
		return
	}
	if h.hold == nil {
		h.hold = &hold{stream: s, side: x, since: at.Time, packets: c.packets(), at: len(c.holes)}
		c.holes = append(c.holes, h.hold)
	}
	h.hold.insert(c, off, b, pn, at)
	c.drain(s, x, at)
	if c.held > c.asm.connLimit() || c.asm.held > c.asm.totalLimit() {
		c.skip(s, x, assembly.Limit, at)
	}
}

// insert keeps those of the bytes that are new.
func (h *hold) insert(c *Conn, off uint64, b []byte, pn uint64, at *Mark) {
	i := 0
	for i < len(h.pieces) && h.pieces[i].end() <= off {
		i++
	}
	for len(b) > 0 {
		if i < len(h.pieces) && h.pieces[i].off <= off {
			n := min(h.pieces[i].end()-off, uint64(len(b)))
			c.sides[h.side].repeated += int64(n)
			off, b = off+n, b[n:]
			i++
			continue
		}
		n := uint64(len(b))
		if i < len(h.pieces) {
			n = min(n, h.pieces[i].off-off)
		}
		p := piece{off: off, data: append([]byte(nil), b[:n]...), pn: pn, at: *at}
		c.account(p.cost())
		h.pieces = append(h.pieces, piece{})
		copy(h.pieces[i+1:], h.pieces[i:])
		h.pieces[i] = p
		off, b = off+n, b[n:]
		i++
	}
}

// account counts what waits.
func (c *Conn) account(n int) {
	c.held += n
	c.asm.held += n
}

// drain delivers what waits for its turn no longer.
func (c *Conn) drain(s *Stream, x Side, at *Mark) {
	for h := s.half[x].hold; h != nil && len(h.pieces) > 0 && h.pieces[0].off <= s.half[x].next; {
		p := h.pieces[0]
		h.pieces = h.pieces[1:]
		s.half[x].stall = [2]int64{h.since, at.Time}
		c.account(-p.cost())
		s.deliver(x, p.data, p.pn, &p.at)
		h.sure = false
		if len(h.pieces) > 0 {
			h.since, h.packets = h.pieces[0].at.Time, c.packets()
		}
	}
	c.release(s, x)
}

// release ends a hold that is empty.
func (c *Conn) release(s *Stream, x Side) {
	h := s.half[x].hold
	if h == nil || len(h.pieces) > 0 {
		return
	}
	s.half[x].hold = nil
	last := len(c.holes) - 1
	c.holes[h.at] = c.holes[last]
	c.holes[h.at].at = h.at
	c.holes[last] = nil
	c.holes = c.holes[:last]
}

// skip gives up on the first hole of a direction.
func (c *Conn) skip(s *Stream, x Side, why assembly.Cause, at *Mark) {
	h := s.half[x].hold
	if h == nil || len(h.pieces) == 0 {
		return
	}
	s.gap(x, h.pieces[0].off-s.half[x].next, why, at)
	c.drain(s, x, at)
}

// flush gives up on all holes of a direction.
func (c *Conn) flush(s *Stream, x Side, at *Mark) {
	for s.half[x].hold != nil {
		c.skip(s, x, c.lossCause(x), at)
	}
	if h := &s.half[x]; h.size > int64(h.next) && c.over {
		s.gap(x, uint64(h.size)-h.next, c.lossCause(x), at)
	}
}

// lossCause is why bytes of a side are missing.
func (c *Conn) lossCause(x Side) assembly.Cause {
	if len(c.sides[x].cut.list) > 0 {
		return assembly.Cut
	}
	return assembly.Lost
}

// due gives up on holes once the missing bytes can no longer arrive: their packets were
// acknowledged, so they are not sent again, or nothing came for too long.
func (c *Conn) due(now int64, at *Mark) {
	for i := 0; i < len(c.holes); {
		h := c.holes[i]
		if !c.hopeless(h, now) {
			i++
			continue
		}
		s, x := h.stream, h.side
		c.skip(s, x, c.lossCause(x), at)
		s.endIfComplete(x, at)
	}
}

// hopeless reports whether the bytes before a hold's first piece are lost. The packet that
// held them has a lower number than that of the piece, unless they are sent again.
func (c *Conn) hopeless(h *hold, now int64) bool {
	if now-h.since >= sendGrace {
		return true
	}
	st := &c.sides[h.side]
	first := &h.pieces[0]
	seen := &st.seen[appSpace]
	if len(seen.list) < 2 || !seen.lacksOnly(first.pn, &st.acked) {
		h.sure = false
		return false
	}
	if !h.sure {
		h.sure, h.sureAt, h.sureIn = true, now, c.packets()
	}
	return now-h.sureAt >= lossGrace || c.packets()-h.sureIn >= lossPackets
}
