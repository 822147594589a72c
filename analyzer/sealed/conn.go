package sealed

import "slices"

// Side is the sender of a record.
type Side uint8

// The sides. The client is who sent the ClientHello, or who is taken for the client where none
// was captured.
const (
	Client Side = iota
	Server
)

// Ending is how a side's byte stream ended.
type Ending uint8

// The endings.
const (
	Open Ending = iota // the capture has no end of it
	FIN
	RST
)

// event is a record of application data.
type event struct {
	at, packet int64
	length     int32 // of the record's body
	carry      int32 // bytes of the same write in a record before it
	side       Side
	damaged    bool
}

// maxPrefix is how many events are kept until the opening is read, maxRecent how many later on. A connection
// costs no more memory however long it lives.
const (
	maxPrefix = 32
	maxRecent = 8
)

// Conn estimates one connection. It takes the bytes of both sides as they were captured.
type Conn struct {
	readFacts func() Facts
	facts     Facts
	protect   protection
	hasFacts  bool
	midway    bool // no handshake was captured

	readers   [2]reader
	handshake handshake
	records   [2]int64 // of application data
	alerts    [2]int64 // capture time of the first alert that is encrypted; 0 while none
	nonces    [2]nonces
	lastAt    int64 // capture time of the latest record of application data of either side, but what looks like an alert
	silence   int64 // the longest time without one, nanoseconds
	grids     [2]grid
	ended     [2]Ending
	endedAt   [2]int64

	// Seen is called with every record of application data behind the handshake: the length of its plaintext at
	// most, and how many bytes fewer it may be. nil where nobody looks.
	Seen func(s Side, bytes, slack int32)

	carry   [2]int32
	recent  []event // the latest, that are not counted yet: the last of a side may be an alert
	begun   bool    // the opening was read, and tally counts
	opening opening
	tally   counts
}

// New returns the estimator of a connection. facts is called until it knows a version.
// midway says that the handshake is not in the capture.
func New(facts func() Facts, midway bool) *Conn {
	return &Conn{readFacts: facts, midway: midway}
}

// Data takes the next bytes of a side.
func (c *Conn) Data(s Side, b []byte, at, packet int64) {
	c.readers[s].data(b, at, packet, func(h *header) { c.record(s, h) })
}

// Gap takes a hole of n bytes in a side's stream, or of unknown length where n is negative.
func (c *Conn) Gap(s Side, n, at, packet int64) {
	c.readers[s].gap(n, at, packet, func(h *header) { c.record(s, h) })
}

// HasData reports whether a record of application data was seen on either side.
func (c *Conn) HasData() bool { return c.records[Client]+c.records[Server] > 0 }

// Search says that the first byte which follows begins no record that is known: it is searched.
func (c *Conn) Search(s Side) { c.readers[s].searching = true }

// End says how a side's stream ended.
func (c *Conn) End(s Side, e Ending, at int64) { c.ended[s], c.endedAt[s] = e, at }

