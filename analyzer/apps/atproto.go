package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// atproto reads event streams of the AT Protocol: a message is two CBOR items, a header of op and t, and a payload.
//
// https://atproto.com/specs/event-stream
type atproto struct{ stateless }

func openATProto() dialect { return atproto{} }

func atprotoPath(r *request) bool { return strings.HasPrefix(r.path, "/xrpc/com.atproto.") }

// atprotoItems are the header and the payload; ok is false where b is not both.
func atprotoItems(b []byte) (header, payload []byte, ok bool) {
	if len(b) < 4 || b[0]>>5 != 5 {
		return nil, nil, false
	}
	header, rest, ok := packedHead(b, cborPacking)
	if !ok || !isObject(header) || len(rest) == 0 {
		return nil, nil, false
	}
	payload, rest, ok = packedHead(rest, cborPacking)
	return header, payload, ok && len(rest) == 0 && isObject(payload)
}

func (atproto) read(c *conversation, m *record.Message) bool {
	if m.Type != "binary" {
		return false
	}
	header, payload, ok := atprotoItems(m.Data)
	var h [2][]byte
	if !ok || !object(header, h[:], "op", "t") || !isNumber(h[0]) {
		return false
	}
	var p [6][]byte
	object(payload, p[:], "seq", "repo", "did", "error", "message", "name")
	u := unit{kind: "event", name: text(h[1]), id: text(p[0]), topic: text(p[1]), gist: textOf(payload)}
	if u.topic == "" {
		u.topic = text(p[2])
	}
	if string(h[0]) == "-1" {
		u.kind, u.name, u.err = "error", text(p[3]), join(text(p[3]), textOf(p[4]))
	}
	c.add(u)
	return true
}

func atprotoMidway(g *glance) int {
	if !g.binary || len(g.b) < 8 || g.b[0]&0xf0 != 0xa0 || !strings.Contains(string(g.b[:min(len(g.b), 16)]), "bop") {
		return 0
	}
	if header, _, ok := atprotoItems(g.b); ok {
		var h [2][]byte
		if object(header, h[:], "op", "t"); isNumber(h[0]) && (h[1] == nil || strings.HasPrefix(text(h[1]), "#")) {
			return certain
		}
	}
	return 0
}
