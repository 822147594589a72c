package apps

import "wscope/analyzer/record"

// trpc reads tRPC's WebSocket link: queries, mutations and subscriptions by their path, and results by id.
//
// https://trpc.io/docs/rpc
type trpc struct{ stateless }

func openTRPC() dialect { return trpc{} }

// trpcSpot knows a request: {"id":1,"method":"query","params":{"path":"a.b",…}}.
func trpcSpot(b []byte, from side) bool {
	if from != client || !contains(b, `path"`) {
		return false
	}
	v := value(b)
	var first [1][]byte
	if array(v, first[:]) > 0 {
		v = first[0]
	}
	var f [3][]byte
	var p [1][]byte
	return object(v, f[:], "id", "method", "params") && (is(f[1], "query") || is(f[1], "mutation") || is(f[1], "subscription")) &&
		object(f[2], p[:], "path") && isString(p[0])
}

func (d trpc) read(c *conversation, m *record.Message) bool {
	v := value(m.Data)
	if len(v) == 0 || v[0] != '[' {
		return d.one(c, v)
	}
	for it, n := (elements{b: v}), 0; ; n++ {
		e := it.next()
		if e == nil {
			return n > 0
		}
		if !d.one(c, e) {
			return false
		}
	}
}

func (trpc) one(c *conversation, v []byte) bool {
	var f [6][]byte
	if !object(v, f[:], "id", "method", "params", "result", "error", "data") {
		return false
	}
	u := unit{id: text(f[0])}
	switch {
	case isString(f[1]) && c.from == client:
		var p [2][]byte
		object(f[2], p[:], "path", "input")
		u.kind, u.name, u.gist = text(f[1]), text(p[0]), textOf(p[1])
		switch u.kind {
		case "query", "mutation", "subscription":
			u.part = asks
		case "subscription.stop":
			u.part = drops
		case "connectionParams":
			if hasCredential(f[5]) {
				c.credential("tRPC connection parameters")
			}
		default:
			return false
		}
	case is(f[1], "reconnect"): // the server asks for a new connection
		u.kind = "reconnect"
	case f[4] != nil && string(f[4]) != "null":
		u.kind, u.part, u.err = "error", fails, rpcError(f[4])
	case f[3] != nil:
		var r [2][]byte
		object(f[3], r[:], "type", "data")
		u.kind, u.part, u.gist = "result", answers, textOf(r[1])
		if is(r[0], "started") || is(r[0], "stopped") {
			u.kind = text(r[0])
		}
	default:
		return false
	}
	c.add(u)
	return true
}

// trpcMidway knows results that name their type.
func trpcMidway(g *glance) int {
	var f [2][]byte
	var r [1][]byte
	if g.from == server && g.object(f[:], "id", "result") && f[0] != nil && object(f[1], r[:], "type") && (is(r[0], "data") || is(r[0], "started") || is(r[0], "stopped")) {
		return 70
	}
	return 0
}
