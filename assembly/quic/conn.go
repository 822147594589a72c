package quic

import (
	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/list"
	"wscope/assembly/tlsopen"
)

// Packet number spaces (RFC 9000 §12.3); 0-RTT and 1-RTT packets share one.
const (
	initialSpace = iota
	handshakeSpace
	appSpace
	spaces
)

// Conn is one QUIC connection. It lives from its first packet until it is forgotten after
// its end; a Handler may keep it longer.
type Conn struct {
	Key     link.Key // from the client to the server, of the first path
	Start   Mark     // the first packet
	Last    Mark     // the latest packet
	Version uint32   // as negotiated so far
	Closed  Close    // what ended the connection
	TLS     *tlsopen.QUIC

	Offered    []uint32 // versions of a Version Negotiation packet, 16 at most
	Retried    bool     // the server sent Retry
	Early      bool     // 0-RTT packets were seen
	KeyUpdates [2]int   // by sender
	Rebinds    int      // the client's address changed under the same connection ID
	Migrations int      // it changed with a connection ID of its own
	SYNACK     int64    // nanoseconds from the client's first packet to the server's first; -1 where not both were captured

	asm     *Assembler
	handler Handler
	met     bool // Assembler.New was called
	midway  bool // the handshake was not captured
	over    bool
	sealed  bool // Assembler.Sealed was told
	encoded bool // 1-RTT packets were seen

	original []byte // the connection ID from which Initial keys follow
	initial  [2]*[2]*protection
	sides    [2]side
	streams  map[uint64]*Stream
	done     [4]ranges // streams that are over, by type
	holes    []*hold
	held     int // bytes of holds and of waiting packets
	waiting  []waitingPacket
	waits    int    // bytes of waiting, counted with tlsopen
	keysSeen uint64 // the key store's version when waiting was last tried
	progress int    // grows with what the handshake shows
	tried    int    // progress when waiting was last tried
	paths    []path
	idle     int64
	failures int
	spin     spin
	used     cid // the server's ID that the client sent to last

	seen  int64 // the assembler's time at the latest packet
	check int64
	phase phase
	links list.Links[Conn]
}

// Links is for package list.
func (c *Conn) Links() *list.Links[Conn] { return &c.links }

// side is what one end sends.
type side struct {
	packets  int64
	wire     int64 // UDP payload bytes
	opened   int64
	unopened int64 // packets that did not authenticate under the keys there are
	noKey    int64 // packets for which there was no key
	repeats  int64 // packets that came twice
	cutOff   int64 // packets that the capture cut

	streamBytes, delivered, repeated, unwanted, lost int64
	datagrams                                        int64
	sentIn                                           []uint64 // packets with DATAGRAM frames whose fate is not known, in their order
	lostDatagrams                                    int64
	unknownFrames                                    int64

	seen   [spaces]ranges
	cut    ranges // 1-RTT packets that the capture cut
	acked  ranges // 1-RTT packets that the peer acknowledged
	missed ranges // those that it left out between two that it did
	keys   [spaces]*protection
	early  *protection
	former *protection // 1-RTT, before the latest key update
	coming *protection // 1-RTT, after the next one
	phase  bool
	since  uint64 // the first packet number of the phase

	crypto [spaces]crypto
	ids    []cid // that this side chose: its peer sends to them
	tokens [][16]byte
	gro    int // the size of packets that one datagram holds several of

	timing  bool
	timedPN uint64
	timedAt int64
	rttMin  int64
}

// packets is how many were captured so far, of either side.
func (c *Conn) packets() int64 { return c.sides[0].packets + c.sides[1].packets }

// level is the secret of a space.
func level(space int) tlsopen.QUICLevel {
	if space == handshakeSpace {
		return tlsopen.QUICHandshake
	}
	return tlsopen.QUICApplication
}

