package apps

import (
	"bytes"

	"wscope/analyzer/record"
)

// A dialect is recognised by the negotiated subprotocol, by the path, by a first message that no
// other has, or by evidence: a conversation may have been joined in its middle. What each message
// says for each dialect adds up, and what comes to certain takes the dialect up. The messages that led there are
// held meanwhile, and read by it then, so that nothing is left out of its counts.
//
// What the path or the subprotocol promises is believed until something else is spoken: while nothing
// of the promised dialect was read, others are looked for too.

// certain is the evidence that takes a dialect up: about that of twenty bits that might be anything.
const certain = 100

// glance is a message that is looked at by all dialects, with its JSON value found once.
type glance struct {
	b      []byte
	from   side
	binary bool
	json   []byte // an object or an array; nil where it is none
	doc    *document
}

// glanceAt looks at a message, which doc reads where it may be JSON.
func glanceAt(b []byte, from side, binary bool, doc *document) *glance {
	g := &glance{b: b, from: from, binary: binary, doc: doc}
	if i := space(b, 0); i < len(b) && (b[i] == '{' || b[i] == '[') {
		g.json = doc.read(b)
	}
	return g
}

// object is object for the message's JSON value.
func (g *glance) object(into [][]byte, names ...string) bool {
	if g.json == nil {
		clear(into)
		return false
	}
	return g.doc.fields(into, names...)
}

// seeker looks for the dialect in a conversation's first messages.
type seeker struct {
	left   int     // messages that may still say nothing
	sought int     // messages looked at
	loose  bool    // what is spoken is known by its format alone
	scores []int16 // evidence by language; nil while there is none
	held   []heldMessage
	bytes  int   // of held
	missed int64 // messages that were not held
	joins  [2]joiner
}

// heldMessage is a message to be read once its dialect is known.
type heldMessage struct {
	from            record.Peer
	kind            string
	time, end       record.Time
	packet, message int64
	data            []byte
}

// seeks reports whether dialects are still looked for.
func (s *seeker) seeks(c *conversation) bool {
	return s.left > 0 && s.sought < maxSought && (c.dialect == nil || c.messages == 0 || s.loose)
}

// stop lets go of all that was kept for the search.
func (s *seeker) stop() { *s = seeker{loose: s.loose} }

// seek looks at the message in hand, and reads it where that decides on a dialect.
func (s *seeker) seek(c *conversation, m *record.Message) bool {
	if m.Type == "text" && c.trial(pings{}, m) {
		if c.dialect == nil {
			c.adopt(&language{protocol: pingFormat}, pings{}, "bytes")
			s.loose = true
		}
		return c.by == "bytes" && c.try(pings{}, m)
	}
	s.sought++
	g := glanceAt(m.Data, c.from, m.Type == "binary", &c.scratch.document)
	best, evidence := s.weigh(c, g)
	if best != nil && c.takeUp(best, m) {
		return true
	}
	if evidence || len(s.held) < 4 && s.bytes+len(m.Data) <= 1<<10 { // a beginning may be understood later
		s.hold(m)
	} else {
		s.missed++
	}
	if c.dialect == nil || c.messages == 0 && !s.loose {
		for i := range formats {
			l := &formats[i]
			if c.dialect != nil && i > 0 && s.sought < trials/2 {
				break // bytes may look like much, and another dialect was promised
			}
			if d := l.open(); c.trial(d, m) {
				c.adopt(l, l.open(), "bytes")
				s.loose = true
				return c.try(c.dialect, m)
			}
		}
		if !evidence {
			s.left--
		}
		return false
	}
	if s.loose && c.protocol == pingFormat && g.json != nil && !g.binary {
		if l := &formats[0]; c.trial(l.open(), m) {
			was := c.ledger
			c.adopt(l, l.open(), "bytes")
			c.ledger = was
			return c.try(c.dialect, m)
		}
	}
	return false
}

// weigh adds what the message in hand says for each dialect. It returns the one that is certain now.
func (s *seeker) weigh(c *conversation, g *glance) (best *language, evidence bool) {
	most := int16(0)
	if g.binary {
		s.joins[g.from].add(g.b)
	}
	for i := range languages {
		l := &languages[i]
		if c.dialect != nil && !s.loose && l.protocol == c.protocol {
			continue // it had its turn
		}
		w := 0
		if l.spot != nil && l.spot(g.b, g.from) {
			w = certain
		} else if l.midway != nil {
			w = l.midway(g)
			if w < certain && l.stream && g.binary {
				try := *g
				if s.joins[g.from].find(func(b []byte) int { try.b = b; return l.midway(&try) }, certain) != nil {
					w = certain
				} else if len(g.b) < 64 {
					evidence = true // it may be a part of a packet
				}
			}
		}
		if w == 0 {
			continue
		}
		evidence = true
		if s.scores == nil {
			s.scores = make([]int16, len(languages))
		}
		if s.scores[i] < 0 {
			continue // it was tried
		}
		s.scores[i] = min(s.scores[i]+int16(w), 10*certain)
		if s.scores[i] >= certain && s.scores[i] > most {
			best, most = l, s.scores[i]
		}
	}
	return best, evidence
}

// hold keeps a copy of the message in hand.
func (s *seeker) hold(m *record.Message) {
	if len(s.held) == maxReplay || s.bytes+len(m.Data) > maxReplayBytes {
		s.missed++
		return
	}
	s.bytes += len(m.Data)
	s.held = append(s.held, heldMessage{m.From, m.Type, m.Time, m.End, m.Packet, m.Message, bytes.Clone(m.Data)})
}

// takeUp reads what was held, and the message in hand, by a dialect, and stays with it where that reads more than it does not.
func (c *conversation) takeUp(l *language, m *record.Message) bool {
	s := &c.seeker
	was := *c
	c.units = nil
	d := l.open()
	c.adopt(l, d, "bytes")
	if was.protocol == pingFormat {
		c.ledger = was.ledger // heartbeats are said beside everything
	}
	if j, ok := d.(interface{ joined() }); ok && (l.spot == nil || !l.spot(m.Data, was.from)) {
		j.joined()
	}
	read, unread := 0, int64(0)
	for i := range s.held {
		h := &s.held[i]
		again := record.Message{From: h.from, Type: h.kind, Time: h.time, End: h.end, Packet: h.packet, Message: h.message, Data: h.data, Length: int64(len(h.data)), Complete: true, IsText: h.kind == "text"}
		c.from, c.in = sideOf(h.from), &again
		if !c.try(d, &again) {
			unread++
			continue
		}
		read++
		c.commit()
	}
	c.from, c.in, c.told, c.secret = was.from, m, 0, "" // what was held was told already
	if !c.try(d, m) || unread > int64(read)+1 {
		held := *s
		*c = was
		c.seeker = held
		for i := range languages {
			if &languages[i] == l && c.seeker.scores != nil {
				c.seeker.scores[i] = -1
			}
		}
		return false
	}
	c.unread = was.lostMessages + s.missed + unread
	c.seeker.stop()
	c.seeker.loose, c.schema = false, nil
	return true
}

// trial reports whether a dialect reads a message; nothing of it is counted.
func (c *conversation) trial(d dialect, m *record.Message) bool {
	version, session, protocol := c.version, c.session, c.protocol
	pending := c.ledger
	c.ledger, c.trying = ledger{}, true
	ok := c.try(d, m)
	c.ledger, c.trying, c.units = pending, false, c.units[:0]
	c.version, c.session, c.protocol = version, session, protocol
	return ok
}
