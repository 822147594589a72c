package assembly

import "wscope/assembly/link"

// Group is how many segments Prefetch looks at, at most.
const Group = 16

// Lookup is what Prefetch found out about a segment, for Take.
type Lookup struct {
	conn *Conn // nil where there is none
	side Side
	hash uint32
	when uint32 // table.changes then: a connection is only where it was while none came or went
}

// Prefetcher is a Handler that can read ahead the memory which its next Data of a side touches.
type Prefetcher interface {
	// Prefetch does so. The result only keeps the loads alive.
	Prefetch(s Side) int64
}

// Prefetch looks up the connections of the next segments, those of segs that part names, Group
// at most, and reads what Take will touch of them. With thousands of connections nothing of
// a packet's is in the processor's caches: one by one each of its reads would stall, those of a
// group overlap. The result is valid until the next call.
func (a *Assembler) Prefetch(segs []link.Segment, part []uint32) *[Group]Lookup {
	g := &a.group
	for i, k := range part {
		f, key := &g[i], &segs[k].Key
		f.hash, f.when = a.conns.sum(key), a.conns.changes
		f.conn, f.side = a.conns.find(f.hash, key)
	}
	warmth := int64(0)
	for i, k := range part {
		c := g[i].conn
		if c == nil {
			continue
		}
		warmth += c.Last.Time + c.sides[A].timeAt + c.sides[B].timeAt + c.seen // its lines but the first, which find reads
		if w, ok := c.handler.(Prefetcher); ok && len(segs[k].Payload) > 0 {
			warmth += w.Prefetch(g[i].side)
		}
	}
	a.prefetched = warmth
	return g
}

// Take is Segment for one that Prefetch has looked at, all before it having been taken.
func (a *Assembler) Take(s *link.Segment, f *Lookup) {
	c, x := f.conn, f.side
	if f.when != a.conns.changes {
		c, x = a.conns.find(f.hash, &s.Key)
	}
	a.segment(s, f.hash, c, x)
}
