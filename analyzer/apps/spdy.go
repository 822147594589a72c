package apps

import (
	"encoding/binary"
	"strconv"

	"wscope/analyzer/record"
)

// spdy reads SPDY/3.1 within WebSocket, as kubectl port-forward has spoken it since Kubernetes 1.31: each forwarded connection is two streams, one
// for data and one for errors. WebSocket messages cut its frames anywhere. Headers are compressed with a dictionary, and are not read.
//
// https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/ and KEP-4006
//
// A SYN_STREAM is answered by its SYN_REPLY, or fails by RST_STREAM; a PING by the same one.
type spdy struct {
	sides   [2]packets
	unknown [2]bool // where a side's frames begin is not known
	joins   [2]joiner
}

func openSPDY() dialect { return new(spdy) }

const spdyHeader = 8 // bytes of a frame's header

var spdyKinds = [...]string{"DATA", "SYN_STREAM", "SYN_REPLY", "RST_STREAM", "SETTINGS", "NOOP", "PING", "GOAWAY", "HEADERS", "WINDOW_UPDATE"}

func (d *spdy) lost(from side) {
	d.sides[from].reset()
	d.joins[from].reset()
	d.unknown[from] = true
}

func (d *spdy) joined() { d.unknown = [2]bool{true, true} }

// spdyFrame reads a frame's header: its type, 0 for data, and the length behind it; ok is false where b does not begin with one.
func spdyFrame(b []byte) (kind, length int, ok bool) {
	length = int(b[5])<<16 | int(b[6])<<8 | int(b[7])
	if b[0]&0x80 == 0 { // data of a stream
		return 0, length, binary.BigEndian.Uint32(b) != 0 && b[4] <= 1
	}
	kind = int(binary.BigEndian.Uint16(b[2:]))
	if b[0] != 0x80 || b[1] != 3 || kind < 1 || kind >= len(spdyKinds) || b[4] > 3 || length > 1<<16 {
		return 0, 0, false
	}
	return kind, length, true
}

func (d *spdy) read(c *conversation, m *record.Message) bool {
	if m.Type != "binary" {
		return false
	}
	c.version = "SPDY/3.1"
	b := m.Data
	if d.unknown[c.from] {
		j := &d.joins[c.from]
		j.add(b)
		if b = j.find(spdyWeight, spdyControl); b == nil {
			return len(m.Data) < 64 // a part of a frame, it may be
		}
		d.unknown[c.from] = false
		defer j.reset()
	}
	p := &d.sides[c.from]
	b = p.take(b)
	for len(b) > 0 {
		if len(b) < spdyHeader {
			p.keep(b)
			return true
		}
		kind, length, ok := spdyFrame(b)
		if !ok {
			d.lost(c.from)
			return false
		}
		end := spdyHeader + length
		if kind > 0 && end > len(b) && p.keep(b) {
			return true
		}
		if end > len(b) { // of data the rest is passed over
			p.skip = uint64(end - len(b))
			end = len(b)
		}
		d.frame(c, kind, length, b[:end])
		b = b[end:]
	}
	p.done()
	return true
}

// frame adds a frame, of whose payload b holds as much as there is.
func (d *spdy) frame(c *conversation, kind, length int, b []byte) {
	u := unit{kind: spdyKinds[kind]}
	number := func(at int) (n uint32) { // of the frame's bytes
		if len(b) >= at+4 {
			n = binary.BigEndian.Uint32(b[at:])
		}
		return n
	}
	stream := number(spdyHeader) &^ (1 << 31)
	switch u.kind {
	case "DATA":
		stream, u.gist = number(0), bytesOf(length)
	case "SYN_STREAM":
		u.part = asks
	case "SYN_REPLY":
		u.part = answers
	case "RST_STREAM":
		u.err = "status " + strconv.Itoa(int(number(spdyHeader+4)))
		if u.key = "stream " + strconv.Itoa(int(stream)); c.waits(c.from.other(), u.key) {
			u.part = fails
		}
	case "PING":
		u.id, u.key = strconv.Itoa(int(stream)), "ping "+strconv.Itoa(int(stream))
		if u.part = answers; stream%2 == 1 == (c.from == client) { // a client's own are odd
			u.part, u.beat = asks, true
		}
		c.add(u)
		return
	case "SETTINGS", "NOOP", "GOAWAY":
		c.add(u)
		return
	}
	u.id, u.key = strconv.Itoa(int(stream)), "stream "+strconv.Itoa(int(stream))
	c.add(u)
}

// spdyMidway knows frames one behind the other.
func spdyMidway(g *glance) int {
	if !g.binary {
		return 0
	}
	return spdyWeight(g.b)
}

const spdyControl = 50 // what a first control frame says

// spdyWeight weighs frames that begin with a whole control frame.
func spdyWeight(b []byte) (w int) {
	for n := 0; n < 8 && len(b) >= spdyHeader; n++ {
		kind, length, ok := spdyFrame(b)
		whole := ok && len(b) >= spdyHeader+length
		switch {
		case !ok, n == 0 && (kind == 0 || !whole):
			return 0
		case n == 0:
			w = spdyControl
		case kind > 0:
			w += 30
		default:
			w += 15
		}
		if !whole {
			break
		}
		b = b[spdyHeader+length:]
	}
	return min(w, certain)
}
