package assembly

import "wscope/assembly/link"

// multipath is a connection of Multipath TCP: its bytes are ordered by data sequence numbers, which
// options map to the sequence numbers of the subflows that carry them. Conn.sides then have data
// sequence numbers; the subflows' own are here. Segments are translated, one at a time, and then
// taken as if they were those of one TCP connection.
type multipath struct {
	paths  []*path   // subflows, the first one first
	tokens [2]uint32 // by side: what names the connection to it; valid with keyed
	keyed  [2]bool
	based  [2]bool // the side's stream has data sequence numbers
	asked  bool    // a SYN offered it, and no answer came yet
	alone  bool    // subflows are known to be missing: one was added that the capture does not tie to this connection, or this is one
}

// path is a subflow.
type path struct {
	ends [2]pathEnd // by side of the connection
}

// pathEnd is what one side sends on a subflow.
type pathEnd struct {
	isn    uint32 // valid with known
	known  bool
	next   uint32 // behind the highest number seen; valid with seen
	seen   bool
	maps   [4]mapping // the latest, a ring
	turn   int
	closed bool // FIN or RST
}

// mapping says which data sequence numbers bytes of a subflow have.
type mapping struct {
	at   uint32 // the subflow's sequence number
	seq  uint32 // the data sequence number there
	n    uint32 // how many bytes; valid unless open
	open bool   // without end
	ok   bool
}

// maxPaths is how many subflows a connection has at most.
const maxPaths = 64

// subflow makes a Conn stand for a subflow of another.
type subflow struct {
	of   *Conn
	path *path
	flip bool // the connection's B opened it
}

// multipath takes a segment of a connection that uses Multipath TCP, or begins to. It reports
// whether that was all: false where the segment is one of plain TCP.
func (a *Assembler) multipath(c *Conn, x Side, s *link.Segment) bool {
	if c.extra != nil && c.extra.subflow != nil {
		f := c.extra.subflow
		if s.Flags&link.SYN != 0 && s.Flags&link.ACK == 0 && f.path.ends[x^flipped(f.flip)].known && f.path.ends[x^flipped(f.flip)].isn != s.Seq {
			a.forget(c) // another connection has the ports now
			a.Stats.Open--
			a.Segment(s)
			return true
		}
		c.Last, c.seen = s.Mark, a.now
		c.sides[x].packets++
		if of := f.of; of.phase != closed {
			of.seen = a.now
			a.onPath(of, x^flipped(f.flip), s, f.path)
		}
		return true
	}
	var o mptcpOptions
	if s.Options != nil {
		o = readMPTCP(s.Options, s.Flags&link.SYN != 0)
	}
	if c.extra == nil || c.extra.multipath == nil {
		if !o.capable && !o.join && !o.maps && !o.acks {
			return false
		}
		if c.met || s.Flags&link.SYN == 0 && c.sides[A].syn && c.sides[B].syn && !o.capable {
			return false // plain TCP so far
		}
		if o.join && a.joins(c, x, s, &o) {
			return true
		}
		c.more().multipath = &multipath{paths: []*path{new(path)}, alone: o.join}
		c.pending = true
	}
	m := c.extra.multipath
	p := m.paths[0]
	if s.Flags&link.SYN != 0 {
		return a.multipathSYN(c, x, s, &o)
	}
	if m.asked {
		if !o.capable && !o.dss {
			c.extra.multipath = nil // the answer, which the capture lacks, declined
			return false
		}
		m.asked = false
	}
	a.onPath(c, x, s, p)
	return true
}

func flipped(f bool) Side {
	if f {
		return B
	}
	return A
}

// multipathSYN takes a SYN or SYN-ACK of the first subflow.
func (a *Assembler) multipathSYN(c *Conn, x Side, s *link.Segment, o *mptcpOptions) bool {
	m := c.extra.multipath
	e := &m.paths[0].ends[x]
	switch {
	case e.known && e.isn != s.Seq:
		return false // another connection
	case s.Flags&link.ACK != 0 && !o.capable && !o.join:
		c.extra.multipath = nil // declined: plain TCP
		return false
	}
	m.asked = s.Flags&link.ACK == 0 && !e.known
	e.known, e.isn = true, s.Seq
	if o.keys > 0 {
		a.key(c, x, o.version, o.key[0])
	}
	if !m.based[x] {
		return false
	}
	t := *s
	t.Seq, t.Ack, t.Flags = c.sides[x].isn, 0, s.Flags&^link.ACK
	a.take(c, x, &t)
	return true
}

// key notes a side's key: its token and where its data sequence numbers begin.
func (a *Assembler) key(c *Conn, x Side, version uint8, key uint64) {
	m := c.extra.multipath
	if m.keyed[x] {
		return
	}
	token, idsn := digest(version, key)
	m.keyed[x], m.tokens[x] = true, token
	if a.tokens == nil {
		a.tokens = map[uint32]*Conn{}
	}
	if a.tokens[token] == nil && len(a.tokens) < maxTokens {
		a.tokens[token] = c
	}
	m.paths[0].ends[x].maps[3] = mapping{} // none yet
	c.extra.idsn[x] = idsn
}

