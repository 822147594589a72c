package apps

import "wscope/analyzer/record"

// ddp reads Meteor's Distributed Data Protocol: objects that their msg tells apart.
//
// https://github.com/meteor/meteor/blob/devel/packages/ddp/DDP.md
type ddp struct{ stateless }

func openDDP() dialect { return ddp{} }

// ddpSpot knows the client's connect.
func ddpSpot(b []byte, from side) bool {
	var f [3][]byte
	return from == client && contains(b, `support"`) && object(value(b), f[:], "msg", "version", "support") && is(f[0], "connect") && isString(f[1]) && array(f[2], nil) >= 0
}

func (ddp) read(c *conversation, m *record.Message) bool {
	v := value(m.Data)
	var f [12][]byte
	if !object(v, f[:], "msg", "id", "method", "params", "name", "result", "error", "subs", "collection", "fields", "session", "methods") {
		return false
	}
	if !isString(f[0]) {
		if var1 := [1][]byte{}; object(v, var1[:], "server_id") && var1[0] != nil { // what old clients are told first
			c.add(unit{kind: "server_id"})
			return true
		}
		return false
	}
	u := unit{kind: text(f[0]), id: text(f[1]), topic: text(f[8])}
	switch u.kind {
	case "connect":
		u.part, u.key = asks, "connect"
	case "connected":
		u.part, u.key, c.session = answers, "connect", text(f[10])
	case "failed":
		u.part, u.key, u.err = fails, "connect", "unsupported version"
	case "ping":
		u.part = beats
	case "pong":
		u.part = returns
	case "method":
		u.name, u.part, u.key, u.gist = text(f[2]), asks, "method "+u.id, textOf(f[3])
		if u.name == "login" {
			c.credential("DDP login")
			u.gist = ""
		}
	case "result":
		u.part, u.key, u.gist = answers, "method "+u.id, textOf(f[5])
		if f[6] != nil {
			var e [3][]byte
			object(f[6], e[:], "error", "reason", "message")
			u.part, u.err = fails, join(text(e[0]), textOf(e[1]))
		}
	case "sub":
		u.name, u.part, u.key, u.op = text(f[4]), asks, "sub "+u.id, "sub "+text(f[4])
	case "ready":
		return ddpReady(c, f[7])
	case "nosub":
		u.part, u.key = answers, "sub "+u.id
		if f[6] != nil {
			u.part, u.err = fails, complaint(f[6])
		}
	case "unsub", "updated":
		if u.kind == "updated" {
			u.gist = textOf(f[11])
		}
	case "added", "changed", "removed", "addedBefore", "movedBefore":
		u.gist = textOf(f[9])
	case "error":
		u.err = complaint(v)
	default:
		return false
	}
	c.add(u)
	return true
}

// ddpReady is ready for one subscription or several.
func ddpReady(c *conversation, subs []byte) bool {
	if array(subs, nil) < 0 {
		return false
	}
	for it := (elements{b: subs}); ; {
		e := it.next()
		if e == nil {
			return true
		}
		c.add(unit{kind: "ready", id: text(e), part: answers, key: "sub " + text(e)})
	}
}

// ddpMidway knows changes of a collection, methods and their results.
func ddpMidway(g *glance) int {
	var f [6][]byte
	if !g.object(f[:], "msg", "collection", "id", "method", "params", "methods") || !isString(f[0]) {
		return 0
	}
	switch kind := text(f[0]); {
	case (kind == "added" || kind == "changed" || kind == "removed") && isString(f[1]) && isString(f[2]) && g.from == server:
		return certain
	case kind == "method" && isString(f[2]) && isString(f[3]) && g.from == client, kind == "updated" && array(f[5], nil) > 0:
		return certain
	case kind == "result" && isString(f[2]) && g.from == server:
		return 50
	case kind == "ping" || kind == "pong":
		return 20
	}
	return 0
}
