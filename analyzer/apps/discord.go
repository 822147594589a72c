package apps

import (
	"cmp"

	"wscope/analyzer/record"
)

// discord reads gateways as Discord's: an opcode op, data d, and for dispatches a sequence s and the event's name t. Others are
// built alike.
//
// https://discord.com/developers/docs/events/gateway
type discord struct{ stateless }

func openDiscord() dialect { return discord{} }

// discordSpot knows the server's hello.
func discordSpot(b []byte, from side) bool {
	var f [2][]byte
	var d [1][]byte
	return from == server && contains(b, `heartbeat_interval"`) && object(value(b), f[:], "op", "d") && string(f[0]) == "10" && object(f[1], d[:], "heartbeat_interval") && isNumber(d[0])
}

var discordOps = map[string]string{
	"0": "dispatch", "1": "heartbeat", "2": "identify", "3": "presence update", "4": "voice state update", "6": "resume", "7": "reconnect",
	"8": "request guild members", "9": "invalid session", "10": "hello", "11": "heartbeat ack", "31": "request soundboard sounds",
}

func (discord) read(c *conversation, m *record.Message) bool {
	var f [4][]byte
	if !object(value(m.Data), f[:], "op", "d", "t", "s") || !isNumber(f[0]) {
		return false
	}
	op := text(f[0])
	if c.version == "" {
		c.version = short(c.target.value("v"))
	}
	u := unit{kind: cmp.Or(discordOps[op], "op "+op), gist: textOf(f[1])}
	if isNumber(f[3]) {
		u.id = text(f[3])
	}
	switch op {
	case "0":
		u.name = text(f[2])
		switch u.name {
		case "READY":
			u.part, u.key = answers, "session"
			var d [2][]byte
			object(f[1], d[:], "session_id", "v")
			c.session, c.version = text(d[0]), text(d[1])
		case "RESUMED":
			u.part, u.key = answers, "session"
		}
	case "1":
		if u.part = beats; c.from == server {
			u.part = says // it asks for one at once
		}
	case "2", "6":
		u.part, u.key, u.gist = asks, "session", ""
		var d [1][]byte
		if object(f[1], d[:], "session_id"); isString(d[0]) {
			c.session = text(d[0]) // it resumes one
		}
		c.credential("gateway token")
	case "9":
		u.part, u.key, u.err = fails, "session", "invalid session"
	case "11":
		u.part = returns
	}
	c.add(u)
	return true
}

// discordMidway knows dispatches, and a heartbeat's answer.
func discordMidway(g *glance) int {
	var f [4][]byte
	if !g.object(f[:], "op", "d", "t", "s") || !isNumber(f[0]) {
		return 0
	}
	switch {
	case g.from == server && string(f[0]) == "0" && isString(f[2]) && isNumber(f[3]):
		return certain
	case g.from == server && string(f[0]) == "11" || g.from == client && string(f[0]) == "1" && (isNumber(f[1]) || string(f[1]) == "null"):
		return 40
	}
	return 0
}
