package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// actionCable reads Action Cable of Ruby on Rails, actioncable-v1-json, and AnyCable, which knows it in MessagePack too and adds
// histories and pongs (actioncable-v1-ext-json, …): the client's
// commands, the server's types, and messages of a channel, which its identifier names.
//
// https://guides.rubyonrails.org/action_cable_overview.html and actioncable/lib/action_cable.rb
type actionCable struct{ stateless }

func openCable() dialect { return actionCable{} }

func (actionCable) read(c *conversation, m *record.Message) bool {
	var f [6][]byte
	v := value(m.Data)
	if m.Type == "binary" {
		v = packedValue(m.Data, msgPacking)
	}
	if !object(v, f[:], "type", "command", "identifier", "data", "message", "reason") {
		return false
	}
	if c.version == "" {
		c.version = strings.TrimPrefix(short(c.target.subprotocol), "actioncable-")
	}
	u := unit{key: text(f[2])}
	var channel [1][]byte
	object(value(unquoted(f[2])), channel[:], "channel")
	u.topic = text(channel[0])
	switch {
	case c.from == client && isString(f[1]):
		u.kind, u.gist = text(f[1]), textOf(f[3])
		switch u.kind {
		case "unsubscribe":
		case "subscribe":
			u.part = asks
		case "history":
			u.part, u.key = asks, "history "+u.key
		case "pong":
			u.part = returns
		case "whisper":
		case "message":
			var action [1][]byte
			object(value(unquoted(f[3])), action[:], "action")
			u.name = text(action[0])
		default:
			return false
		}
	case c.from == server && isString(f[0]):
		u.kind, u.gist = text(f[0]), textOf(f[4])
		switch u.kind {
		case "welcome":
		case "ping":
			u.part = shows
			if strings.Contains(c.target.subprotocol, "-ext-") {
				u.part = beats // which the client answers
			}
		case "confirm_subscription":
			u.part = answers
		case "confirm_history":
			u.part, u.key = answers, "history "+u.key
		case "reject_history":
			u.part, u.key, u.err = fails, "history "+u.key, "history rejected"
		case "reject_subscription":
			u.part, u.err = fails, "subscription rejected"
		case "disconnect":
			u.err = text(f[5])
		default:
			return false
		}
	case c.from == server && f[2] != nil && f[4] != nil:
		u.kind, u.gist = "message", textOf(f[4])
	default:
		return false
	}
	c.add(u)
	return true
}

// cableMidway knows identifiers, which are JSON in a string that names a channel, and the server's pings.
func cableMidway(g *glance) int {
	var f [5][]byte
	if !g.object(f[:], "type", "command", "identifier", "message", "data") {
		return 0
	}
	var channel [1][]byte
	named := isString(f[2]) && object(value(unquoted(f[2])), channel[:], "channel") && isString(channel[0])
	switch {
	case named && (f[1] != nil || f[3] != nil || f[0] != nil):
		return certain
	case g.from == server && is(f[0], "ping") && isNumber(f[3]):
		return 60
	}
	return 0
}
