package assembly

import (
	"bytes"

	"wscope/assembly/link"
)

// Firewalls replace the sequence numbers of a connection by others that are harder to guess. A
// capture from both sides of one has each segment twice, with numbers that differ by the same
// amount all through the connection. The numbers seen first count; others are translated.

// maxOffsets is how many translations of a side's numbers are known at once.
const maxOffsets = 3

// translate gives a segment with the numbers of the connection's own, in a place that the next call
// uses again; or the segment itself where nothing is to be translated.
func (a *Assembler) translate(c *Conn, x Side, s *link.Segment) *link.Segment {
	e := c.extra
	if len(e.offsets[A])+len(e.offsets[B]) == 0 {
		return s
	}
	seq, ack := c.own(x, s.Seq), s.Ack
	if s.Flags&link.ACK != 0 {
		ack = c.own(x.Other(), ack)
	}
	if seq == s.Seq && ack == s.Ack {
		return s
	}
	a.translated = *s
	a.translated.Seq, a.translated.Ack = seq, ack
	return &a.translated
}

// own gives a number of a side's stream as the connection's own, as far as a translation is known.
func (c *Conn) own(x Side, n uint32) uint32 {
	at, known := c.sides[x].stands()
	if c.extra == nil || !known {
		return n
	}
	best := n
	for _, offset := range c.extra.offsets[x] {
		if m := n - offset; near(m, at) && distance(m, at) < distance(best, at) {
			best = m
		}
	}
	return best
}

// distance is how far apart two sequence numbers are.
func distance(a, b uint32) uint32 { return min(a-b, b-a) }

// learnSYN reports whether a SYN with another number is a copy of the side's SYN from the other side
// of a firewall, and if so, how its numbers are to be translated.
func (c *Conn) learnSYN(x Side, s *link.Segment) bool {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if !st.syn || st.isn == s.Seq || c.phase == closed || st.delivered()+peer.delivered() > 0 || s.Mark.Time-c.Start.Time > copyOfKnown {
		return false
	}
	if s.Flags&link.ACK != 0 && peer.syn && c.own(x.Other(), s.Ack) != peer.isn+1 {
		return false
	}
	return c.learn(x, s.Seq-st.isn)
}

// learnAnswer takes a SYN-ACK that acknowledges another number than its SYN had: a firewall is between
// the places where the two directions were captured.
func (c *Conn) learnAnswer(x Side, s *link.Segment) {
	st, peer := &c.sides[x], &c.sides[x.Other()]
	if s.Flags&(link.SYN|link.ACK|link.RST) == link.SYN|link.ACK && peer.syn && !st.started && !peer.heard && c.phase == opening &&
		c.own(x.Other(), s.Ack) != peer.isn+1 && !near(s.Ack, peer.next) && s.Mark.Time-c.Start.Time <= answerWithin {
		c.learn(x.Other(), s.Ack-(peer.isn+1))
	}
}

// answerWithin is how late a SYN-ACK comes at most that is believed to answer a SYN with another number.
const answerWithin = int64(1e9)

// learnCopy reports whether a segment far from its stream is a copy of one of the latest from the
// other side of a firewall, and if so, how its numbers are to be translated.
func (c *Conn) learnCopy(x Side, s *link.Segment) bool {
	if c.memory == nil || len(s.Payload) == 0 {
		return false
	}
	p := segmentIDOf(x, s)
	for i := range uint8(latest) {
		g := &c.memory.latest[(c.turn-1-i)%latest]
		if g.size != p.size || g.ipid != p.ipid || g.stamp != s.Stamp || s.Mark.Time-g.time > copyOfKnown || g.seq == p.seq {
			continue
		}
		head := s.Payload[:min(len(s.Payload), headSize)]
		if !bytes.Equal(head, g.head[:g.n]) || p.ipid == 0 && len(head) < headSize/2 {
			continue
		}
		if s.Flags&link.ACK != 0 && s.Ack != g.ack && !near(s.Ack, g.ack) {
			c.learn(x.Other(), s.Ack-g.ack)
		}
		return c.learn(x, p.seq-g.seq)
	}
	return false
}

func (c *Conn) learn(x Side, offset uint32) bool {
	e := c.more()
	for _, known := range e.offsets[x] {
		if known == offset {
			return false // it was of no use
		}
	}
	if len(e.offsets[x]) == maxOffsets {
		return false
	}
	e.offsets[x] = append(e.offsets[x], offset)
	c.pending = true
	return true
}
