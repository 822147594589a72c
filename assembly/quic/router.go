package quic

import (
	"encoding/binary"

	"wscope/assembly/link"
)

// Router finds QUIC among UDP datagrams and says which shard takes each, so that all of a
// connection come to one, also after it moved to other addresses. What it says depends on
// the datagrams alone. It is used by one goroutine.
//
// A connection's home follows from the path that it began on. A datagram on a path that is
// not known goes where its connection ID was seen in a long header. IDs that were issued
// under encryption are known to the connection alone: then every shard is asked.
type Router struct {
	Shards int
	Ports  map[uint16]bool // where connections are looked for whose beginning is not in the capture
	Any    bool            // look for them on all ports but those of other protocols
	Midway func() bool     // whether there is any secret with which one could be found
	Begun  *Beginnings     // takes the connections that begin in the capture, where Midway is true; may be nil

	paths generations[link.Key]
	ends  generations[end]
	ids   generations[cid]

	hellos  map[link.Key]*helloStart
	scratch scratch
}

// Everyone is the shard of a datagram that all shards are to be asked about.
const Everyone = -1

type end struct {
	ip     link.Addr
	port   uint16
	tunnel uint32
}

// Route says which shard takes a datagram; ok is false for one that is no QUIC.
func (r *Router) Route(s *link.Segment) (shard int, ok bool) {
	b := s.Payload
	if len(b) < 7 {
		return 0, false
	}
	if isLong(b) {
		return r.long(s)
	}
	if n, ok := r.paths.get(canonical(&s.Key)); ok {
		return int(n), true
	}
	if b[0]&0x40 == 0 {
		return 0, false // the fixed bit may be something else only where both ends agreed (RFC 9287)
	}
	server, client := end{s.Key.Dst, s.Key.DstPort, s.Key.Tunnel}, end{s.Key.Src, s.Key.SrcPort, s.Key.Tunnel}
	_, to := r.ends.get(server)
	_, from := r.ends.get(client)
	if to || from {
		var id cid
		for n := min(maxCID, len(b)-1); n >= 4; n-- {
			id.n = uint8(n)
			copy(id.b[:n], b[1:])
			clear(id.b[n:])
			if home, ok := r.ids.get(id); ok {
				r.paths.set(canonical(&s.Key), home)
				return int(home), true
			}
		}
		return Everyone, true
	}
	if r.Midway != nil && (r.Ports[s.Key.SrcPort] || r.Ports[s.Key.DstPort] || r.Any && !otherProtocol(&s.Key)) && r.Midway() {
		return Home(s, r.Shards), true
	}
	return 0, false
}

// otherProtocol reports whether a path has a port of another protocol than QUIC.
func otherProtocol(k *link.Key) bool {
	const privileged, stun, vpn, sip, mdns = 1024, 3478, 4500, 5060, 5353 // RFC 6335 §6
	for _, p := range [...]uint16{k.SrcPort, k.DstPort} {
		switch {
		case p < privileged, p == stun, p == vpn, p == sip, p == mdns:
			return true
		}
	}
	return false
}

// Home is the shard of a connection by the path that it began on, or is joined on.
func Home(s *link.Segment, shards int) int { return int(s.Hash) % shards }

func (r *Router) long(s *link.Segment) (int, bool) {
	b := s.Payload
	k := canonical(&s.Key)
	home, ok := r.paths.get(k)
	v := binary.BigEndian.Uint32(b[1:])
	switch {
	case v == 0 && !ok && offersKnown(b): // to a client whose version is not known
		return Home(s, r.Shards), true
	case !known(v):
		return int(home), ok && v == 0 // Version Negotiation
	}
	h, good := parseLong(b, len(b)+s.Missing)
	if !ok {
		if !good || h.kind == negotiationPacket {
			return 0, false
		}
		home = uint8(Home(s, r.Shards))
		r.paths.set(k, home)
		r.ends.set(end{s.Key.Dst, s.Key.DstPort, s.Key.Tunnel}, 0)
		r.ends.set(end{s.Key.Src, s.Key.SrcPort, s.Key.Tunnel}, 0)
	}
	if good && h.kind == initialPacket && r.Begun != nil && r.Midway != nil && r.Midway() {
		r.hello(s)
	}
	if good && len(h.src) >= 4 {
		r.ids.set(makeCID(h.src), home)
	}
	return int(home), true
}

// canonical is the same key for both directions of a path.
func canonical(k *link.Key) link.Key {
	for i := range k.Src {
		if k.Src[i] != k.Dst[i] {
			if k.Src[i] > k.Dst[i] {
				return k.Reverse()
			}
			return *k
		}
	}
	if k.SrcPort > k.DstPort {
		return k.Reverse()
	}
	return *k
}

// generations is a bounded map of what was seen of late: the older half goes at once.
type generations[K comparable] struct{ young, old map[K]uint8 }

const generation = 1 << 16

func (g *generations[K]) get(k K) (v uint8, ok bool) {
	if v, ok = g.young[k]; ok {
		return v, true
	}
	if v, ok = g.old[k]; ok {
		g.set(k, v)
	}
	return v, ok
}

func (g *generations[K]) set(k K, v uint8) {
	if len(g.young) >= generation {
		g.old, g.young = g.young, nil
	}
	if g.young == nil {
		g.young = make(map[K]uint8)
	}
	g.young[k] = v
}
