package apps

import (
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// signalR2 reads ASP.NET SignalR 1 and 2, the one before ASP.NET Core's: invocations {"H":hub,"M":method,"A":[…],"I":n}, their
// results {"R":…,"I":n}, and the server's messages {"C":cursor,"M":[…]}; {} is the server's keep-alive.
type signalR2 struct{ stateless }

func openSignalR2() dialect { return signalR2{} }

func signalR2Path(r *request) bool {
	return strings.HasSuffix(r.path, "/connect") && r.value("clientProtocol") != "" || strings.HasSuffix(r.path, "/reconnect") && r.value("connectionToken") != ""
}

func (signalR2) read(c *conversation, m *record.Message) bool {
	v := value(m.Data)
	if c.version == "" {
		c.version = short(c.target.value("clientProtocol"))
	}
	var f [9][]byte
	if !object(v, f[:], "H", "M", "A", "I", "R", "E", "C", "S", "P") {
		return false
	}
	switch {
	case string(v) == "{}" && c.from == server:
		c.add(unit{kind: "keep-alive", part: shows})
	case c.from == client && isString(f[1]) && f[0] != nil:
		u := unit{kind: "invocation", name: text(f[1]), topic: text(f[0]), id: text(f[3]), gist: textOf(f[2])}
		if f[3] != nil {
			u.part = asks
		}
		c.add(u)
	case c.from == server && f[3] != nil && f[6] == nil:
		u := unit{kind: "result", id: text(f[3]), part: answers, gist: textOf(f[4])}
		if f[5] != nil {
			u.part, u.err = fails, textOf(f[5])
		}
		if f[8] != nil {
			u.kind, u.part = "progress", says
		}
		c.add(u)
	case c.from == server && f[6] != nil:
		return signalR2Messages(c, f[1], f[7] != nil)
	default:
		return false
	}
	return true
}

// signalR2Messages reads the messages of a batch.
func signalR2Messages(c *conversation, list []byte, initial bool) bool {
	n := 0
	for it := (elements{b: list}); ; n++ {
		e := it.next()
		if e == nil {
			break
		}
		var f [3][]byte
		if object(e, f[:], "H", "M", "A") {
			c.add(unit{kind: "client invocation", name: text(f[1]), topic: text(f[0]), gist: textOf(f[2])})
		} else {
			c.add(unit{kind: "message", gist: textOf(e)})
		}
	}
	if n == 0 {
		u := unit{kind: "empty"}
		if initial {
			u.kind = "initialized"
		}
		c.add(u)
	}
	return true
}

func signalR2Midway(g *glance) int {
	var f [6][]byte
	if !g.object(f[:], "H", "M", "A", "I", "C", "R") {
		return 0
	}
	switch {
	case g.from == client && isString(f[0]) && isString(f[1]) && array(f[2], nil) >= 0:
		return certain
	case g.from == server && isString(f[4]) && array(f[1], nil) >= 0:
		return 80
	case g.from == server && f[3] != nil && isString(f[3]):
		if _, err := strconv.Atoi(string(raw(f[3]))); err == nil {
			return 40
		}
	case string(g.json) == "{}" && g.from == server:
		return 5
	}
	return 0
}
