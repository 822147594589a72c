package quic

import "wscope/assembly"

// Stream is one stream of a connection.
type Stream struct {
	ID      uint64
	Conn    *Conn
	handler StreamHandler
	half    [2]half
}

// half is one direction of a stream.
type half struct {
	next                  uint64 // offset of the next byte to deliver
	size                  int64  // final size, -1 while unknown
	until                 uint64 // RESET_STREAM_AT: the bytes that are still to be read; valid with cutOff
	code                  uint64 // the same
	cutOff                bool
	lost                  int64    // bytes told as gaps
	stall                 [2]int64 // capture times between which the latest stall lasted; zero where none
	wasReset, wasFinished bool
	sentIn                uint64 // number of the packet that held the latest byte delivered; valid with sent
	hold                  *hold
	sent                  bool
	ended                 bool // End was called, or the direction does not exist
}

// Bidirectional reports whether both ends may send on the stream (RFC 9000 §2.1).
func (s *Stream) Bidirectional() bool { return s.ID&2 == 0 }

// Initiator is the side that opened the stream.
func (s *Stream) Initiator() Side { return Side(s.ID & 1) }

// Complete reports whether all that a side sends on the stream was given, to its end.
func (s *Stream) Complete(x Side) bool {
	h := &s.half[x]
	return h.size >= 0 && h.next >= uint64(h.size) && h.lost == 0
}

// MayLack reports whether a side may have sent more on the stream than was given: its end was not captured, and
// packets behind the latest bytes are missing.
func (s *Stream) MayLack(x Side) bool {
	h, seen := &s.half[x], &s.Conn.sides[x].seen[appSpace]
	return h.size < 0 && h.sent && !seen.contains(span{h.sentIn, uint64(max(seen.max(), 0))})
}

// stream gives the stream of an ID, made at its first sight; nil where it is over, is not to
// be followed, or a side names one that it may not.
func (c *Conn) stream(id uint64, at *Mark) *Stream {
	if s := c.streams[id]; s != nil {
		return s
	}
	if c.over || c.done[id&3].has(id>>2) || len(c.streams) >= maxStreams {
		return nil
	}
	s := &Stream{ID: id, Conn: c}
	s.half[0].size, s.half[1].size = -1, -1
	if !s.Bidirectional() {
		s.half[s.Initiator().Other()].ended = true
	}
	if c.handler == nil && !c.met {
		c.met = true
		if c.asm.New != nil {
			c.handler = c.asm.New(c)
		}
	}
	if c.handler != nil {
		s.handler = c.handler.Open(s, at)
	}
	if s.handler == nil {
		c.done[id&3].add(id >> 2)
		return nil
	}
	c.streams[id] = s
	return s
}

// data takes the bytes of a STREAM frame.
func (c *Conn) data(x Side, id, off uint64, b []byte, fin bool, pn uint64, at *Mark) {
	st := &c.sides[x]
	st.streamBytes += int64(len(b))
	s := c.stream(id, at)
	if s == nil || s.half[x].ended {
		st.unwanted += int64(len(b))
		return
	}
	h := &s.half[x]
	end := off + uint64(len(b))
	if fin && h.size < 0 {
		h.size = int64(end)
	}
	if h.size >= 0 && end > uint64(h.size) {
		st.unwanted += int64(len(b)) // RFC 9000 §4.5: no byte lies beyond the final size
		return
	}
	if off == h.next && h.hold == nil {
		s.deliver(x, b, pn, at)
	} else {
		c.disorder(s, x, off, b, pn, at)
	}
	s.endIfComplete(x, at)
}

// deliver hands over the next bytes of a direction.
func (s *Stream) deliver(x Side, b []byte, pn uint64, at *Mark) {
	h := &s.half[x]
	h.next += uint64(len(b))
	h.sentIn, h.sent = max(h.sentIn, pn), true
	if len(b) > 0 {
		s.Conn.sides[x].delivered += int64(len(b))
		s.handler.Data(x, b, at)
	}
}

// gap reports bytes that will not come any more.
func (s *Stream) gap(x Side, n uint64, why assembly.Cause, at *Mark) {
	s.half[x].next += n
	if s.half[x].lost += int64(n); why != assembly.Early {
		s.Conn.sides[x].lost += int64(n)
	}
	s.handler.Gap(x, int64(n), why, at)
}

// endIfComplete ends a direction that has come to its final size.
func (s *Stream) endIfComplete(x Side, at *Mark) {
	h := &s.half[x]
	switch {
	case h.ended:
	case h.cutOff && h.next >= h.until:
		s.end(x, assembly.RST, h.code, at)
	case !h.cutOff && h.size >= 0 && h.next >= uint64(h.size):
		s.end(x, assembly.FIN, 0, at)
	}
}

// end ends a direction. What waits behind a hole is given behind a gap.
func (s *Stream) end(x Side, why assembly.Cause, code uint64, at *Mark) {
	h := &s.half[x]
	if h.ended {
		return
	}
	s.Conn.flush(s, x, at)
	if h.ended { // by what was flushed
		return
	}
	h.ended = true
	h.wasReset, h.wasFinished = why == assembly.RST, why == assembly.FIN
	s.handler.End(x, why, code, at)
	if s.half[0].ended && s.half[1].ended {
		delete(s.Conn.streams, s.ID)
		s.Conn.done[s.ID&3].add(s.ID >> 2)
	}
}

// reset takes RESET_STREAM, or RESET_STREAM_AT with the bytes that are still to be read.
func (c *Conn) reset(x Side, id, code, reliable uint64, at *Mark) {
	s := c.stream(id, at)
	if s == nil || s.half[x].ended {
		return
	}
	if h := &s.half[x]; reliable > h.next {
		h.until, h.code, h.cutOff = reliable, code, true
		return
	}
	s.end(x, assembly.RST, code, at)
}

// stop takes STOP_SENDING.
func (c *Conn) stop(by Side, id, code uint64, at *Mark) {
	if s := c.stream(id, at); s != nil && !s.half[by.Other()].ended {
		s.handler.Stop(by, code, at)
	}
}
