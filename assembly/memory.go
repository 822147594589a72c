package assembly

import (
	"encoding/binary"

	"wscope/assembly/link"
)

// segmentID is what is remembered of a segment without data to recognize its second copy.
type segmentID struct {
	seq  uint32
	ipid uint16
	size uint16 // payload length, with the side in its lowest bit
}

// memory is what is remembered of a connection's latest segments with data: enough to tell
// a packet that the capture holds twice from one that TCP sent again, and to see that the
// bytes which came again are others. Connections that are active have one; see lend.
type memory struct {
	owner  *Conn
	latest [latest]glimpse // a ring, indexed by Conn.turn
}

const (
	latest      = 8
	maxMemories = 512
)

// glimpse is what is remembered of one segment with data.
type glimpse struct {
	fingerprint
	head [headSize]byte
	n    uint8 // bytes of head
}

const headSize = 16

// copyWithin is how much later a segment can at most be a copy where nothing in it tells a copy
// from a retransmission: those wait for a retransmission timer or a round trip.
func (c *Conn) copyWithin(x Side) int64 {
	if t := c.sides[x].trouble; t != nil && t.Duplicates > 0 {
		return copyOfKnown
	}
	return unhurried
}

// copyOfKnown is copyWithin where the capture has shown copies before. No system sends a SYN or a
// FIN again as soon.
const copyOfKnown = int64(100e6)

func segmentIDOf(x Side, s *link.Segment) segmentID {
	seq := s.Seq
	if s.Flags&link.SYN != 0 && len(s.Payload)+s.Missing > 0 {
		seq++
	}
	return segmentID{seq, s.IPID, uint16(min(len(s.Payload)+s.Missing, 1<<15-1))<<1 | uint16(x)}
}

// recordSegment takes note of a segment.
func (a *Assembler) recordSegment(c *Conn, x Side, s *link.Segment) {
	if len(s.Payload)+s.Missing == 0 {
		c.recent[1] = c.recent[0]
		c.recent[0] = segmentIDOf(x, s)
		return
	}
	if c.memory == nil {
		a.lend(c)
	}
	g := &c.memory.latest[c.turn%latest]
	c.turn++
	g.fingerprint = fingerprint{segmentIDOf(x, s), s.Stamp, s.Ack, s.Mark.Time}
	if e := c.extra; e != nil && e.copies != nil {
		a.rememberLonger(e.copies, g.segmentID, s)
	}
	g.n = uint8(min(len(s.Payload), headSize))
	if b := s.Payload; len(b) >= headSize {
		binary.LittleEndian.PutUint64(g.head[:8], binary.LittleEndian.Uint64(b))
		binary.LittleEndian.PutUint64(g.head[8:], binary.LittleEndian.Uint64(b[8:]))
	} else {
		copy(g.head[:], b)
	}
}

// lend gives a connection a memory: a free one, or that of the connection that has had one for longest.
func (a *Assembler) lend(c *Conn) {
	if len(a.memories) < maxMemories {
		a.memories = append(a.memories, new(memory))
	}
	m := a.memories[a.lent%len(a.memories)]
	a.lent++
	if m.owner != nil {
		m.owner.memory = nil
	}
	*m = memory{owner: c}
	c.memory = m
}

// isCopy reports whether a segment that brings nothing new is a packet that the capture holds
// twice: routers and bridges on the way of `-i any` or a mirror port show it again. TCP would have
// sent it again with a new IP identification, its newest time stamp and its newest
// acknowledgement.
func (c *Conn) isCopy(x Side, s *link.Segment) bool {
	p := segmentIDOf(x, s)
	if p.size < 2 {
		return c.isCopyOfEmpty(x, s, p)
	}
	if c.memory == nil {
		return false
	}
	var newest *glimpse
	for i := range uint8(latest) {
		g := &c.memory.latest[(c.turn-1-i)%latest]
		if g.size < 2 || Side(g.size&1) != x {
			continue
		}
		if newest == nil {
			newest = g
		}
		if c.isCopyOf(&g.fingerprint, x, p, s) {
			return true
		}
	}
	if e := c.extra; e != nil && e.copies != nil && len(e.copies.prints) > 0 && c.isCopyOf(e.copies.place(p), x, p, s) {
		return true
	}
	if newest == nil {
		return false
	}
	// It was sent before something that came already: no retransmission was.
	if s.Stamp != 0 && newest.stamp != 0 && after(newest.stamp, s.Stamp) {
		return true
	}
	if peer := &c.sides[x.Other()]; s.Flags&link.ACK != 0 && peer.heard && after(peer.acked, s.Ack) {
		return true
	}
	const senders = 1024 // how far a counter of IP identifications is believed to be one
	ahead := newest.ipid - p.ipid
	return p.ipid != 0 && newest.ipid != 0 && ahead > 0 && ahead < senders
}

// isCopyOfEmpty is isCopy for a SYN, FIN or ACK without data.
func (c *Conn) isCopyOfEmpty(x Side, s *link.Segment, p segmentID) bool {
	since, within := c.Start.Time, synAgain
	if x == B && c.SYNACK > 0 {
		since += c.SYNACK
	}
	known := p == c.recent[0] || p == c.recent[1]
	for _, r := range c.recent {
		if r.seq == p.seq && r.size == p.size && r.ipid != p.ipid && !known {
			return false
		}
	}
	if s.Flags&link.SYN == 0 {
		since, within = c.sides[x].finAt(), copyOfKnown
		if !known {
			return false
		}
	}
	by := s.Mark.Time - since
	if by < within || known && p.ipid != 0 {
		c.noteLag(by)
		return true
	}
	return c.extra != nil && c.extra.copies != nil && c.extra.copies.usual(by)
}

// finAt is the capture time of the side's FIN, 0 where there is none.
func (st *side) finAt() int64 {
	if st.trouble == nil {
		return 0
	}
	return st.trouble.FINAt.Time
}

// contradicts counts the bytes of data, at seq, that are known to differ from those given to the
// Handler, as far as the heads of the latest segments tell. It reports whether any do.
// Segments of one byte do not count: a keep-alive probe has any byte.
func (c *Conn) contradicts(x Side, seq uint32, data []byte, s *link.Segment) bool {
	if c.memory == nil || len(data) < 2 {
		return false
	}
	for i := range uint8(latest) {
		g := &c.memory.latest[(c.turn-1-i)%latest]
		if g.size < 2 || Side(g.size&1) != x {
			continue
		}
		old, new := g.head[:g.n], data
		if len(old) < 2 || s.IPID != 0 && g.ipid == s.IPID {
			continue // the very same datagram may have been cut up, and put together wrongly, before it was captured
		}
		d := int32(seq - g.seq)
		if d >= int32(len(old)) || -d >= int32(len(new)) {
			continue
		}
		if d >= 0 {
			old = old[d:]
		} else {
			new = new[-d:]
		}
		if n := differing(old, new); n > 0 {
			c.sides[x].conflict(n, g.time, &s.Mark)
			return true
		}
	}
	return false
}

// differing counts the places where two runs of bytes differ, as far as both go.
func differing(a, b []byte) (n int64) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// conflict counts n bytes that differ from those captured at the time since.
func (st *side) conflict(n, since int64, at *Mark) {
	t := st.anomaly()
	if t.Conflicts == 0 {
		t.FirstConflict, t.ConflictSince = *at, since
	}
	t.Conflicts += n
}