// initialOf gives the keys of Initial packets.
func (c *Conn) initialOf(version uint32) *[2]*protection {
	i := 0
	if version == Version2 {
		i = 1
	}
	if c.initial[i] == nil {
		k := initialKeys(version, c.original)
		c.initial[i] = &k
	}
	return c.initial[i]
}

// long takes a packet with a long header. b is the packet alone.
func (c *Conn) long(x Side, b []byte, h *header, at *Mark) {
	switch h.kind {
	case negotiationPacket:
		c.negotiation(x, h)
		return
	case retryPacket:
		c.retry(x, b, h)
		return
	}
	st := &c.sides[x]
	if h.cut {
		st.cutOff++
		return
	}
	var p *protection
	space := initialSpace
	switch h.kind {
	case initialPacket:
		p = c.initialOf(h.version)[x]
	case earlyPacket:
		space, c.Early = appSpace, true
		switch c.earlyOutcome() {
		case earlyTaken:
			p = c.earlyKeys(h.version, b, h)
		case earlyRefused:
			return // the client sends it again, and what the server never read is not shown
		}
	case handshakePacket:
		space = handshakeSpace
		if st.keys[space] == nil && c.TLS.Suite() != 0 {
			st.keys[space] = newProtection(c.TLS.Suite(), c.TLS.Secret(x == assembly.A, tlsopen.QUICHandshake), labelsOf(h.version))
		}
		p = st.keys[space]
	}
	if p == nil {
		c.wait(x, b, h.kind, at)
		return
	}
	first, truncated, n := p.unmask(&c.asm.scratch, b, h.pnAt)
	pn := decodePN(st.seen[space].max(), truncated, n)
	plain, ok := p.open(&c.asm.scratch, b, h.pnAt, first, pn, n)
	if !ok && h.kind == initialPacket && x == assembly.A {
		plain, pn, ok = c.otherInitial(b, h)
	}
	if !ok {
		st.unopened++
		return
	}
	if !st.seen[space].add(pn) {
		st.repeats++
		return
	}
	st.opened++
	if h.kind == initialPacket {
		c.issue(x, h.src)
		if x == assembly.B {
			c.Version = h.version
			if c.SYNACK < 0 {
				c.SYNACK = max(at.Time-c.Start.Time, 0)
			}
		}
	}
	if h.kind == handshakePacket && x == assembly.B {
		c.Version = h.version
	}
	c.frames(x, space, pn, plain, at)
}

// otherInitial tries a client's Initial packet under its own connection ID: the packet
// before it, a Retry or a Version Negotiation may not have been captured.
func (c *Conn) otherInitial(b []byte, h *header) (plain []byte, pn uint64, ok bool) {
	if len(c.sides[assembly.B].ids) > 0 {
		return nil, 0, false
	}
	k := initialKeys(h.version, h.dst)
	first, truncated, n := k[0].unmask(&c.asm.scratch, b, h.pnAt)
	pn = decodePN(c.sides[0].seen[initialSpace].max(), truncated, n)
	if plain, ok = k[0].open(&c.asm.scratch, b, h.pnAt, first, pn, n); !ok {
		return nil, 0, false
	}
	c.original, c.initial, c.Version = append([]byte(nil), h.dst...), [2]*[2]*protection{}, h.version
	return plain, pn, true
}

// What became of 0-RTT packets, which the server may accept or not (RFC 9001 §4.6.2).
const (
	earlyUndecided = iota
	earlyTaken
	earlyRefused
)

func (c *Conn) earlyOutcome() int {
	switch {
	case c.TLS.Info().EarlyData:
		return earlyTaken
	case c.TLS.Extensions():
		return earlyRefused
	case c.TLS.HelloSeen() && c.TLS.Secret(false, tlsopen.QUICHandshake) == nil && !c.asm.Wait:
		return earlyTaken // nobody will know
	}
	return earlyUndecided
}

