package main

// side is client or server.
type side int

const (
	client side = iota
	server
)

type stage uint8

const (
	idle stage = iota
	talking
	over
)

// conversation is one TCP connection on its way.
type conversation struct {
	id      int // says addresses and ports
	stage   stage
	sent    int         // messages, of both sides
	message [2]int      // messages of each side
	next    [2]uint32   // each side's next sequence number
	unsaid  [2]uint8    // segments that each side received and did not acknowledge
	ipid    [2]uint16   // IP identification of each side's latest packet
	late    [2]*segment // a segment that waits to come after the next one of its side
	tls     *secrets
	quic    *quicConn // nil over TCP

	due     int64   // when it speaks next: schedule.go
	pace    float64 // how many times as often as others
	burst   int     // messages left of the burst
	serial  int     // of requests, or what its kind counts
	run, at int     // market: where in which run it is
	lasts   int     // exchanges of a connection that carries no WebSocket
}

// segment is one TCP segment to be written, or one QUIC datagram, which is its payload alone.
type segment struct {
	from    side
	flags   byte
	seq     uint32
	payload []byte
}

// The TCP flags in use.
const (
	fin = 1
	syn = 2
	psh = 8
	ack = 16
)

// connect does TCP's handshake.
func (g *generator) connect(c *conversation) {
	for x := range c.next {
		c.next[x] = g.Uint32()
		c.ipid[x] = uint16(g.Uint32())
	}
	g.control(c, client, syn)
	g.control(c, server, syn|ack)
	g.write(c, &segment{from: client, flags: ack, seq: c.next[client]})
}

// disconnect closes both halves, as the server does after a Close (RFC 6455 §7.1.1).
func (g *generator) disconnect(c *conversation) {
	g.control(c, server, fin|ack)
	g.control(c, client, fin|ack)
	g.write(c, &segment{from: server, flags: ack, seq: c.next[server]})
}

// control sends a segment with a SYN or FIN, which takes a sequence number.
func (g *generator) control(c *conversation, x side, flags byte) {
	g.write(c, &segment{from: x, flags: flags, seq: c.next[x]})
	c.next[x]++
}

// send sends bytes of a side's stream, cut into segments. Trouble says whether they may
// come late, twice or not at all.
func (g *generator) send(c *conversation, x side, b []byte, trouble bool) {
	for len(b) > 0 {
		n := min(g.mss, len(b))
		s := segment{from: x, flags: ack, seq: c.next[x], payload: b[:n]}
		if n == len(b) {
			s.flags |= psh
		}
		b = b[n:]
		c.next[x] += uint32(n)
		g.transmit(c, &s, trouble)
	}
}

// transmit sends a segment as send says.
func (g *generator) transmit(c *conversation, s *segment, trouble bool) {
	x := s.from
	switch {
	case c.late[x] != nil:
		g.write(c, s)
		g.catchUp(c, x)
	case trouble && g.chance(g.reorder):
		s.payload = append([]byte(nil), s.payload...)
		c.late[x] = s
		return
	case trouble && g.chance(g.loss):
	default:
		g.write(c, s)
		if trouble && g.chance(g.retransmit) {
			g.write(c, s)
		}
	}
	g.hear(c, 1-x)
}

// catchUp sends a side's late segment.
func (g *generator) catchUp(c *conversation, x side) {
	if s := c.late[x]; s != nil {
		c.late[x] = nil
		g.write(c, s)
		g.hear(c, 1-x)
	}
}

// hear is the arrival of a segment at x, which acknowledges every second one at once
// (RFC 9293 §3.8.6.3).
func (g *generator) hear(c *conversation, x side) {
	c.unsaid[x]++
	switch {
	case c.unsaid[x] < 2:
	case c.quic != nil:
		if b := g.acknowledge(c, x, nil); b != nil {
			g.write(c, &segment{from: x, payload: g.seal1RTT(c, x, b)})
		}
	default:
		g.write(c, &segment{from: x, flags: ack, seq: c.next[x]})
	}
}

// acknowledged is how far a side has its peer's stream.
func (c *conversation) acknowledged(x side) uint32 {
	if s := c.late[1-x]; s != nil {
		return s.seq
	}
	return c.next[1-x]
}
