package apps

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// socketIO reads Socket.IO 2 to 4 over Engine.IO 3 and 4: a text message is an Engine.IO
// packet, whose first character is its type; type 4 carries a Socket.IO packet. Binary
// messages are the attachments announced by one.
//
// https://socket.io/docs/v4/engine-io-protocol/ and …/socket-io-protocol/
type socketIO struct {
	plain   socketUse
	opened  bool   // the server's open packet was seen
	expects [2]int // attachments that a side has announced and not sent
	wanted  [2]int // of how many
}

// socketUse is what Engine.IO carries.
type socketUse uint8

const (
	unknownSocket socketUse = iota
	someSocket              // Socket.IO
	plainSocket             // an application's own texts
)

func openSocket() dialect { return new(socketIO) }

// socketPath is whether the query names an Engine.IO version.
func socketPath(r *request) bool {
	return r.value("EIO") != "" && r.value("transport") == "websocket"
}

// socketSpot knows the server's open packet, which is its first.
func socketSpot(b []byte, from side) bool {
	return from == server && bytes.HasPrefix(b, []byte(`0{"sid":"`)) && value(b[1:]) != nil
}

func (d *socketIO) lost(from side) { d.expects[from] = 0 }

func (d *socketIO) read(c *conversation, m *record.Message) bool {
	if c.version == "" {
		if v := c.target.value("EIO"); v != "" {
			c.version = "EIO" + short(v)
		}
	}
	if d.plain == unknownSocket && !d.opened && c.target.path == "" {
		c.protocol = "engine.io" // which both are, as long as nothing tells them apart
	}
	if m.Type == "binary" {
		return d.binary(c, m.Data)
	}
	if len(m.Data) == 0 {
		return false
	}
	rest := m.Data[1:]
	switch m.Data[0] {
	case '0':
		return d.open(c, rest)
	case '1':
		c.add(unit{kind: "close"})
	case '2', '3':
		return beat(c, m.Data[0] == '3', rest)
	case '4':
		return d.packet(c, rest)
	case '5':
		c.add(unit{kind: "upgrade"})
	case '6':
		c.add(unit{kind: "noop"})
	default:
		return false
	}
	return len(rest) == 0
}

// beat reads a ping or a pong; with "probe" they are the upgrade's trial.
func beat(c *conversation, pong bool, rest []byte) bool {
	switch {
	case string(rest) == "probe" && pong:
		c.add(unit{kind: "probe", part: answers, key: "probe", gist: "pong"})
	case string(rest) == "probe":
		c.add(unit{kind: "probe", part: asks, key: "probe", gist: "ping"})
	case pong:
		c.add(unit{kind: "pong", part: returns})
	default:
		c.add(unit{kind: "ping", part: beats})
	}
	return len(rest) == 0 || string(rest) == "probe"
}

func (d *socketIO) open(c *conversation, rest []byte) bool {
	v := value(rest)
	var f [3][]byte
	if !object(v, f[:], "sid", "pingInterval", "pingTimeout") || !isString(f[0]) {
		return false
	}
	c.session, d.opened = text(f[0]), true
	c.add(unit{kind: "open", id: c.session, gist: textOf(v)})
	return true
}

// socketKinds names the Socket.IO packet types by their digit.
var socketKinds = [...]string{"connect", "disconnect", "event", "ack", "connect_error", "binary_event", "binary_ack"}

// packet reads what an Engine.IO message holds: a Socket.IO packet, <type>[<attachments>-][<namespace>,][<ack id>][<JSON>], or a text of an
// application that uses Engine.IO alone. Which of the two is spoken the first message tells: Socket.IO's is a connect, but where
// the conversation was joined midway.
func (d *socketIO) packet(c *conversation, b []byte) bool {
	if d.plain == unknownSocket {
		d.plain = someSocket
		if connects := len(b) > 0 && b[0] == '0' && (len(b) == 1 || b[1] == '{' || b[1] == '/'); strings.Contains(c.target.path, "engine.io") || d.opened && !connects && !(c.from == server && len(b) > 1 && b[0] == '4') {
			d.plain = plainSocket
		}
	}
	if d.plain == plainSocket {
		c.protocol = "engine.io"
		c.add(unit{kind: "message", gist: gist(b)})
		return true
	}
	p, ok := readSocketPacket(b)
	if !ok {
		if d.opened || c.target.path != "" {
			return false
		}
		// Joined midway: what looked like Socket.IO's was the application's.
		d.plain, c.protocol = plainSocket, "engine.io"
		c.add(unit{kind: "message", gist: gist(b)})
		return true
	}
	if c.target.path == "" {
		c.protocol = "socket.io"
	}
	d.unit(c, p)
	return true
}

// socketPacket is a Socket.IO packet in text or packed.
type socketPacket struct {
	kind        byte
	attachments int
	namespace   string // "" where it is not given
	id          string
	payload     []byte
}