// maxTokens bounds how many tokens of living connections are known.
const maxTokens = 1 << 16

// joins reports whether a SYN with MP_JOIN opens a subflow of a connection that is known, of which c,
// new, then is a part.
func (a *Assembler) joins(c *Conn, x Side, s *link.Segment, o *mptcpOptions) bool {
	of := a.tokens[o.token]
	if of == nil || of.extra == nil || of.extra.multipath == nil || len(of.extra.multipath.paths) >= maxPaths {
		return false
	}
	m := of.extra.multipath
	p := new(path)
	m.paths = append(m.paths, p)
	f := &subflow{of: of, path: p, flip: m.keyed[A] && m.tokens[A] == o.token}
	c.more().subflow = f
	c.pending = true
	e := &p.ends[x^flipped(f.flip)]
	e.known, e.isn = true, s.Seq
	c.sides[x].packets++
	return true
}

// rebase gives a side's stream data sequence numbers, the first byte having that behind idsn.
func (c *Conn) rebase(x Side, idsn uint32) {
	m, st := c.extra.multipath, &c.sides[x]
	if m.based[x] {
		return
	}
	m.based[x] = true
	if !st.started && !st.syn {
		return
	}
	e := &m.paths[0].ends[x]
	isn := e.isn
	if !e.known {
		isn = st.next - 1
	}
	by := idsn - isn
	st.next, st.isn, st.timeEnd, st.acked = st.next+by, st.isn+by, st.timeEnd+by, st.acked+by
}

// onPath takes a segment of a subflow that is no SYN of the first one.
func (a *Assembler) onPath(c *Conn, x Side, s *link.Segment, p *path) {
	m := c.extra.multipath
	var o mptcpOptions
	if s.Options != nil {
		o = readMPTCP(s.Options, s.Flags&link.SYN != 0)
	}
	e, back := &p.ends[x], &p.ends[x.Other()]
	if s.Flags&link.SYN != 0 {
		e.known, e.isn = true, s.Seq
		return
	}
	n := uint32(len(s.Payload) + s.Missing)
	t := *s
	t.Payload, t.Missing, t.Stamp, t.Options, t.Key = nil, 0, 0, nil, c.Key
	t.Flags &^= link.FIN | link.RST | link.SYN
	if p == m.paths[0] && !(m.based[A] && m.based[B]) {
		if s.Flags&(link.ACK|link.RST) == link.ACK && !m.based[x.Other()] && c.sides[x.Other()].syn {
			a.ack(c, x, &t) // that of the SYN-ACK, in TCP's own numbers
		}
		for i, y := range [2]Side{x, x.Other()} {
			if i < o.keys && o.capable {
				a.key(c, y, o.version, o.key[i])
			}
		}
	}
	for _, y := range [2]Side{A, B} {
		if m.keyed[y] {
			c.rebase(y, c.extra.idsn[y])
		}
	}
	if o.maps && !m.based[x] {
		c.rebase(x, o.seq-o.subflow)
	}
	if o.acks && !m.based[x.Other()] && !c.sides[x.Other()].started {
		m.based[x.Other()] = true
	}
	a.learnMaps(c, x, s, n, &o, e)

	t.Flags &^= link.ACK
	if o.acks {
		t.Flags, t.Ack = t.Flags|link.ACK, o.ack
	} else if g := back.endless(); g != nil && s.Flags&link.ACK != 0 {
		t.Flags, t.Ack = t.Flags|link.ACK, g.seq+(s.Ack-g.at)
	}
	st := &c.sides[x]
	t.Seq = st.end()
	if end := s.Seq + n; !e.seen || after(end, e.next) {
		e.seen, e.next = true, end
	}
	if n == 0 && (t.Flags&link.ACK != 0 || s.Flags&(link.FIN|link.RST) == 0) {
		a.take(c, x, &t)
	} else if n > 0 {
		a.takeMapped(c, x, s, &t, e, n)
	}
	if c.phase == closed {
		return
	}
	a.closings(c, x, s, &t, &o, p)
}

