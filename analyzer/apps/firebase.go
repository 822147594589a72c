package apps

import (
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// firebase reads the wire protocol of Firebase's Realtime Database: objects of a layer t, control or data, and within it
// requests with a number r that comes back. A message comes in parts behind a text that is
// their number; one in a single part most servers send without.
//
// https://github.com/firebase/firebase-js-sdk/tree/main/packages/database/src
type firebase struct {
	left [2]int // parts to come
	held [2][]byte
	long [2]bool // more than is held
}

func openFirebase() dialect { return new(firebase) }

// firebasePath knows /.ws?v=5&ns=….
func firebasePath(r *request) bool {
	return strings.HasSuffix(r.path, "/.ws") && r.value("v") != ""
}

func (d *firebase) lost(from side) { d.left[from], d.held[from], d.long[from] = 0, nil, false }

// firebaseActions names the actions of requests and of what the server pushes.
var firebaseActions = map[string]string{
	"q": "listen", "n": "unlisten", "p": "put", "m": "merge", "g": "get", "s": "stats", "auth": "auth", "gauth": "gauth", "unauth": "unauth", "appcheck": "appcheck", "unappeck": "unappcheck",
	"o": "onDisconnect put", "om": "onDisconnect merge", "oc": "onDisconnect cancel",
	"server:d": "data", "server:m": "merge", "server:c": "listen revoked", "server:ac": "auth revoked", "server:apc": "appcheck revoked", "server:sd": "security debug",
}

func (d *firebase) read(c *conversation, m *record.Message) bool {
	b := m.Data
	if d.left[c.from] > 0 {
		d.left[c.from]--
		if d.long[c.from] = d.long[c.from] || len(d.held[c.from])+len(b) > maxHeld; !d.long[c.from] {
			d.held[c.from] = append(d.held[c.from], b...)
		}
		if d.left[c.from] > 0 {
			return true
		}
		b = d.held[c.from]
		long := d.long[c.from]
		d.lost(c.from)
		if long {
			c.add(unit{kind: "data", gist: "in parts"})
			return true
		}
		return d.message(c, value(b))
	}
	if len(b) <= 6 {
		if n, err := strconv.Atoi(string(b)); err == nil {
			if n == 0 {
				c.add(unit{kind: "keep-alive", part: shows})
				return true
			}
			if n > 0 && n < 1<<16 { // some servers say so of one part, too
				d.left[c.from] = n
				return true
			}
		}
	}
	return d.message(c, value(b))
}

func (d *firebase) message(c *conversation, v []byte) bool {
	var f [2][]byte
	if !object(v, f[:], "t", "d") || !isObject(f[1]) {
		return false
	}
	if c.version == "" {
		c.version = short(c.target.value("v"))
	}
	if is(f[0], "c") {
		var g [2][]byte
		object(f[1], g[:], "t", "d")
		var h [1][]byte
		if object(g[1], h[:], "s"); is(g[0], "h") && isString(h[0]) {
			c.session = text(h[0])
		}
		names := map[string]string{"h": "handshake", "n": "end transmission", "s": "shutdown", "r": "reset", "e": "error", "o": "pong", "p": "ping"}
		u := unit{kind: "control", name: names[text(g[0])], gist: textOf(g[1])}
		switch u.name {
		case "ping":
			u.part = beats
		case "pong":
			u.part = returns
		case "error":
			u.err = textOf(g[1])
		}
		c.add(u)
		return true
	}
	if !is(f[0], "d") {
		return false
	}
	var g [4][]byte
	object(f[1], g[:], "r", "a", "b", "error")
	var body [3][]byte
	object(g[2], body[:], "p", "s", "cred")
	u := unit{topic: text(body[0]), id: text(g[0]), gist: textOf(g[2])}
	switch {
	case g[0] != nil && g[1] != nil && c.from == client:
		u.kind, u.name, u.part = "request", firebaseName(g[1], ""), asks
		if body[2] != nil {
			c.credential("Firebase auth token")
			u.gist = ""
		}
	case g[0] != nil && c.from == server:
		u.kind, u.part = "response", answers
		if s := text(body[1]); s != "ok" && s != "" {
			u.part, u.err = fails, s
		}
	case g[1] != nil:
		u.kind, u.name = "push", firebaseName(g[1], "server:")
	default:
		return false
	}
	c.add(u)
	return true
}

func firebaseName(v []byte, prefix string) string {
	if name := firebaseActions[prefix+text(v)]; name != "" {
		return name
	}
	return text(v)
}

// firebaseMidway knows requests and their responses.
func firebaseMidway(g *glance) int {
	var f [2][]byte
	if !g.object(f[:], "t", "d") || !isObject(f[1]) || !is(f[0], "d") && !is(f[0], "c") {
		return 0
	}
	var d [4][]byte
	object(f[1], d[:], "r", "a", "b", "t")
	switch {
	case is(f[0], "d") && isNumber(d[0]) && isObject(d[2]), is(f[0], "d") && isString(d[1]) && isObject(d[2]):
		return 70
	case is(f[0], "c") && is(d[3], "h") && g.from == server:
		return certain
	}
	return 0
}
