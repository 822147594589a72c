package quic

import (
	"encoding/binary"
	"slices"

	"wscope/assembly"
	"wscope/assembly/link"
)

// offer is what a Version Negotiation packet offered to a client whose own version is not known here.
type offer struct {
	versions []uint32
	at       int64
}

// offered are the versions of a Version Negotiation packet (RFC 9000 §17.2.1), 16 at most.
func (h *header) offered() (list []uint32) {
	for v := h.versions; len(v) >= 4 && len(list) < 16; v = v[4:] {
		list = append(list, binary.BigEndian.Uint32(v))
	}
	return list
}

// negotiation takes Version Negotiation.
func (c *Conn) negotiation(x Side, h *header) {
	if x == assembly.B && len(c.Offered) == 0 {
		c.Offered = h.offered()
	}
}

// negotiation notes what a server offers to a client whose first packets cannot be read.
func (a *Assembler) negotiation(s *link.Segment, h *header) {
	if len(a.offers) >= maxOffers {
		clear(a.offers)
	}
	if a.offers == nil {
		a.offers = make(map[link.Key]offer)
	}
	a.offers[s.Key.Reverse()] = offer{h.offered(), s.Mark.Time}
}

// negotiated gives what a Version Negotiation packet offered to the client that now begins on the same path: some clients
// begin anew after it, with other connection IDs.
func (a *Assembler) negotiated(s *link.Segment) []uint32 {
	if o, ok := a.offers[s.Key]; ok {
		delete(a.offers, s.Key)
		if s.Mark.Time-o.at <= halfIdle {
			return o.versions
		}
	}
	l := a.keys[s.Key]
	if len(l) == 0 {
		return nil
	}
	before := l[len(l)-1]
	if len(before.sides[assembly.B].ids) > 0 || s.Mark.Time-before.Start.Time > halfIdle {
		return nil
	}
	return before.Offered
}

// offersKnown reports whether a datagram is a Version Negotiation packet with a version that is read here.
func offersKnown(b []byte) bool {
	h, ok := parseLong(b, len(b))
	return ok && h.kind == negotiationPacket && slices.ContainsFunc(h.offered(), known)
}
