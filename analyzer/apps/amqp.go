package apps

import (
	"bytes"
	"strconv"

	"wscope/analyzer/record"
)

// amqp reads AMQP 0-9-1 (https://www.rabbitmq.com/amqp-0-9-1-reference) and AMQP 1.0
// (OASIS, and its binding to WebSocket): a protocol header, then frames as a stream.
type amqp struct {
	sides [2]packets
	old   bool        // 0-9-1
	begun bool        // it is known which
	at    record.Time // of the message in hand
}

func openAMQP() dialect { return new(amqp) }

// amqpSpot knows the protocol header, the client's first 8 bytes.
func amqpSpot(b []byte, from side) bool {
	return from == client && len(b) >= 8 && amqpHeader(b)
}

func amqpHeader(b []byte) bool {
	return bytes.HasPrefix(b, []byte("AMQP")) && (b[4] == 0 && b[5] == 0 && b[6] == 9 || b[4] <= 3 && b[5] == 1 || b[4] == 0 && b[5] <= 1)
}

func (d *amqp) lost(from side) { d.sides[from].reset() }

func (d *amqp) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	d.at = m.End
	for b := p.take(m.Data); len(b) > 0; {
		if b[0] == 'A' && (len(p.held) > 0 || len(b) >= 8) || len(b) < 8 {
			if len(b) < 8 {
				p.keep(b)
				return true
			}
			if !amqpHeader(b) {
				p.reset()
				return false
			}
			d.header(c, b[:8])
			b = b[8:]
			continue
		}
		if !d.begun { // joined midway
			_, w := amqpOldFrame(b)
			d.old, d.begun = w > 0, true
			if d.old {
				c.version = "0-9-1"
			}
		}
		whole := uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
		if d.old { // type, channel, size, payload, and a byte that ends it: §4.2.3
			whole = 8 + (uint64(b[3])<<24 | uint64(b[4])<<16 | uint64(b[5])<<8 | uint64(b[6]))
		}
		if whole < 8 || !d.old && (b[4] < 2 || b[5] > 1) || d.old && (b[0] == 0 || b[0] > 8) {
			p.reset()
			return false
		}
		if whole > uint64(len(b)) {
			if p.keep(b) {
				return true
			}
			p.skip = whole - uint64(len(b))
			whole = uint64(len(b))
		}
		ok := false
		if d.old {
			ok = d.method(c, b[:whole])
		} else {
			ok = d.performative(c, b[:whole])
		}
		if !ok {
			p.reset()
			return false
		}
		b = b[whole:]
	}
	p.done()
	return true
}

func (d *amqp) header(c *conversation, b []byte) {
	d.old, d.begun = b[4] == 0 && b[5] == 0, true
	c.version = strconv.Itoa(int(b[5])) + "." + strconv.Itoa(int(b[6]))
	u := unit{kind: "protocol header", gist: c.version}
	if d.old {
		c.version = "0-9-1"
		u.gist = c.version
	} else if b[4] == 3 {
		u.gist = join(c.version, "SASL")
	}
	c.add(u)
}

// performatives names the frame bodies of AMQP 1.0 by their descriptor, §2.7 and §5.3.3.
var performatives = map[byte]string{
	0x10: "open", 0x11: "begin", 0x12: "attach", 0x13: "flow", 0x14: "transfer", 0x15: "disposition", 0x16: "detach", 0x17: "end", 0x18: "close",
	0x40: "sasl mechanisms", 0x41: "sasl init", 0x42: "sasl challenge", 0x43: "sasl response", 0x44: "sasl outcome",
}

