package quic

import (
	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/tlsopen"
)

// Assembler rebuilds the streams of QUIC connections. Its work depends on the datagrams it
// is given and on the Ticks alone. It is used by one goroutine.
type Assembler struct {
	Limits assembly.Limits // of buffers: set before the first Datagram
	Keys   *tlsopen.Keys
	Wait   bool // keys may come after the packets that they open

	// Home reports whether it is this Assembler that takes a datagram of a connection that began before the capture;
	// nil is always. Begun has those that did not, as the Router found them; it may be nil.
	Home  func(s *link.Segment) bool
	Begun *Beginnings

	// New is called when a connection's first stream or DATAGRAM comes, and returns who takes
	// what it carries; nil to ignore it.
	New func(c *Conn) Handler
	// Sealed is called once, when it is certain that a connection cannot be opened.
	Sealed func(c *Conn, at *Mark)
	// Over is called once, when a connection is over and its Handler was told.
	Over func(c *Conn, at *Mark)

	Stats Stats

	ids      map[cid][]owner
	keys     map[link.Key][]*Conn // by path, from the client to the server
	lists    [phases]connList
	held     int
	now      int64
	ticked   bool
	scratch  scratch
	midways  map[link.Key]*midway
	offers   map[link.Key]offer // by path, from the client to the server
	start    uint64             // the packet number that fits found
	searches int                // attempts of fits
}

// Stats counts what an Assembler has seen.
type Stats struct {
	Conns     int64 // connections begun
	Open      int64 // of them, those not over yet
	Datagrams int64
	Strays    int64 // datagrams of no known connection
}

// owner is who receives at a connection ID: the side of c that chose it.
type owner struct {
	c    *Conn
	side Side
}

// Held returns how many bytes wait for others or for keys.
func (a *Assembler) Held() int { return a.held }

func (a *Assembler) connLimit() int {
	if a.Limits.ConnBuffer > 0 {
		return a.Limits.ConnBuffer
	}
	return assembly.DefaultConnBuffer
}

func (a *Assembler) totalLimit() int {
	if a.Limits.Total != nil {
		return a.Limits.Total()
	}
	if a.Limits.TotalBuffer > 0 {
		return a.Limits.TotalBuffer
	}
	return assembly.DefaultTotalBuffer
}

// Datagram takes the next datagram. Its payload is not kept beyond the call.
func (a *Assembler) Datagram(s *link.Segment) {
	a.Stats.Datagrams++
	b := s.Payload
	if len(b) == 0 {
		return
	}
	c, x := a.find(&s.Key, b)
	if c == nil {
		if c, x = a.begin(s); c == nil {
			a.Stats.Strays++
			return
		}
	}
	st := &c.sides[x]
	st.packets++
	st.wire += int64(len(b) + s.Missing)
	c.Last, c.seen = s.Mark, a.now
	if c.over {
		return
	}
	for missing := s.Missing; len(b) > 0 && !c.over; {
		if !isLong(b) {
			if b[0] == 0 && len(b) < len(s.Payload) {
				break // padding behind the last packet
			}
			b = c.short(x, b, missing, &s.Mark)
			continue
		}
		h, ok := parseLong(b, len(b)+missing)
		if !ok {
			break
		}
		end := min(h.end, len(b))
		c.long(x, b[:end], &h, &s.Mark)
		b = b[end:]
	}
	if c.over {
		return
	}
	if len(c.waiting) > 0 {
		c.retryWaiting()
	}
	if len(c.holes) > 0 {
		c.due(s.Mark.Time, &s.Mark)
	}
	if c.phase == opening && c.sides[0].packets > 0 && c.sides[1].packets > 0 && !c.over {
		a.move(c, open)
	}
}

