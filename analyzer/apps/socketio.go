package apps

import (
	"bytes"
	"strconv"
	"strings"

	"wscope/analyzer"
)

// socketIO reads Socket.IO 2 to 4 over Engine.IO 3 and 4: a text message is an Engine.IO
// packet, whose first character is its type; type 4 carries a Socket.IO packet. Binary
// messages are the attachments announced by one.
//
// https://socket.io/docs/v4/engine-io-protocol/ and …/socket-io-protocol/
type socketIO struct {
	expects [2]int // attachments that a side has announced and not sent
	wanted  [2]int // of how many
}

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

func (d *socketIO) read(c *conversation, m *analyzer.Message) bool {
	if c.version == "" {
		if v := c.target.value("EIO"); v != "" {
			c.version = "EIO" + short(v)
		}
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
	c.session = text(f[0])
	c.add(unit{kind: "open", id: c.session, gist: words(v)})
	return true
}

// socketKinds names the Socket.IO packet types by their digit.
var socketKinds = [...]string{"connect", "disconnect", "event", "ack", "connect_error", "binary_event", "binary_ack"}

// packet reads <type>[<attachments>-][<namespace>,][<ack id>][<JSON>].
func (d *socketIO) packet(c *conversation, b []byte) bool {
	if len(b) == 0 || b[0] < '0' || b[0] > '6' {
		if c.target.path != "" && strings.Contains(c.target.path, "engine.io") {
			c.protocol = "engine.io"
			c.add(unit{kind: "message", gist: gist(b)})
			return true
		}
		return false
	}
	kind := b[0] - '0'
	b = b[1:]
	u := unit{kind: socketKinds[kind]}
	attachments := 0
	if kind >= 5 {
		n, rest, ok := bytes.Cut(b, []byte("-"))
		count, err := strconv.ParseUint(string(n[:min(len(n), 8)]), 10, 16)
		if !ok || err != nil {
			return false
		}
		attachments, b = int(count), rest
	}
	namespace := "/"
	if len(b) > 0 && b[0] == '/' {
		name, rest, _ := bytes.Cut(b, []byte(","))
		namespace, b = short(name), rest
		u.topic = namespace
	}
	digits := 0
	for digits < len(b) && b[digits] >= '0' && b[digits] <= '9' {
		digits++
	}
	if digits > 20 {
		return false
	}
	u.id, b = string(b[:digits]), b[digits:]
	payload := value(b)
	if payload == nil && len(b) > 0 {
		return false
	}
	switch kind {
	case 0:
		u.key, u.part = "connect "+namespace, asks
		if c.from == server {
			u.part = answers
		}
		u.gist = words(payload)
	case 1:
		u.gist = words(payload)
	case 4:
		u.key, u.part, u.err = "connect "+namespace, fails, complaint(payload)
	case 2, 5:
		var f [1][]byte
		if array(payload, f[:]) < 1 {
			return false
		}
		u.name, u.gist = text(f[0]), words(payload)
		if u.id != "" {
			u.part, u.key = asks, "ack "+namespace+" "+u.id
		}
	case 3, 6:
		if array(payload, nil) < 0 || u.id == "" {
			return false
		}
		u.part, u.key, u.gist = answers, "ack "+namespace+" "+u.id, words(payload)
	}
	d.expects[c.from], d.wanted[c.from] = attachments, attachments
	c.add(u)
	return true
}

// complaint is an error's message, or the error as it is written.
func complaint(v []byte) string {
	var f [1][]byte
	if object(v, f[:], "message") && isString(f[0]) {
		return words(f[0])
	}
	return words(v)
}

// binary reads an attachment. Engine.IO 3 puts its packet type in front, as a byte.
func (d *socketIO) binary(c *conversation, b []byte) bool {
	if c.version == "EIO3" && len(b) > 0 && b[0] == 4 {
		b = b[1:]
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