func readSocketPacket(b []byte) (p socketPacket, ok bool) {
	if len(b) == 0 || b[0] < '0' || b[0] > '6' {
		return p, false
	}
	p.kind = b[0] - '0'
	b = b[1:]
	if p.kind >= 5 {
		n, rest, ok := bytes.Cut(b, []byte("-"))
		count, err := strconv.ParseUint(string(n[:min(len(n), 8)]), 10, 16)
		if !ok || err != nil {
			return p, false
		}
		p.attachments, b = int(count), rest
	}
	if len(b) > 0 && b[0] == '/' {
		name, rest, _ := bytes.Cut(b, []byte(","))
		name, _, _ = bytes.Cut(name, []byte("?")) // what follows is for the server's handshake, and may be secret
		p.namespace, b = short(name), rest
	}
	digits := 0
	for digits < len(b) && b[digits] >= '0' && b[digits] <= '9' {
		digits++
	}
	if digits > 20 {
		return p, false
	}
	p.id, b = string(b[:digits]), b[digits:]
	p.payload = value(b)
	switch {
	case p.payload == nil && len(b) > 0,
		(p.kind == 0 || p.kind == 4) && isNumber(p.payload),
		(p.kind == 2 || p.kind == 5) && array(p.payload, nil) < 1,
		(p.kind == 3 || p.kind == 6) && (array(p.payload, nil) < 0 || p.id == ""):
		return p, false
	}
	return p, true
}

// unit tells a packet.
func (d *socketIO) unit(c *conversation, p socketPacket) {
	u := unit{kind: socketKinds[p.kind], topic: p.namespace, id: p.id, gist: textOf(p.payload)}
	namespace := cmp.Or(p.namespace, "/")
	switch p.kind {
	case 0:
		u.key, u.part = "connect "+namespace, asks
		if c.from == server {
			u.part = answers
		} else if hasCredential(p.payload) {
			c.credential("Socket.IO auth")
			u.gist = ""
		}
	case 4:
		u.key, u.part, u.err = "connect "+namespace, fails, complaint(p.payload)
	case 2, 5:
		var f [1][]byte
		array(p.payload, f[:])
		if u.name = text(f[0]); u.id != "" {
			u.part, u.key = asks, "ack "+namespace+" "+u.id
		}
	case 3, 6:
		u.part, u.key = answers, "ack "+namespace+" "+u.id
	}
	d.expects[c.from], d.wanted[c.from] = p.attachments, p.attachments
	c.add(u)
}

// packed reads a packet of socket.io-msgpack-parser: a map of type, data, options, nsp and id.
func (d *socketIO) packed(c *conversation, b []byte) bool {
	v := packedValue(b, msgPacking)
	var f [4][]byte
	if !object(v, f[:], "type", "data", "nsp", "id") || len(f[0]) != 1 || f[0][0] < '0' || f[0][0] > '6' || !isString(f[2]) {
		return false
	}
	p := socketPacket{kind: f[0][0] - '0', payload: f[1], id: text(f[3])}
	if p.namespace = text(f[2]); p.namespace == "/" {
		p.namespace = ""
	}
	if (p.kind == 2 || p.kind == 5) && array(p.payload, nil) < 1 {
		return false
	}
	if c.target.path == "" {
		c.protocol = "socket.io"
	}
	if d.plain = someSocket; c.version != "" && !strings.HasSuffix(c.version, "msgpack") {
		c.version += " msgpack"
	}
	d.unit(c, p)
	return true
}

// packedNamespace reports whether a packed map has a member nsp that begins with a slash.
func packedNamespace(b []byte) bool {
	_, after, ok := bytes.Cut(b, []byte("\xa3nsp"))
	return ok && len(after) > 1 && after[0]&0xe0 == 0xa0 && after[1] == '/'
}

// socketMidway knows packets that nobody else writes so: 42["event",…], 43/admin,0[…], 40/chat,.
func socketMidway(g *glance) int {
	b := g.b
	if g.binary {
		if len(b) > 12 && b[0]&0xf0 == 0x80 && bytes.Contains(b, []byte("\xa4type")) && packedNamespace(b) {
			return certain
		}
		return 0
	}
	switch {
	case string(b) == "2" || string(b) == "3":
		return 30
	case string(b) == "2probe" || string(b) == "3probe":
		return certain
	case string(b) == "40" || string(b) == "41" || string(b) == "5" || string(b) == "6":
		return 40
	case len(b) < 4 || b[0] != '4' || b[1] > '6':
		return 0
	}
	p, ok := readSocketPacket(b[1:])
	var f [1][]byte
	switch {
	case !ok || bytes.IndexByte(b, '[') < 0 && bytes.IndexByte(b, '{') < 0 && p.namespace == "":
		return 0
	case p.kind == 2 || p.kind == 5:
		if array(p.payload, f[:]); isString(f[0]) {
			return certain
		}
	case p.kind == 3 || p.kind == 6, p.kind == 0 || p.kind == 4:
		return 80
	case p.namespace != "":
		return 80
	}
	return 0
}

// complaint is an error's message, or the error as it is written.
func complaint(v []byte) string {
	var f [1][]byte
	if object(v, f[:], "message") && isString(f[0]) {
		return textOf(f[0])
	}
	return textOf(v)
}

// binary reads an attachment. Engine.IO 3 puts its packet type in front, as a byte.
func (d *socketIO) binary(c *conversation, b []byte) bool {
	if c.version == "EIO3" && len(b) > 0 && b[0] == 4 {
		b = b[1:]
	}
	if d.expects[c.from] == 0 && len(b) > 12 && b[0]&0xf0 == 0x80 && d.packed(c, b) {
		return true
	}
	if d.plain == plainSocket {
		c.protocol = "engine.io"
	}
	u := unit{kind: "binary", gist: bytesOf(len(b))}
	if n := d.expects[c.from]; n > 0 {
		u.kind = "attachment"
		u.gist = join(strconv.Itoa(d.wanted[c.from]-n+1), "of", strconv.Itoa(d.wanted[c.from])+",", u.gist)
		d.expects[c.from]--
	}
	c.add(u)
	return true
}
