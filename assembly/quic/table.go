package quic

import (
	"slices"
	"wscope/assembly/list"

	"wscope/assembly"
	"wscope/assembly/link"
)

// phase is where a connection stands, which says how long it may be silent.
type phase uint8

const (
	opening phase = iota // one side alone was seen
	open
	closed
	phases
)

// connList is the connections of a phase, by the time of their next look.
type connList = list.List[Conn, *Conn]

func (a *Assembler) enlist(c *Conn, p phase) {
	c.phase, c.seen = p, a.now
	c.check = a.now + 1
	a.lists[p].Push(c)
	if p == closed && a.lists[closed].Len() > maxClosed {
		a.forget(a.lists[closed].First())
	}
}

func (a *Assembler) move(c *Conn, p phase) {
	if c.phase != p {
		a.lists[c.phase].Remove(c)
		a.enlist(c, p)
	}
}

// closed keeps a connection that is over to swallow its late packets.
func (a *Assembler) closed(c *Conn) {
	if c.phase != closed {
		a.Stats.Open--
		a.move(c, closed)
	}
}

// forget takes a connection out of the tables.
func (a *Assembler) forget(c *Conn) {
	if c.phase != closed {
		a.Stats.Open--
	}
	a.lists[c.phase].Remove(c)
	for x := range c.sides {
		for _, id := range c.sides[x].ids {
			a.unnameID(id, c)
		}
	}
	a.unnameID(makeCID(c.original), c)
	for i := range c.paths {
		a.unnamePath(c.paths[i].key, c)
	}
}

// silent gives the n connections of a phase that were silent for longest.
func (a *Assembler) silent(p phase, n int) []*Conn {
	if n <= 0 {
		return nil
	}
	all := make([]*Conn, 0, a.lists[p].Len())
	for c := range a.lists[p].All() {
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(x, y *Conn) int { return int(min(max(x.Last.Index-y.Last.Index, -1), 1)) })
	return all[:min(n, len(all))]
}

func (a *Assembler) nameID(id cid, c *Conn, x Side) {
	if a.ids == nil {
		a.ids = make(map[cid][]owner)
	}
	if l := a.ids[id]; len(l) < maxSame && !slices.Contains(l, owner{c, x}) {
		a.ids[id] = append(l, owner{c, x})
	}
}

// maxSame is how many connections may share a connection ID or a path: IDs of few bytes
// repeat, and a client may have many connections on one socket.
const maxSame = 256

func (a *Assembler) unnameID(id cid, c *Conn) {
	l := slices.DeleteFunc(a.ids[id], func(o owner) bool { return o.c == c })
	if len(l) == 0 {
		delete(a.ids, id)
	} else {
		a.ids[id] = l
	}
}

func (a *Assembler) namePath(k link.Key, c *Conn) {
	if a.keys == nil {
		a.keys = make(map[link.Key][]*Conn)
	}
	if l := a.keys[k]; len(l) < maxSame {
		a.keys[k] = append(l, c)
	}
}

func (a *Assembler) unnamePath(k link.Key, c *Conn) {
	l := slices.DeleteFunc(a.keys[k], func(o *Conn) bool { return o == c })
	if len(l) == 0 {
		delete(a.keys, k)
	} else {
		a.keys[k] = l
	}
}

// find gives the connection of a datagram and the side that sent it.
func (a *Assembler) find(k *link.Key, b []byte) (*Conn, Side) {
	if l := a.keys[*k]; len(l) > 0 {
		if c := pick(l, assembly.A, b); c != nil {
			return c, assembly.A
		}
	}
	if l := a.keys[k.Reverse()]; len(l) > 0 {
		if c := pick(l, assembly.B, b); c != nil {
			return c, assembly.B
		}
	}
	return a.byID(k, b)
}

// pick chooses among the connections of a path by the connection ID.
func pick(l []*Conn, x Side, b []byte) *Conn {
	if isLong(b) {
		if len(b) < 6 || len(b) < 6+int(b[5]) || b[5] > maxCID {
			return nil
		}
		dst := makeCID(b[6 : 6+int(b[5])])
		for i := len(l) - 1; i >= 0; i-- {
			c := l[i]
			if x == assembly.A && string(c.original) == string(b[6:6+int(b[5])]) || slices.Contains(c.sides[x.Other()].ids, dst) {
				return c
			}
		}
		// A client that lost its server's first packets, or a Version Negotiation between, goes on
		// with the same connection under another ID; one that was answered does not.
		if c := l[len(l)-1]; !c.over && (x == assembly.B || len(c.sides[assembly.B].ids) == 0 && c.hasSource(b)) {
			return c
		}
		return nil
	}
	for i := len(l) - 1; i >= 0; i-- {
		for j := range l[i].sides[x.Other()].ids {
			if l[i].sides[x.Other()].ids[j].isIn(b) {
				return l[i]
			}
		}
	}
	return l[len(l)-1] // an ID that was issued under keys that are not known, or in a packet that is lost
}

// hasSource reports whether a long header's source is one of the client's connection IDs.
func (c *Conn) hasSource(b []byte) bool {
	at := 6 + int(b[5])
	if len(b) < at+1 || int(b[at]) > maxCID || len(b) < at+1+int(b[at]) {
		return false
	}
	return slices.Contains(c.sides[assembly.A].ids, makeCID(b[at+1:at+1+int(b[at])]))
}

// byID finds a connection that has moved: by the connection ID of a packet on a path that
// is not known. Where it can be opened it must authenticate; else one end must be known.
func (a *Assembler) byID(k *link.Key, b []byte) (*Conn, Side) {
	if isLong(b) || b[0]&0x40 == 0 {
		return nil, 0
	}
	var id cid
	for n := min(maxCID, len(b)-1); n > 0; n-- {
		id.n = uint8(n)
		copy(id.b[:n], b[1:])
		clear(id.b[n:])
		for _, o := range a.ids[id] {
			c, x := o.c, o.side.Other()
			if used := c.used; !c.over && c.accepts(x, k, b) {
				path := *k
				if x == assembly.B {
					path = k.Reverse()
				}
				c.moved(path, x == assembly.A && used != id)
				return c, x
			}
		}
	}
	return nil, 0
}

// accepts reports whether a 1-RTT packet on an unknown path is of the connection.
func (c *Conn) accepts(x Side, k *link.Key, b []byte) bool {
	st := &c.sides[x]
	pnAt := 1 + c.idLen(x, b)
	if len(b) < pnAt+maxPNLen+sampleLen {
		return false
	}
	if st.keys[appSpace] == nil {
		c.appKeys(x, b, pnAt)
	}
	if p := st.keys[appSpace]; p != nil {
		first, truncated, n := p.unmask(&c.asm.scratch, b, pnAt)
		pn := decodePN(st.seen[appSpace].max(), truncated, n)
		_, _, ok := c.openShort(x, b, pnAt, first, pn, n)
		return ok
	}
	server := link.Key{Src: c.Key.Dst, SrcPort: c.Key.DstPort, Tunnel: c.Key.Tunnel}
	if x == assembly.A {
		return k.Dst == server.Src && k.DstPort == server.SrcPort && k.Tunnel == server.Tunnel
	}
	return k.Src == server.Src && k.SrcPort == server.SrcPort && k.Tunnel == server.Tunnel
}
