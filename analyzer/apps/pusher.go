package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// pusher reads the Pusher Channels protocol, version 4 to 7: objects with an event, its
// data (JSON, often within a string), and a channel.
//
// https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/
type pusher struct{ stateless }

func openPusher() dialect { return pusher{} }

func pusherPath(r *request) bool {
	return strings.HasPrefix(r.path, "/app/") && r.value("protocol") != ""
}

// pusherSpot knows the server's first message.
func pusherSpot(b []byte, from side) bool {
	var f [1][]byte
	return from == server && contains(b, `pusher:connection_established"`) && object(value(b), f[:], "event") && is(f[0], "pusher:connection_established")
}

func (pusher) read(c *conversation, m *record.Message) bool {
	var f [3][]byte
	if !object(value(m.Data), f[:], "event", "channel", "data") || !isString(f[0]) {
		return false
	}
	if c.version == "" {
		c.version = short(c.target.value("protocol"))
	}
	data := f[2]
	if isString(data) {
		data = value(unquoted(data))
	}
	var d [4][]byte
	object(data, d[:], "channel", "socket_id", "message", "code")
	u := unit{kind: "event", name: text(f[0]), topic: text(f[1]), gist: textOf(f[2])}
	switch u.name {
	case "pusher:connection_established":
		u.kind, u.name = "connected", ""
		c.session, u.id = text(d[1]), text(d[1])
	case "pusher:subscribe", "pusher:unsubscribe":
		u.kind, u.topic, u.name = strings.TrimPrefix(u.name, "pusher:"), text(d[0]), ""
		if u.kind == "subscribe" {
			u.part, u.key = asks, "subscribe "+u.topic
			u.gist = "" // it may hold a signature
		}
	case "pusher_internal:subscription_succeeded":
		u.kind, u.name, u.part, u.key = "subscribed", "", answers, "subscribe "+u.topic
	case "pusher:subscription_error":
		u.kind, u.name, u.part, u.key, u.err = "error", "", fails, "subscribe "+u.topic, complaint(data)
	case "pusher:error":
		u.kind, u.name, u.err = "error", "", join(text(d[3]), textOf(d[2]))
	case "pusher:ping":
		u.kind, u.name, u.part = "ping", "", beats
	case "pusher:pong":
		u.kind, u.name, u.part = "pong", "", returns
	}
	if c.from == client && strings.HasPrefix(u.name, "client-") {
		u.kind = "client event"
	}
	c.add(u)
	return true
}

// pusherMidway knows events of the protocol's own, and events of a channel with their data in a string.
func pusherMidway(g *glance) int {
	var f [3][]byte
	if !g.object(f[:], "event", "channel", "data") || !isString(f[0]) {
		return 0
	}
	switch {
	case strings.HasPrefix(text(f[0]), "pusher:"), strings.HasPrefix(text(f[0]), "pusher_internal:"):
		return certain
	case isString(f[1]) && isString(f[2]) && g.from == server && value(unquoted(f[2])) != nil:
		return 60
	}
	return 0
}
