package assembly

import (
	"bytes"

	"wscope/assembly/link"
)

// Subflows brings the subflows of Multipath TCP connections to the Assembler that has their first
// one, where several Assemblers share the connections by Segment.Hash. The zero value is ready.
type Subflows struct {
	tokens recent[uint32]
	paths  recent[link.Key]
}

// Any reports whether segments without options of Multipath TCP have to be looked at, too.
func (r *Subflows) Any() bool { return r.paths.young != nil }

// Route gives a segment the Hash of its connection's first subflow. It is given all segments that
// have Options, and while Any says so, all others.
func (r *Subflows) Route(s *link.Segment) {
	if s.Options == nil {
		if hash, ok := r.paths.get(ends(&s.Key)); ok {
			s.Hash = hash
		}
		return
	}
	o := readMPTCP(s.Options, s.Flags&link.SYN != 0)
	if o.join {
		if hash, ok := r.tokens.get(o.token); ok {
			r.paths.put(ends(&s.Key), hash)
		}
	}
	if hash, ok := r.paths.get(ends(&s.Key)); ok {
		s.Hash = hash
		return
	}
	for i := range o.keys {
		token, _ := digest(o.version, o.key[i])
		r.tokens.put(token, s.Hash)
	}
}

// ends is the key of both directions, outside tunnels.
func ends(k *link.Key) link.Key {
	e := *k
	if n := bytes.Compare(e.Src[:], e.Dst[:]); n > 0 || n == 0 && e.SrcPort > e.DstPort {
		e = e.Reverse()
	}
	e.Tunnel = 0
	return e
}

// recent is a bounded table of hashes that forgets the oldest.
type recent[K comparable] struct{ young, old map[K]uint32 }

func (t *recent[K]) get(k K) (uint32, bool) {
	if v, ok := t.young[k]; ok {
		return v, true
	}
	v, ok := t.old[k]
	return v, ok
}

func (t *recent[K]) put(k K, v uint32) {
	if len(t.young) >= maxTokens/2 {
		t.old, t.young = t.young, nil
	}
	if t.young == nil {
		t.young = map[K]uint32{}
	}
	t.young[k] = v
}
