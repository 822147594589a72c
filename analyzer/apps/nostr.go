package apps

import (
	"bytes"

	"wscope/analyzer/record"
)

// nostr reads what clients and relays of Nostr say: arrays that begin with their kind.
//
// https://github.com/nostr-protocol/nips/blob/master/01.md, 42.md and 45.md
//
// A subscription is answered when its stored events are over (EOSE) or it is refused (CLOSED), an event by OK.
type nostr struct{ stateless }

func openNostr() dialect { return nostr{} }

func (nostr) read(c *conversation, m *record.Message) bool {
	var f [4][]byte
	n := array(value(m.Data), f[:])
	if n < 2 || !isString(f[0]) {
		return false
	}
	u := unit{kind: text(f[0])}
	var event [2][]byte
	switch u.kind {
	case "EVENT", "AUTH":
		body := f[n-1]
		if n > 2 {
			u.topic, body = text(f[1]), f[2]
		}
		object(body, event[:], "id", "kind")
		u.gist = textOf(body)
		if u.kind == "EVENT" {
			u.name = joinName("kind", text(event[1]))
		}
		if c.from == client && isObject(body) {
			u.id, u.part, u.key, u.op = text(event[0]), asks, "event "+text(event[0]), u.kind
		}
	case "OK":
		u.id, u.part, u.key = text(f[1]), answers, "event "+text(f[1])
		if string(f[2]) == "false" {
			u.part, u.err = fails, textOf(f[3])
		}
	case "REQ", "COUNT":
		u.id, u.gist = text(f[1]), textOf(f[2])
		if u.part, u.key = asks, "sub "+u.id; c.from == server {
			u.part = answers
		}
	case "EOSE":
		u.id, u.part, u.key = text(f[1]), answers, "sub "+text(f[1])
	case "CLOSED":
		u.id, u.part, u.key, u.err = text(f[1]), fails, "sub "+text(f[1]), textOf(f[2])
	case "CLOSE":
		u.id, u.part, u.key = text(f[1]), drops, "sub "+text(f[1])
	case "NOTICE":
		u.gist = textOf(f[1])
	default:
		return false
	}
	c.add(u)
	return true
}

func joinName(word, name string) string {
	if name == "" {
		return ""
	}
	return word + " " + name
}

func nostrMidway(g *glance) int {
	var f [3][]byte
	n := array(g.json, f[:])
	if n < 2 || !isString(f[0]) || !isString(f[1]) && !isObject(f[1]) {
		return 0
	}
	var e [3][]byte
	switch string(raw(f[0])) {
	case "EVENT":
		if object(f[min(n, 3)-1], e[:], "pubkey", "sig", "kind") && isString(e[0]) && isString(e[1]) && isNumber(e[2]) {
			return certain
		}
	case "REQ":
		if n >= 3 && isString(f[1]) && isObject(f[2]) && g.from == client {
			return certain
		}
	case "EOSE":
		if n == 2 && g.from == server {
			return 80
		}
	case "OK":
		if n >= 3 && len(raw(f[1])) == 64 && (bytes.Equal(f[2], []byte("true")) || bytes.Equal(f[2], []byte("false"))) {
			return certain
		}
	}
	return 0
}