// begin makes the connection that a client's first Initial packet begins. What else has no
// connection may be one that began before the capture: see midway.go.
func (a *Assembler) begin(s *link.Segment) (*Conn, Side) {
	b := s.Payload
	if !isLong(b) {
		return a.join(s)
	}
	h, ok := parseLong(b, len(b)+s.Missing)
	if ok && h.kind == negotiationPacket {
		a.negotiation(s, &h)
	}
	if !ok || h.kind != initialPacket || h.cut {
		return nil, 0
	}
	k := initialKeys(h.version, h.dst)
	first, truncated, n := k[0].unmask(&a.scratch, b[:h.end], h.pnAt)
	if _, ok := k[0].open(&a.scratch, b[:h.end], h.pnAt, first, decodePN(-1, truncated, n), n); !ok {
		return nil, 0
	}
	offered := a.negotiated(s)
	c := a.conn(s)
	c.Offered = offered
	c.Version, c.original = h.version, append([]byte(nil), h.dst...)
	c.issue(assembly.A, h.src)
	a.nameID(makeCID(h.dst), c, assembly.B)
	return c, assembly.A
}

// conn makes a connection whose client sent s.
func (a *Assembler) conn(s *link.Segment) *Conn {
	c := &Conn{asm: a, Key: s.Key, Start: s.Mark, SYNACK: -1, TLS: tlsopen.NewQUIC(a.Keys), streams: map[uint64]*Stream{}}
	c.sides[0].rttMin, c.sides[1].rttMin = -1, -1
	c.paths = []path{{s.Key}}
	a.namePath(s.Key, c)
	a.Stats.Conns++
	a.Stats.Open++
	a.enlist(c, opening)
	return c
}

// Tick tells the time by the capture. at is not nil.
func (a *Assembler) Tick(now int64, at *Mark) {
	if now < a.now {
		return // the capture's clock went back
	}
	if !a.ticked {
		a.ticked = true
		for p := range a.lists {
			for c := range a.lists[p].All() {
				c.seen += now
				c.check += now
			}
		}
	}
	a.now = now
	for p := range a.lists {
		l := &a.lists[p]
		for c := l.First(); c != nil && c.check <= now; c = l.First() {
			a.look(c, now, at)
		}
	}
}

// look does what is due for a connection.
func (a *Assembler) look(c *Conn, now int64, at *Mark) {
	silent := now - c.seen
	if t := c.Last.Time; t <= now {
		silent = min(silent, now-t)
	}
	switch {
	case c.phase == closed && silent >= closedIdle:
		a.forget(c)
		return
	case c.phase != closed && silent >= c.allowed():
		c.finish(assembly.A, assembly.Idle, at)
		a.closed(c)
		return
	}
	if !c.over {
		c.retryWaiting()
		c.due(now, at)
	}
	if c.phase == closed || !c.over {
		a.lists[c.phase].Remove(c)
		c.check = now + c.period()
		a.lists[c.phase].Push(c)
	}
}

// allowed is how long the connection may be silent. Peers let it go after their idle timeout
// (RFC 9000 §10.1); what comes later than three of it is another.
func (c *Conn) allowed() int64 {
	switch {
	case c.phase == opening:
		return halfIdle
	case c.idle > 1:
		return max(3*c.idle, halfIdle)
	}
	return idle
}

// period is after which time a connection is looked at again.
func (c *Conn) period() int64 {
	if len(c.holes) > 0 || len(c.waiting) > 0 {
		return 1
	}
	return max(1, min(c.allowed()/8, closedIdle))
}

// LetGo ends one part of the open connections, those silent for longest, and returns how many.
func (a *Assembler) LetGo(part int, at *Mark) int {
	n := (a.lists[opening].Len() + a.lists[open].Len() + part - 1) / part
	ended := 0
	for _, p := range [...]phase{opening, open} {
		for _, c := range a.silent(p, n-ended) {
			c.finish(assembly.A, assembly.Idle, at)
			a.forget(c)
			ended++
		}
	}
	return ended
}

// Finish ends all connections: the capture is over. at is its last packet, not nil.
func (a *Assembler) Finish(at *Mark) {
	for p := range a.lists {
		for c := a.lists[p].First(); c != nil; c = a.lists[p].First() {
			c.finish(assembly.A, assembly.CaptEnd, at)
			a.forget(c)
		}
	}
}