// earlyKeys finds the keys of 0-RTT packets. Their suite is that of an earlier connection.
func (c *Conn) earlyKeys(version uint32, b []byte, h *header) *protection {
	st := &c.sides[assembly.A]
	if st.early != nil {
		return st.early
	}
	secret := c.TLS.Secret(true, tlsopen.QUICEarly)
	for _, suite := range suites {
		if p := newProtection(suite, secret, labelsOf(version)); p != nil {
			first, truncated, n := p.unmask(&c.asm.scratch, b, h.pnAt)
			if _, ok := p.open(&c.asm.scratch, b, h.pnAt, first, decodePN(st.seen[appSpace].max(), truncated, n), n); ok {
				st.early = p
				return p
			}
		}
	}
	return nil
}

var suites = [...]uint16{suiteAES128, suiteAES256, suiteChaCha20}

// short takes a 1-RTT packet, which reaches to the end of its datagram; missing bytes of it the
// capture cut. It returns what follows the packet where the datagram holds several.
func (c *Conn) short(x Side, b []byte, missing int, at *Mark) (rest []byte) {
	st := &c.sides[x]
	c.encoded = true
	c.spin.see(x, b[0]&0x20 != 0, at.Time)
	pnAt := 1 + c.idLen(x, b)
	if len(b) < pnAt+maxPNLen+sampleLen {
		if missing > 0 {
			st.cutOff++
		}
		return nil
	}
	if st.keys[appSpace] == nil {
		c.appKeys(x, b, pnAt)
	}
	p := st.keys[appSpace]
	if p != nil && c.midway && len(c.sides[x.Other()].ids) == 0 {
		if n, ok := c.asm.fits(p, b); ok {
			c.issue(x.Other(), b[1:1+n])
			pnAt = 1 + n
		}
	}
	if p == nil {
		st.noKey++
		c.wait(x, b, shortPacket, at)
		return nil
	}
	first, truncated, n := p.unmask(&c.asm.scratch, b, pnAt)
	pn := decodePN(st.seen[appSpace].max(), truncated, n)
	if missing > 0 {
		st.cutOff++
		st.cut.add(pn)
		return nil
	}
	plain, size, ok := c.openShort(x, b, pnAt, first, pn, n)
	if !ok {
		c.unopened(x, b, at)
		return nil
	}
	rest = b[size:]
	if !st.seen[appSpace].add(pn) {
		st.repeats++
		return rest
	}
	st.opened++
	c.TLS.Info().Decrypted = true
	if !st.timing {
		st.timing, st.timedPN, st.timedAt = true, pn, at.Time
	}
	c.frames(x, appSpace, pn, plain, at)
	return rest
}

// openShort opens the 1-RTT packet at the front of b, and returns its size. It reaches to b's end, unless the
// kernel put several into one datagram (segmentation offload): those are of one size but the last.
func (c *Conn) openShort(x Side, b []byte, pnAt int, first byte, pn uint64, n int) (plain []byte, size int, ok bool) {
	st := &c.sides[x]
	if st.gro > 0 && len(b) > st.gro {
		if plain, ok = c.openPhase(x, b[:st.gro], pnAt, first, pn, n); ok {
			return plain, st.gro, true
		}
	}
	if plain, ok = c.openPhase(x, b, pnAt, first, pn, n); ok {
		return plain, len(b), true
	}
	if c.failures >= maxFailures {
		return nil, 0, false
	}
	c.failures++
	if plain, ok = c.openLater(x, b, pnAt, first, pn, n); ok {
		return plain, len(b), true
	}
	return c.split(x, b, pnAt, first, pn, n)
}

