package apps

import (
	"strings"

	"github.com/tinylib/msgp/msgp"

	"wscope/analyzer/record"
)

// colyseus reads the messages of Colyseus' rooms, 0.14 to 0.16: a byte that is their kind; of ROOM_DATA a type, a text or a number
// in MessagePack, and a value.
//
// https://docs.colyseus.io
type colyseus struct{ stateless }

func openColyseus() dialect { return colyseus{} }

// colyseusPath knows /<process>/<room>?sessionId=….
func colyseusPath(r *request) bool {
	return r.value("sessionId") != "" && strings.Count(strings.Trim(r.path, "/"), "/") >= 1
}

var colyseusKinds = map[byte]string{
	9: "handshake", 10: "join room", 11: "error", 12: "leave room", 13: "room data", 14: "room state", 15: "room state patch", 16: "room data schema", 17: "room data bytes", 18: "ping",
}

func (colyseus) read(c *conversation, m *record.Message) bool {
	b := m.Data
	if m.Type != "binary" || len(b) == 0 || colyseusKinds[b[0]] == "" {
		return false
	}
	if c.session == "" {
		c.session = short(c.target.value("sessionId"))
	}
	u := unit{kind: colyseusKinds[b[0]], gist: sizeWords(len(b) - 1)}
	switch b[0] {
	case 10:
		u.key, u.part = "join", answers
		if c.from == client {
			u.key, u.part = "join", says // it confirms
			u.kind = "join room confirmed"
		}
	case 11:
		u.err = "error"
		if rest, err := msgp.Skip(b[1:]); err == nil {
			if s := packedText(rest); s != "" {
				u.err = s
			}
		}
	case 13, 17:
		head, rest, ok := packedHead(b[1:], msgPacking)
		if !ok || !isString(head) && !isNumber(head) {
			return false
		}
		if u.name = text(head); b[0] == 13 && len(rest) > 0 {
			v, _, ok := packedHead(rest, msgPacking)
			if !ok {
				return false
			}
			u.gist = gist(v)
		}
	case 18:
		if u.part = beats; c.from == server {
			u.kind, u.part = "pong", returns
		}
	}
	c.add(u)
	return true
}

// colyseusMidway knows ROOM_DATA with a text as its type, and the server's JOIN_ROOM.
func colyseusMidway(g *glance) int {
	b := g.b
	if !g.binary || len(b) < 2 {
		return 0
	}
	switch b[0] {
	case 10:
		// The reconnection token and the serializer's name, each with its length in front.
		if n := int(b[1]); g.from == server && n >= 4 && len(b) > 3+n && printable(b[2:2+n]) && int(b[2+n]) <= len(b)-3-n && printable(b[3+n:3+n+int(b[2+n])]) && b[2+n] > 1 {
			return certain
		}
	case 13:
		head, rest, ok := packedHead(b[1:], msgPacking)
		if !ok || !isString(head) || len(head) < 4 {
			return 0
		}
		if len(rest) == 0 {
			return 40
		}
		if _, rest, ok = packedHead(rest, msgPacking); ok && len(rest) == 0 {
			return 80
		}
	}
	return 0
}