// learnMaps notes which data sequence numbers a segment says that its subflow's bytes have.
func (a *Assembler) learnMaps(c *Conn, x Side, s *link.Segment, n uint32, o *mptcpOptions, e *pathEnd) {
	m := c.extra.multipath
	switch {
	case o.maps:
		if isn := s.Seq - o.subflow; o.subflow != 0 && n > 0 && (!e.known || after(e.isn, isn) && !e.seen) {
			e.known, e.isn = true, isn
		}
		length := uint32(o.length)
		if o.fin && length > 0 {
			length--
		}
		if length > 0 || o.length == 0 {
			e.put(mapping{at: e.isn + o.subflow, seq: o.seq, n: length, open: o.length == 0, ok: true})
		}
	case o.firstMap && m.keyed[x] && e.known:
		e.put(mapping{at: e.isn + 1, seq: c.extra.idsn[x] + 1, n: uint32(o.firstLen), ok: true})
	case n > 0 && !o.dss && !o.capable && m.keyed[x] && e.known && e.turn == 0 && s.Seq == e.isn+1 && len(m.paths) == 1:
		// RFC 8684 §3.7: no option with the first data; the connection falls back to TCP.
		e.put(mapping{at: e.isn + 1, seq: c.extra.idsn[x] + 1, open: true, ok: true})
		if back := &m.paths[0].ends[x.Other()]; back.turn == 0 && back.known && m.keyed[x.Other()] {
			back.put(mapping{at: back.isn + 1, seq: c.extra.idsn[x.Other()] + 1, open: true, ok: true})
		}
	case n > 0 && !o.dss && !o.capable && !m.keyed[x] && !m.based[x] && e.known && e.turn == 0 && s.Seq == e.isn+1 && len(m.paths) == 1:
		c.rebase(x, e.isn)
		e.put(mapping{at: e.isn + 1, seq: e.isn + 1, open: true, ok: true})
	}
}

func (e *pathEnd) put(m mapping) {
	for i := range e.maps {
		if e.maps[i] == m {
			return
		}
	}
	e.maps[e.turn%len(e.maps)] = m
	e.turn++
}

// find gives the latest mapping of a number of the subflow's stream.
func (e *pathEnd) find(at uint32) *mapping {
	for i := range len(e.maps) {
		g := &e.maps[(e.turn+2*len(e.maps)-1-i)%len(e.maps)]
		if g.ok && (g.open && !after(g.at, at) || !g.open && at-g.at < g.n) {
			return g
		}
	}
	return nil
}

// endless gives the mapping without end, nil where there is none.
func (e *pathEnd) endless() *mapping {
	for i := range e.maps {
		if e.maps[i].ok && e.maps[i].open {
			return &e.maps[i]
		}
	}
	return nil
}

// takeMapped takes the payload of a subflow's segment, each mapping's part as a segment t of its own.
func (a *Assembler) takeMapped(c *Conn, x Side, s, t *link.Segment, e *pathEnd, n uint32) {
	payload, at := s.Payload, s.Seq
	if n == 1 && e.seen && at+1 == e.next && e.find(at) == nil {
		c.sides[x].anomaly().Probes += int64(len(payload))
		return
	}
	for n > 0 {
		g := e.find(at)
		if g == nil {
			c.sides[x].anomaly().Foreign += int64(len(payload))
			return
		}
		m := n
		if !g.open {
			m = min(n, g.n-(at-g.at))
		}
		t.Seq = g.seq + (at - g.at)
		t.Payload = payload[:min(int(m), len(payload))]
		t.Missing = int(m) - len(t.Payload)
		a.take(c, x, t)
		payload = payload[len(t.Payload):]
		at, n = at+m, n-m
		c.sides[x].packets--
	}
	c.sides[x].packets++
	t.Payload, t.Missing = nil, 0
}

// closings takes what ends a stream or a subflow.
func (a *Assembler) closings(c *Conn, x Side, s, t *link.Segment, o *mptcpOptions, p *path) {
	m, st, e := c.extra.multipath, &c.sides[x], &p.ends[x]
	if o.maps && o.fin {
		t.Seq, t.Flags = o.seq, link.FIN
		if o.length > 0 {
			t.Seq += uint32(o.length) - 1
		}
		a.fin(c, x, t)
	}
	if c.phase == closed {
		return
	}
	switch {
	case o.fastClose, s.Flags&link.RST != 0:
		e.closed, p.ends[x.Other()].closed = true, true
		if !o.fastClose && m.live() {
			return
		}
		t.Flags, t.Seq = link.RST, st.end()
		if e.seen && !o.fastClose {
			t.Seq += s.Seq - e.next
		}
		a.rst(c, x, t)
	case s.Flags&link.FIN != 0:
		e.closed = true
		for _, q := range m.paths {
			if q.ends[x].seen && !q.ends[x].closed {
				return
			}
		}
		if !st.finned && !st.ended { // without a DATA_FIN: the capture may lack it
			t.Flags, t.Seq = link.FIN, st.end()
			a.fin(c, x, t)
		}
	}
}

// live reports whether a subflow is left.
func (m *multipath) live() bool {
	for _, p := range m.paths {
		if (p.ends[A].seen || p.ends[B].seen) && !p.ends[A].closed && !p.ends[B].closed {
			return true
		}
	}
	return false
}

// Subflows is how many subflows of Multipath TCP the connection was seen to have, 0 for plain TCP.
// whole is false where others are known to be missing.
func (c *Conn) Subflows() (n int, whole bool) {
	if c.extra == nil || c.extra.multipath == nil {
		return 0, true
	}
	return len(c.extra.multipath.paths), !c.extra.multipath.alone
}