// openPhase opens a 1-RTT packet under the keys of its phase (RFC 9001 §6).
func (c *Conn) openPhase(x Side, b []byte, pnAt int, first byte, pn uint64, n int) ([]byte, bool) {
	st := &c.sides[x]
	w := &c.asm.scratch
	if phase := first&4 != 0; phase == st.phase {
		return st.keys[appSpace].open(w, b, pnAt, first, pn, n)
	}
	if pn < st.since && st.former != nil { // it comes late
		return st.former.open(w, b, pnAt, first, pn, n)
	}
	if st.coming == nil {
		st.coming = st.keys[appSpace].next()
	}
	if plain, ok := st.coming.open(w, b, pnAt, first, pn, n); ok {
		c.update(x, st.keys[appSpace], st.coming, 1, pn)
		return plain, true
	}
	if o := st.keys[appSpace].otherUpdate(); o != nil && c.failures < maxFailures {
		o = o.next()
		if plain, ok := o.open(w, b, pnAt, first, pn, n); ok {
			c.update(x, st.keys[appSpace], o, 1, pn)
			return plain, true
		}
	}
	return nil, false
}

// openLater tries the keys behind the next update: the packets of a whole phase may be missing.
func (c *Conn) openLater(x Side, b []byte, pnAt int, first byte, pn uint64, n int) ([]byte, bool) {
	k := c.sides[x].keys[appSpace]
	for i := 1; i <= maxGenerations; i++ {
		before := k
		k = k.next()
		if plain, ok := k.open(&c.asm.scratch, b, pnAt, first, pn, n); ok {
			c.update(x, before, k, i, pn)
			c.sides[x].phase = first&4 != 0
			return plain, true
		}
	}
	return nil, false
}

// update takes n key updates at once.
func (c *Conn) update(x Side, former, now *protection, n int, pn uint64) {
	st := &c.sides[x]
	st.former, st.keys[appSpace], st.coming = former, now, nil
	st.phase, st.since = !st.phase, pn
	c.KeyUpdates[x] += n
}

// appKeys makes the first 1-RTT keys of a side, where their secret is known. Where the capture
// lacks the server's choice of a suite, the one is right that opens b.
func (c *Conn) appKeys(x Side, b []byte, pnAt int) {
	secret := c.TLS.Secret(x == assembly.A, tlsopen.QUICApplication)
	if secret == nil {
		return
	}
	st := &c.sides[x]
	if suite := c.TLS.Suite(); suite != 0 {
		st.keys[appSpace] = newProtection(suite, secret, labelsOf(c.Version))
		return
	}
	for _, suite := range suites {
		if p := newProtection(suite, secret, labelsOf(c.Version)); p != nil {
			first, truncated, n := p.unmask(&c.asm.scratch, b, pnAt)
			if _, ok := p.open(&c.asm.scratch, b, pnAt, first, decodePN(-1, truncated, n), n); ok {
				st.keys[appSpace] = p
				return
			}
		}
	}
}

// split finds the size of the first of several packets in one datagram. Nothing says it: what opens is right.
func (c *Conn) split(x Side, b []byte, pnAt int, first byte, pn uint64, n int) (plain []byte, size int, ok bool) {
	st := &c.sides[x]
	for size = min(len(b)-1, maxSegment); size >= pnAt+maxPNLen+tagLen; size-- {
		if plain, ok = c.openPhase(x, b[:size], pnAt, first, pn, n); ok {
			st.gro = size
			return plain, size, true
		}
	}
	c.failures += splitCost
	return nil, 0, false
}

// unopened counts a packet that does not authenticate. It may be a stateless reset
// (RFC 9000 §10.3), which looks like one and ends in a token.
func (c *Conn) unopened(x Side, b []byte, at *Mark) {
	c.sides[x].unopened++
	if len(b) < 21 {
		return
	}
	token := [16]byte(b[len(b)-16:])
	for _, t := range c.sides[x].tokens {
		if t == token {
			c.close(x, Close{By: x, Reset: true, Seen: true}, at)
			return
		}
	}
}

// retry takes Retry (RFC 9000 §17.2.5): the client begins anew under the keys of the
// connection ID that the server chose.
func (c *Conn) retry(x Side, b []byte, h *header) {
	if x != assembly.B || c.Retried || !isRetryOf(b, h, c.original) {
		return
	}
	c.Retried = true
	c.original, c.initial = append([]byte(nil), h.src...), [2]*[2]*protection{}
	c.issue(x, h.src)
}
