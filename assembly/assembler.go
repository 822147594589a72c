// Package assembly rebuilds the two byte streams of TCP connections (RFC 9293) from
// captured segments, as an onlooker sees them: some are missing, some come twice, late,
// cut, or with other bytes than the first time, and many a connection began before the
// capture did.
//
// Start reading at handler.go, the values that every stage of the house speaks, then
// Assembler.Segment, which shows a segment's way. Its parts: handshake.go (SYNs, and
// 4-tuples used again), ack.go, stream.go (what comes in order), hold.go and hole.go
// (what does not), close.go, expire.go (time), table.go and pool.go (memory).
//
// It knows nothing of TLS, HTTP or WebSocket, sets no clock but the capture's, and does
// not judge: what was odd is counted in SideStats.
package assembly

import "wscope/assembly/list"

import "wscope/assembly/link"

// Assembler rebuilds the byte streams of TCP connections. Its work depends on the
// segments alone, so any number of Assemblers side by side, each given all segments of
// its own connections, give what one would.
//
// The zero value is ready for use. It is used by one goroutine.
type Assembler struct {
	Limits Limits // set before the first Segment
	// New is called when the first byte of a connection comes (or is known to be missing)
	// and returns who takes its streams; nil to ignore it. A connection that never
	// carries a byte has no Handler.
	New func(c *Conn) Handler
	// Reset is called when a RST comes that a connection waits to be confirmed (on), and when it
	// turns out to have ended nothing; nil to ignore it. End comes later.
	Reset func(c *Conn, h Handler, on bool)
	// Unused is called when a connection has ended that carried not one byte, so New was not called; nil to ignore it.
	Unused func(c *Conn, why Cause)

	Stats Stats

	limits   Limits // with the defaults filled in; set at the first connection
	conns    table
	lists    [phases]connList
	waiting  list.List[hold, *hold] // streams with a hole, oldest first
	held     int                    // what all their pieces count against Limits.TotalBuffer
	pool     pool
	memories []*memory // those lent out, oldest at lent
	lent     int

	fingerprints int // room for as many is made; see copies

	tokens     map[uint32]*Conn // connections of Multipath TCP, by what names them
	translated link.Segment     // what translate gives
	flushing   bool             // a connection ends: nothing waits for a whole copy of what was cut
	now        int64            // the latest Tick
	ticked     bool
	group      [Group]Lookup // what Prefetch found
	prefetched int64         // what its reads came to, so that they are made
}

// Held returns how many bytes wait behind holes, with their cost.
func (a *Assembler) Held() int { return a.held }

// Stats counts what an Assembler has seen.
type Stats struct {
	Conns      int64 // connections begun
	Open       int64 // of them, those not ended yet
	Strays     int64 // segments of no known connection that could not begin one (ACK, FIN or RST without data)
	BadSums    int64 // segments with a wrong checksum, left out
	LetGo      int64 // of them, those let go because more than maxOpening waited for an answer
	LimitGaps  int64 // gaps told because a buffering limit was reached
	HeldAtMost int64 // the most that waiting bytes counted at one time
}

// Segment takes the next segment. Its payload is not kept beyond the call.
func (a *Assembler) Segment(s *link.Segment) {
	hash := a.conns.sum(&s.Key)
	c, x := a.conns.find(hash, &s.Key)
	a.segment(s, hash, c, x)
}

// segment takes a segment whose connection, if it has one, was found.
func (a *Assembler) segment(s *link.Segment, hash uint32, c *Conn, x Side) {
	if s.BadSum {
		a.Stats.BadSums++
		return
	}
	if c == nil {
		if c, x = a.conns.elsewhere(hash, s); c != nil {
			c.joinTunnel(s.Key.Tunnel)
		}
	}
	if c == nil {
		// A late ACK, FIN or RST of a forgotten connection begins none.
		if s.Flags&link.RST != 0 || s.Flags&link.SYN == 0 && len(s.Payload)+s.Missing == 0 {
			a.Stats.Strays++
			return
		}
		c, x = a.begin(hash, s)
		if s.Options != nil && a.multipath(c, x, s) {
			return
		}
	} else if s.Flags&link.SYN != 0 || c.phase == closed || c.pending || s.Options != nil {
		if (s.Options != nil || c.extra != nil && (c.extra.multipath != nil || c.extra.subflow != nil)) && a.multipath(c, x, s) {
			return
		}
		if s.Flags&link.SYN != 0 {
			c.learnAnswer(x, s)
		}
		if c.extra != nil {
			s = a.translate(c, x, s)
		}
		if !a.belongs(c, x, s) {
			return
		}
	}
	a.take(c, x, s)
}

// take takes a segment that belongs to a connection.
func (a *Assembler) take(c *Conn, x Side, s *link.Segment) {
	if s.Mark.Time < c.Last.Time {
		c.clockBack(x, s)
	}
	c.Last = s.Mark
	c.inHand(x, s.Ack, s.Flags&link.ACK != 0, &s.Mark)
	c.seen = a.now
	c.sides[x].packets++
	c.note(x, s)
	if c.phase == closed {
		if len(s.Payload) > 0 {
			a.behind(c, x, s.Seq, s)
		}
		return
	}
	c.present(x, s)
	if c.Ignored {
		a.watch(c, x, s)
		return
	}
	if !c.sides[x].started && c.unacceptable(x, s) {
		a.foreign(c, x, s)
		return
	}
	if s.Flags&link.SYN != 0 {
		a.handshake(c, x, s)
	}
	if s.Flags&(link.ACK|link.RST) == link.ACK {
		a.ack(c, x, s)
	}
	if len(s.Payload)+s.Missing > 0 && s.Flags&link.RST == 0 {
		a.data(c, x, s)
	}
	if s.Flags&(link.FIN|link.RST) != 0 {
		if s.Flags&link.RST != 0 {
			a.rst(c, x, s)
		} else {
			a.fin(c, x, s)
		}
	}
	if c.sides[A].hold != nil {
		a.due(c, A, s.Mark.Time, &s.Mark)
	}
	if c.sides[B].hold != nil {
		a.due(c, B, s.Mark.Time, &s.Mark)
	}
	if c.phase == opening && (c.met || c.sides[A].started && c.sides[B].started) && !c.sides[A].ended && !c.sides[B].ended {
		a.move(c, open)
	}
}

// begin makes the connection that s is the first segment of.
func (a *Assembler) begin(hash uint32, s *link.Segment) (*Conn, Side) {
	if a.limits.Idle == 0 {
		a.limits = a.Limits.orDefaults()
	}
	c := &Conn{Key: s.Key, Start: s.Mark, SYNACK: -1, HandACK: -1, hash: hash}
	x := A
	if s.Flags&(link.SYN|link.ACK) == link.SYN|link.ACK {
		c.Key, x = s.Key.Reverse(), B
	}
	for i := range c.sides {
		c.sides[i].rttMin, c.sides[i].scale = -1, -1
	}
	a.Stats.Conns++
	a.Stats.Open++
	a.conns.add(c)
	a.enlist(c, opening)
	return c, x
}

// meet asks who takes the connection's streams.
func (a *Assembler) meet(c *Conn) {
	c.met = true
	if a.New != nil {
		c.handler = a.New(c)
	}
	if c.handler == nil {
		c.Ignored = true
		return
	}
	for _, x := range [2]Side{A, B} {
		if st := &c.sides[x]; st.ended {
			c.handler.End(x, FIN, &st.trouble.FINAt) // it ended without a byte
		}
	}
}
