package apps

import (
	"bytes"
	"cmp"
	"strings"

	"wscope/analyzer/record"
)

// phoenix reads the channels of the Phoenix framework: version 2 of its serializer, an
// array [join_ref, ref, topic, event, payload] or binary, and version 1, an object of these.
//
// https://hexdocs.pm/phoenix/writing_a_channels_client.html
type phoenix struct{ stateless }

func openPhoenix() dialect { return phoenix{} }

func phoenixPath(r *request) bool {
	return strings.HasSuffix(r.path, "/websocket") && r.value("vsn") != ""
}

// phoenixSpot knows the client's join of a channel.
func phoenixSpot(b []byte, from side) bool {
	if from != client || !contains(b, `phx_join"`) {
		return false
	}
	var f [5][]byte
	v := value(b)
	if array(v, f[:]) == 5 {
		return is(f[3], "phx_join") && isString(f[2])
	}
	return object(v, f[:3], "event", "topic", "ref") && is(f[0], "phx_join") && isString(f[1])
}

func (phoenix) read(c *conversation, m *record.Message) bool {
	if c.version == "" {
		c.version = short(c.target.value("vsn"))
	}
	if m.Type == "binary" {
		return phoenixBinary(c, m.Data)
	}
	var f [5][]byte // join_ref, ref, topic, event, payload
	v := value(m.Data)
	if array(v, f[:]) != 5 && !object(v, f[:], "join_ref", "ref", "topic", "event", "payload") {
		return false
	}
	if !isString(f[2]) || !isString(f[3]) {
		return false
	}
	u := unit{kind: "push", name: text(f[3]), topic: text(f[2]), gist: textOf(f[4])}
	if isString(f[1]) || isNumber(f[1]) {
		u.id = text(f[1])
	}
	var reply [2][]byte
	object(f[4], reply[:], "status", "response")
	phoenixPart(c, &u, text(reply[0]), reply[1])
	c.add(u)
	return true
}

// phoenixPart says what the unit asks or answers.
func phoenixPart(c *conversation, u *unit, status string, response []byte) {
	switch {
	case u.name == "phx_reply":
		u.kind, u.name, u.part = "reply", "", answers
		if status != "ok" && status != "" {
			var reason [1][]byte
			object(response, reason[:], "reason")
			u.part, u.err = fails, cmp.Or(text(reason[0]), status)
		}
	case c.from == server:
		u.kind = "broadcast"
	case u.id != "":
		u.part, u.beat = asks, u.topic == "phoenix" && u.name == "heartbeat"
	}
	if u.name == "phx_error" {
		u.err = "the channel crashed"
	}
}

// phoenixBinary reads a message of version 2 with a binary payload: the lengths of its
// texts, and these one after the other.
func phoenixBinary(c *conversation, b []byte) bool {
	if len(b) > 0 && (b[0] == 3 || b[0] == 4) {
		return supabaseBinary(c, b)
	}
	if len(b) < 1 || b[0] > 2 {
		return false
	}
	n := [...]int{4, 4, 2}[b[0]] // lengths: push and reply have join_ref, ref, topic, event; a broadcast the last two
	if b[0] == 0 && c.from == server {
		n = 3 // a push by the server has no ref
	}
	if len(b) < 1+n {
		return false
	}
	var texts [4]string
	rest := b[1+n:]
	for i, size := range b[1 : 1+n] {
		if int(size) > len(rest) {
			return false
		}
		texts[4-n+i], rest = short(rest[:size]), rest[size:]
	}
	u := unit{kind: "push", id: texts[1], topic: texts[2], name: texts[3], gist: bytesOf(len(rest))}
	if n == 3 {
		u.id = ""
	}
	status := ""
	if b[0] == 1 {
		status, u.name = u.name, "phx_reply"
	}
	phoenixPart(c, &u, status, nil)
	c.add(u)
	return true
}

// phoenixMidway knows an array of five of which the third and fourth are texts, and replies and heartbeats by their names.
func phoenixMidway(g *glance) int {
	var f [5][]byte
	if array(g.json, f[:]) == 5 {
		number := func(v []byte) bool { return string(v) == "null" || isString(v) && isNumber(raw(v)) }
		if !number(f[0]) || !number(f[1]) || !isString(f[2]) || !isString(f[3]) || !isObject(f[4]) {
			return 0
		}
		if bytes.HasPrefix(raw(f[3]), []byte("phx_")) || is(f[2], "phoenix") {
			return certain
		}
		return 60
	}
	if g.object(f[:4], "event", "topic", "ref", "payload") && isString(f[0]) && isString(f[1]) {
		if bytes.HasPrefix(raw(f[0]), []byte("phx_")) || is(f[1], "phoenix") {
			return certain
		}
		if f[2] != nil && f[3] != nil {
			return 50
		}
	}
	return 0
}

// supabaseBinary reads the broadcasts of users as Supabase Realtime packs them: kind 3 pushes one, kind 4 delivers it. Lengths,
// the payload's encoding, then texts.
func supabaseBinary(c *conversation, b []byte) bool {
	push := b[0] == 3
	n := 3 // topic, event, metadata
	if push {
		n = 5 // join_ref and ref before them
	}
	if len(b) < 2+n {
		return false
	}
	var texts [5]string
	rest := b[2+n:]
	for i, size := range b[1 : 1+n] {
		if int(size) > len(rest) {
			return false
		}
		texts[5-n+i], rest = short(rest[:size]), rest[size:]
	}
	u := unit{kind: "push", id: texts[1], topic: texts[2], name: "broadcast", gist: join(texts[3], payloadGist(rest))}
	if !push {
		u.kind, u.id = "broadcast", ""
	} else if u.id != "" {
		u.part, u.soft = asks, true // answered only where the channel wants that
	}
	c.add(u)
	return true
}
