package apps

import "wscope/analyzer/record"

// homeAssistant reads the WebSocket API of Home Assistant: a login, then commands with an id, which comes back in a result, a pong
// or events.
//
// https://developers.home-assistant.io/docs/api/websocket
type homeAssistant struct{ stateless }

func openHomeAssistant() dialect { return homeAssistant{} }

func homeAssistantSpot(b []byte, from side) bool {
	var f [2][]byte
	return contains(b, `ha_version"`) && object(value(b), f[:], "type", "ha_version") && (is(f[0], "auth_required") || is(f[0], "auth_ok")) && isString(f[1]) && from == server
}

func (d homeAssistant) read(c *conversation, m *record.Message) bool {
	v := value(m.Data)
	if len(v) == 0 || v[0] != '[' {
		return d.one(c, v)
	}
	for it, n := (elements{b: v}), 0; ; n++ { // coalesced, where the client said that it knows them
		e := it.next()
		if e == nil {
			return n > 0
		}
		if !d.one(c, e) {
			return false
		}
	}
}

func (homeAssistant) one(c *conversation, v []byte) bool {
	var f [9][]byte
	if !object(v, f[:], "type", "id", "ha_version", "success", "error", "result", "event", "message", "service") || !isString(f[0]) {
		return false
	}
	u := unit{kind: text(f[0]), id: text(f[1])}
	if f[2] != nil {
		c.version = text(f[2])
	}
	switch {
	case u.kind == "auth_required":
	case u.kind == "auth":
		u.part, u.key = asks, "auth"
		c.credential("Home Assistant auth")
	case u.kind == "auth_ok":
		u.part, u.key = answers, "auth"
	case u.kind == "auth_invalid":
		u.part, u.key, u.err = fails, "auth", textOf(f[7])
	case f[1] == nil:
		return false
	case u.kind == "result":
		if u.part, u.gist = answers, textOf(f[5]); string(f[3]) == "false" {
			var e [2][]byte
			object(f[4], e[:], "code", "message")
			u.part, u.err = fails, join(text(e[0]), textOf(e[1]))
		}
	case u.kind == "event":
		var e [1][]byte
		object(f[6], e[:], "event_type")
		u.name, u.gist = text(e[0]), textOf(f[6])
	case u.kind == "pong":
		u.part = answers
	case c.from == client:
		var more [3][]byte
		object(v, more[:], "domain", "event_type", "entity_id")
		u.part, u.beat, u.gist = asks, u.kind == "ping", textOf(v)
		u.kind, u.name = "command", u.kind
		if u.name == "call_service" {
			u.topic = text(more[0]) + "." + text(f[8])
		} else {
			u.topic = text(more[1])
		}
	default:
		return false
	}
	c.add(u)
	return true
}

// homeAssistantMidway knows results with their success, and events of its bus.
func homeAssistantMidway(g *glance) int {
	v := g.json
	var first [1][]byte
	if array(v, first[:]) > 0 {
		v = first[0]
	}
	var f [6][]byte
	if !object(v, f[:], "type", "id", "success", "event", "result", "error") || !isNumber(f[1]) || !isString(f[0]) || g.from != server {
		return 0
	}
	var e [4][]byte
	switch object(f[3], e[:], "event_type", "time_fired", "origin", "a"); {
	case is(f[0], "event") && (e[0] != nil || e[1] != nil || e[3] != nil):
		return certain
	case is(f[0], "result") && (string(f[2]) == "true" && f[4] != nil || string(f[2]) == "false" && f[5] != nil):
		return 70
	}
	return 0
}
