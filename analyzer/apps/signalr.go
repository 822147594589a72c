package apps

import (
	"bytes"

	"wscope/analyzer/record"
)

// signalR reads ASP.NET Core SignalR's hub protocol: a handshake in JSON, then JSON
// records that end in 0x1e, or MessagePack ones with their length in front.
//
// https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
type signalR struct {
	stateless
	packed bool    // the handshake chose MessagePack
	shaken [2]bool // whose part of the handshake was seen
}

func openSignalR() dialect { return new(signalR) }

const recordEnd = 0x1e

// signalrSpot knows the client's handshake: {"protocol":"json","version":1} and 0x1e.
func signalrSpot(b []byte, from side) bool {
	first, _, ok := bytes.Cut(b, []byte{recordEnd})
	var f [2][]byte
	return ok && from == client && object(value(first), f[:], "protocol", "version") && isString(f[0]) && isNumber(f[1])
}

func (d *signalR) read(c *conversation, m *record.Message) bool {
	b := m.Data
	if !d.shaken[c.from] {
		first, rest, ok := bytes.Cut(b, []byte{recordEnd})
		if v := value(first); ok && v != nil && d.handshake(c, v) {
			b = rest
		} else if d.shaken[c.from.other()] && c.from == server {
			return false
		} else if m.Type == "binary" && !d.shaken[c.from.other()] { // joined midway
			d.packed = true
		}
		d.shaken[c.from] = true
	}
	if d.packed {
		return d.readPacked(c, b)
	}
	for len(b) > 0 {
		record, rest, ok := bytes.Cut(b, []byte{recordEnd})
		if !ok || !d.record(c, value(record)) {
			return false
		}
		b = rest
	}
	return true
}

// handshake reads the client's request or the server's response.
func (d *signalR) handshake(c *conversation, v []byte) bool {
	var f [4][]byte
	if !object(v, f[:], "protocol", "version", "error", "type") || f[3] != nil {
		return false
	}
	u := unit{kind: "handshake", part: answers, key: "handshake", gist: textOf(v)}
	switch {
	case c.from == client && isString(f[0]):
		u.part, u.name, u.op = asks, text(f[0]), u.kind
		d.packed = u.name == "messagepack" || u.name == "blazorpack"
		c.version = join(u.name, text(f[1]))
	case c.from == client:
		return false
	case f[2] != nil:
		u.part, u.err = fails, textOf(f[2])
	}
	d.shaken[c.from] = true
	c.add(u)
	return true
}

// signalrKinds names the types of messages.
var signalrKinds = [...]string{
	"", "invocation", "stream item", "completion", "stream invocation", "cancel invocation", "ping", "close", "ack", "sequence",
}

func (d *signalR) record(c *conversation, v []byte) bool {
	var f [8][]byte
	if !object(v, f[:], "type", "invocationId", "target", "arguments", "item", "result", "error", "sequenceId") {
		return false
	}
	kind := f[0]
	if len(kind) != 1 || kind[0] < '1' || kind[0] > '9' {
		return false
	}
	said := hubMessage{kind: int(kind[0] - '0'), invocation: text(f[1]), target: text(f[2])}
	if isString(f[6]) {
		said.err = textOf(f[6])
	}
	for _, i := range [...]int{3, 4, 5, 7} {
		if f[i] != nil && said.gist == "" {
			said.gist = textOf(f[i])
		}
	}
	c.add(said.unit())
	return true
}

// hubMessage is a message of either encoding.
type hubMessage struct {
	kind                          int
	invocation, target, err, gist string
}

func (h *hubMessage) unit() unit {
	u := unit{kind: signalrKinds[h.kind], name: h.target, id: h.invocation, err: h.err, gist: h.gist}
	switch h.kind {
	case 1, 4:
		if u.id != "" {
			u.part = asks
		}
	case 2:
		u.part = answers
	case 3:
		u.part = answers
		if u.err != "" {
			u.part = fails
		}
	case 6:
		u.part = shows
	}
	return u
}

// signalrMidway knows records that end as SignalR's do, and have a type of its own.
func signalrMidway(g *glance) int {
	if g.binary {
		return signalrPackedMidway(g.b)
	}
	if n := len(g.b); n < 3 || g.b[n-1] != recordEnd || g.b[0] != '{' {
		return 0
	}
	first, _, _ := bytes.Cut(g.b, []byte{recordEnd})
	var f [6][]byte
	if !object(value(first), f[:], "type", "target", "arguments", "invocationId", "protocol", "item") {
		return 0
	}
	if len(f[0]) == 1 && f[0][0] >= '1' && f[0][0] <= '9' || f[4] != nil {
		return certain
	}
	return 0
}

// signalrPackedMidway knows an array with its length in front, whose first member is a type and whose second is a map
// of headers: Blazor's hub and others that chose MessagePack.
func signalrPackedMidway(b []byte) int {
	n, size := mqttLength(b)
	if size <= 0 || n < 2 || n != uint64(len(b)-size) {
		return 0
	}
	b = b[size:]
	if string(b) == "\x91\x06" {
		return 60
	}
	if b[0] < 0x93 || b[0] > 0x97 || b[1] < 1 || b[1] > 5 || len(b) < 4 || b[2]&0xf0 != 0x80 {
		return 0
	}
	var h hubMessage
	if !h.unpack(b) {
		return 0
	}
	return certain
}