// record takes one record.
func (c *Conn) record(s Side, h *header) {
	switch h.kind {
	case typeAlert:
		if c.alerts[s] == 0 {
			c.alerts[s] = h.at
		}
		return
	case typeData:
	default:
		return
	}
	if !c.hasFacts {
		c.facts = c.readFacts()
		if c.hasFacts = c.facts.Version != ""; c.hasFacts {
			c.protect = protect(&c.facts)
		}
	}
	if c.facts.Version == "1.3" && !c.midway && c.handshake.take(s, h, &c.protect) {
		c.grids[s].add(h, &c.protect)
		return
	}
	c.records[s]++
	c.grids[s].add(h, &c.protect)
	if c.protect.split && c.carry[s] == 0 && h.length == c.protect.shortest() {
		c.carry[s] = 1
		return
	}
	c.nonces[s].add(h)
	if c.lastAt != 0 && h.length > alertLen+20 { // an alert says nothing
		c.silence = max(c.silence, h.at-c.lastAt)
	}
	c.lastAt = max(c.lastAt, h.at)
	e := event{at: h.at, packet: h.packet, length: h.length, carry: c.carry[s], side: s, damaged: h.damaged}
	c.carry[s] = 0
	if c.Seen != nil {
		p := c.protect
		if !p.known {
			p = c.guess()
		}
		z := c.size(&e, &p)
		c.Seen(s, z.n, z.slack)
	}
	c.recent = append(c.recent, e)
	switch {
	case !c.begun && len(c.recent) == maxPrefix:
		if c.begun = true; !c.protect.known {
			c.protect = c.guess()
		}
		c.tally.init(&c.protect, c.handshake.padding)
		c.opening = c.count(&c.tally, c.recent[:maxPrefix-maxRecent], true)
	case c.begun && len(c.recent) == 2*maxRecent:
		c.count(&c.tally, c.recent[:maxRecent], false)
	default:
		return
	}
	c.recent = append(make([]event, 0, 2*maxRecent), c.recent[len(c.recent)-maxRecent:]...)
}

// count adds events to a tally. Where they are the connection's first, their opening is read and
// not counted.
func (c *Conn) count(t *counts, events []event, first bool) (o opening) {
	list := make([]sized, len(events))
	for i := range events {
		list[i] = c.size(&events[i], t.protect)
	}
	if first && c.whole() {
		o = readOpening(list, &c.facts)
	}
	for i, e := range list {
		if o.skip>>i&1 == 0 {
			t.add(e, o.body>>i&1 != 0)
		}
	}
	return o
}

// summary returns what is known so far. alerts says of which sides the last record is taken for a close_notify.
func (c *Conn) summary() (o opening, t counts, alerts [2]bool) {
	events := c.recent
	p := c.protect
	if !p.known {
		p = c.guess()
	}
	if v := c.facts.Version; v == "1.3" || v == "" {
		events = slices.Clone(events)
		for s := Client; s <= Server; s++ {
			i := len(events) - 1
			for i >= 0 && events[i].side != s {
				i--
			}
			over := s == Client || c.ended[Client] != Open || c.ended[Server] != Open // a client's frames are longer
			if i >= 0 && over && c.isAlert(&events[i], &p) {
				alerts[s] = true
				events = slices.Delete(events, i, i+1)
			}
		}
	}
	o, t = c.opening, c.tally
	if t.protect == nil {
		t.init(&p, c.handshake.padding)
	}
	if read := c.count(&t, events, !c.begun); !c.begun {
		o = read
	}
	return o, t, alerts
}

// whole reports whether the handshake could be read, so that what follows is the opening.
func (c *Conn) whole() bool { return !c.midway && c.facts.Version != "" }

// isAlert reports whether a record is as long as an alert.
func (c *Conn) isAlert(e *event, p *protection) bool {
	const tag, kind = 16, 1
	if c.facts.Version == "" { // it may be TLS 1.3
		return e.length == alertLen+tag+kind
	}
	z := c.size(e, p)
	return z.n == alertLen || c.grids[e.side].width() > 1 && z.n-z.slack <= alertLen // padded
}

// alertLen is the length of an alert (RFC 8446 §6), which in TLS 1.3 looks like application data.
const alertLen = 2

// sized is an event with its plaintext length.
type sized struct {
	at, packet int64
	n, slack   int32 // the plaintext's length is n at most, and n-slack at least
	side       Side
	damaged    bool
}

// size is an event with what is known of its plaintext.
func (c *Conn) size(e *event, p *protection) sized {
	n, slack := p.plain(e.length)
	n = max(n-c.handshake.padding[e.side], 0) + e.carry
	if step := c.grids[e.side].width(); step > 1 {
		slack += min(n, step-1)
	}
	return sized{at: e.at, packet: e.packet, n: n, slack: slack + p.loose, side: e.side, damaged: e.damaged}
}