// performative reads a frame of AMQP 1.0, §2.3.
func (d *amqp) performative(c *conversation, b []byte) bool {
	at := int(b[4]) * 4
	if at > len(b) {
		return false
	}
	channel := strconv.Itoa(int(b[6])<<8 | int(b[7]))
	body := b[at:]
	if len(body) == 0 {
		c.add(unit{kind: "heartbeat", part: shows})
		return true
	}
	var code byte
	switch {
	case len(body) >= 3 && body[0] == 0 && body[1] == 0x53: // smallulong
		code, body = body[2], body[3:]
	case len(body) >= 10 && body[0] == 0 && body[1] == 0x80: // ulong
		code, body = body[9], body[10:]
	default:
		return false
	}
	u := unit{kind: performatives[code], id: channel}
	if code == 0x41 && amqpSecret(body) {
		c.credential("SASL PLAIN password")
	}
	if u.kind == "" {
		return false
	}
	u.key = u.kind + " " + channel
	texts := amqpTexts(body)
	switch code {
	case 0x10, 0x11, 0x12, 0x16, 0x17, 0x18: // each is answered by its own kind
		u.part = asks
		if c.waits(c.from.other(), u.key) {
			u.part = answers
		}
		if code == 0x10 && len(texts) > 0 && c.from == client {
			c.session = texts[0]
		}
		if code == 0x12 && len(texts) > 0 {
			u.name = texts[0]
			u.key = "attach " + u.name
			u.op = "attach"
			if u.part = asks; c.waits(c.from.other(), u.key) {
				u.part = answers
			}
		}
		u.gist = join(texts...)
	case 0x40:
		u.gist = join(texts...)
	case 0x41:
		u.part, u.key = asks, "sasl"
		if len(texts) > 0 {
			u.name, u.op = texts[0], "sasl" // the mechanism; the rest is secret
		}
	case 0x44:
		u.part, u.key = answers, "sasl"
	case 0x14:
		u.gist = bytesOf(len(body))
	}
	c.add(u)
	return true
}

// amqpTexts is the first strings and symbols of a performative's list: containers, hosts,
// link names and addresses, told by their type codes, AMQP 1.0 §1.6.
func amqpTexts(b []byte) (texts []string) {
	for i := 0; i+2 <= len(b) && i < 512 && len(texts) < 5; i++ {
		if b[i] != 0xa1 && b[i] != 0xa3 || i+2+int(b[i+1]) > len(b) || b[i+1] == 0 {
			continue
		}
		s := b[i+2 : i+2+int(b[i+1])]
		if !plain(s) {
			continue
		}
		texts = append(texts, short(s))
		i += 1 + len(s)
	}
	return texts
}

// amqpSecret reports whether an initial response of SASL names user and password, RFC 4616: PLAIN separates them by NULs.
func amqpSecret(b []byte) bool {
	return bytes.Contains(b, []byte("PLAIN")) && bytes.Count(b, []byte{0}) >= 2
}

// amqpMidway weighs a message of whole frames. Of 0-9-1 each ends in 0xce where its length says; of 1.0 it has a length, a data
// offset and a type, and its body begins with a descriptor.
func amqpMidway(g *glance) int {
	if !g.binary || len(g.b) < 8 {
		return 0
	}
	if w := amqpFrames(g.b, amqpOldFrame); w > 0 {
		return w
	}
	return amqpFrames(g.b, amqpNewFrame)
}

func amqpFrames(b []byte, frame func(b []byte) (size uint64, weight int)) (weight int) {
	for n := 0; len(b) > 0 && n < 8; n++ {
		if len(b) < 8 {
			return 0
		}
		size, w := frame(b)
		if size == 0 || size > uint64(len(b)) {
			return 0
		}
		weight += w
		b = b[size:]
	}
	return weight
}

func amqpOldFrame(b []byte) (uint64, int) {
	size := 8 + (uint64(b[3])<<24 | uint64(b[4])<<16 | uint64(b[5])<<8 | uint64(b[6]))
	if size > uint64(len(b)) || b[size-1] != 0xce {
		return 0, 0
	}
	switch b[0] {
	case 1:
		if size >= 12 && amqpMethods[[2]uint16{uint16(b[7])<<8 | uint16(b[8]), uint16(b[9])<<8 | uint16(b[10])}] != "" {
			return size, certain
		}
	case 2:
		return size, 50
	case 3:
		return size, 40
	case 8:
		if size == 8 {
			return size, 60
		}
	}
	return 0, 0
}

func amqpNewFrame(b []byte) (uint64, int) {
	size := uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	if size < 8 || size > uint64(len(b)) || b[4] != 2 || b[5] > 1 {
		return 0, 0
	}
	if size == 8 {
		return size, 60 // a heartbeat
	}
	if size >= 11 && b[8] == 0 && b[9] == 0x53 && performatives[b[10]] != "" {
		return size, certain
	}
	return 0, 0
}
