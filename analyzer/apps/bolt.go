package apps

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strconv"

	"wscope/analyzer/record"
)

// bolt reads Neo4j's Bolt as its browser driver speaks it: a handshake of versions, then messages in chunks, each a
// structure of PackStream whose signature is its kind.
//
// https://neo4j.com/docs/bolt/current/
//
// Requests are answered in the order asked, by SUCCESS, FAILURE or IGNORED; records come before.
type bolt struct {
	sides  [2]packets
	parts  [2][]byte // of the message in hand, its chunks joined
	shaken [2]bool
}

func openBolt() dialect { return new(bolt) }

var boltMagic = []byte{0x60, 0x60, 0xb0, 0x17}

func boltSpot(b []byte, from side) bool {
	return from == client && bytes.HasPrefix(b, boltMagic)
}

func (d *bolt) lost(from side) {
	d.sides[from].reset()
	d.parts[from], d.shaken[from] = nil, true
}

func (d *bolt) joined() { d.shaken = [2]bool{true, true} }

var boltKinds = map[byte]string{
	0x01: "HELLO", 0x02: "GOODBYE", 0x0f: "RESET", 0x10: "RUN", 0x11: "BEGIN", 0x12: "COMMIT", 0x13: "ROLLBACK", 0x2f: "DISCARD", 0x3f: "PULL",
	0x54: "TELEMETRY", 0x66: "ROUTE", 0x6a: "LOGON", 0x6b: "LOGOFF", 0x70: "SUCCESS", 0x71: "RECORD", 0x7e: "IGNORED", 0x7f: "FAILURE",
}

func (d *bolt) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	for b := p.take(m.Data); len(b) > 0; {
		if !d.shaken[c.from] {
			n := d.handshake(c, b)
			if n < 0 {
				return false
			}
			if n == 0 {
				p.keep(b)
				return true
			}
			b, d.shaken[c.from] = b[n:], true
			continue
		}
		if len(b) < 2 {
			p.keep(b)
			return true
		}
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 {
			if part := d.parts[c.from]; len(part) == 0 {
				c.add(unit{kind: "NOOP", part: shows})
			} else if !d.message(c, part) {
				d.parts[c.from] = nil
				p.reset()
				return false
			}
			d.parts[c.from] = d.parts[c.from][:0]
			b = b[2:]
			continue
		}
		if len(b) < 2+n {
			if p.keep(b) {
				return true
			}
			d.hold(c.from, b[2:])
			p.skip = uint64(2 + n - len(b))
			break
		}
		d.hold(c.from, b[2:2+n])
		b = b[2+n:]
	}
	p.done()
	return true
}

// hold keeps the beginning of a message.
func (d *bolt) hold(from side, b []byte) {
	room := max(maxHeld-len(d.parts[from]), 0)
	d.parts[from] = append(d.parts[from], b[:min(len(b), room)]...)
}

func (d *bolt) handshake(c *conversation, b []byte) int {
	if c.from == client {
		if len(b) < 20 {
			return 0
		}
		if !bytes.HasPrefix(b, boltMagic) {
			return -1
		}
		c.add(unit{kind: "handshake", part: asks, key: "handshake"})
		return 20
	}
	if len(b) < 4 {
		return 0
	}
	c.version = strconv.Itoa(int(b[3])) + "." + strconv.Itoa(int(b[2]))
	u := unit{kind: "handshake", part: answers, key: "handshake", gist: c.version}
	if b[3] == 0 {
		u.part, u.err = fails, "no common version"
	}
	c.add(u)
	return 4
}

func (d *bolt) message(c *conversation, b []byte) bool {
	if len(b) < 2 || b[0]&0xf0 != 0xb0 || boltKinds[b[1]] == "" {
		return false
	}
	u := unit{kind: boltKinds[b[1]], key: "request", gist: sizeWords(len(b) - 2)}
	switch b[1] {
	case 0x02:
		u.key = ""
	case 0x70:
		u.part = answers
	case 0x7e:
		u.part, u.err = fails, "ignored"
	case 0x7f:
		u.part, u.err = fails, boltFailure(b[2:])
	case 0x71:
	default:
		u.part, u.op = asks, u.kind
		if b[1] == 0x10 {
			u.gist = gist(boltText(b[2:]))
		}
		if (b[1] == 0x01 || b[1] == 0x6a) && bytes.Contains(b, []byte("\x8bcredentials")) {
			c.credential("Bolt credentials")
		}
	}
	c.add(u)
	return true
}

// boltText is a text of PackStream; nil where b does not begin with one.
func boltText(b []byte) []byte {
	n, at := 0, 0
	switch {
	case len(b) > 0 && b[0]&0xf0 == 0x80:
		n, at = int(b[0]&15), 1
	case len(b) > 1 && b[0] == 0xd0:
		n, at = int(b[1]), 2
	case len(b) > 2 && b[0] == 0xd1:
		n, at = int(binary.BigEndian.Uint16(b[1:])), 3
	case len(b) > 4 && b[0] == 0xd2:
		n, at = int(min(binary.BigEndian.Uint32(b[1:]), maxHeld)), 5
	}
	return b[at:min(at+n, len(b))]
}

// boltFailure is a failure's code and message, which stand in its map.
func boltFailure(b []byte) string {
	find := func(key string) string {
		for _, head := range [...][]byte{{0x80 | byte(len(key))}, {0xd0, byte(len(key))}} {
			if _, after, ok := bytes.Cut(b, append(head, key...)); ok {
				return string(boltText(after))
			}
		}
		return ""
	}
	return cmp.Or(gist(join(cmp.Or(find("code"), find("neo4j_code")), find("message"))), "failed")
}

func boltMidway(g *glance) int {
	b := g.b
	if !g.binary || len(b) < 6 || !bytes.HasSuffix(b, []byte{0, 0}) {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 2 || n+4 > len(b) || b[2]&0xf0 != 0xb0 || boltKinds[b[3]] == "" || b[2+n] != 0 && n+4 == len(b) {
		return 0
	}
	server70 := b[3] >= 0x70
	if server70 != (g.from == server) {
		return 0
	}
	return 70
}
