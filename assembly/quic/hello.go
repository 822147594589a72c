package quic

import (
	"sync"

	"wscope/assembly/link"
)

// Beginnings are the client randoms of connections that begin in a capture. Its zero value is empty; any goroutine may
// use it. A Router adds to it ahead of the Assemblers, so that what it says of a packet depends on the capture alone.
type Beginnings struct {
	mu sync.RWMutex
	of map[[32]byte]int64 // the index of the packet that shows it
}

// maxBegun bounds the randoms that are noted: later ones are not.
const maxBegun = 1 << 18

// add notes that a connection begins at the packet of an index.
func (g *Beginnings) add(random [32]byte, index int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.of[random]; ok || len(g.of) >= maxBegun {
		return
	}
	if g.of == nil {
		g.of = make(map[[32]byte]int64)
	}
	g.of[random] = index
}

// before reports whether the connection with a client random began before the packet of an index.
func (g *Beginnings) before(random [32]byte, index int64) bool {
	if g == nil {
		return false
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	at, ok := g.of[random]
	return ok && at < index
}

// helloStart is the beginning of a ClientHello, which may come in pieces and out of order: as much of it
// as has the client's random, by which a key log names the connection.
type helloStart struct {
	keys   *protection
	random [32]byte
	have   uint32 // which bytes of random are there
}

// randomAt is where the random stands in a CRYPTO stream: behind the message's head and the version (RFC 8446 §4.1.2).
const randomAt = 4 + 2

// maxHellos bounds the connections whose random is being collected.
const maxHellos = 1 << 12

// hello reads the Initial packets of a datagram for the client random of a connection that begins.
func (r *Router) hello(s *link.Segment) {
	for b := s.Payload; len(b) > 0 && isLong(b); {
		h, ok := parseLong(b, len(b)+s.Missing)
		if !ok || h.cut || h.kind != initialPacket {
			return
		}
		r.helloPacket(s, b[:h.end], &h)
		b = b[h.end:]
	}
}

func (r *Router) helloPacket(s *link.Segment, b []byte, h *header) {
	st := r.hellos[s.Key]
	if st == nil {
		st = &helloStart{keys: initialKeys(h.version, h.dst)[0]}
	}
	first, truncated, n := st.keys.unmask(&r.scratch, b, h.pnAt)
	plain, ok := st.keys.open(&r.scratch, b, h.pnAt, first, decodePN(-1, truncated, n), n)
	if !ok {
		return
	}
	if r.hellos == nil || len(r.hellos) >= maxHellos {
		r.hellos = make(map[link.Key]*helloStart)
	}
	r.hellos[s.Key] = st
	if st.frames(plain); st.have == 1<<32-1 {
		delete(r.hellos, s.Key)
		r.Begun.add(st.random, s.Mark.Index)
	}
}

// frames takes the CRYPTO frames of an Initial packet.
func (st *helloStart) frames(b []byte) {
	f := fields{b: b}
	for len(f.b) > 0 && !f.bad {
		switch t := f.varint(); t {
		case framePadding:
		case frameCrypto:
			off := f.varint()
			data := f.bytes(f.varint())
			for i := range data {
				if at := off + uint64(i); at >= randomAt && at < randomAt+32 {
					st.random[at-randomAt] = data[i]
					st.have |= 1 << (at - randomAt)
				}
			}
		case frameAck, frameAckECN:
			skipAck(t == frameAckECN, &f)
		default:
			if !skipFrame(t, &f) {
				return
			}
		}
	}
}
