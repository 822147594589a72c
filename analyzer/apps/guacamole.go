package apps

import (
	"strconv"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// guacamole reads Apache Guacamole's protocol: instructions whose elements have their length in characters in front,
// 4.sync,8.12345678;. A message holds whole ones.
//
// https://guacamole.apache.org/doc/gug/guacamole-protocol.html
//
// The server's sync is answered by the client's of the same time.
type guacamole struct{ stateless }

func openGuacamole() dialect { return guacamole{} }

// guacamoleInstruction cuts an instruction off; nil where b does not begin with one. Beyond the first elements, which are given, it
// is only measured.
func guacamoleInstruction(b []byte) (elements []string, rest []byte) {
	for {
		i := 0
		for i < len(b) && i < 9 && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(string(b[:i]))
		if err != nil || i >= len(b) || b[i] != '.' {
			return nil, nil
		}
		b = b[i+1:]
		end := 0
		for range n {
			if end >= len(b) {
				return nil, nil
			}
			_, size := utf8.DecodeRune(b[end:])
			end += size
		}
		if end >= len(b) {
			return nil, nil
		}
		if len(elements) < 6 {
			elements = append(elements, short(b[:end]))
		}
		last := b[end]
		b = b[end+1:]
		switch last {
		case ';':
			return elements, b
		case ',':
		default:
			return nil, nil
		}
	}
}

func (guacamole) read(c *conversation, m *record.Message) bool {
	b := m.Data
	if m.Type != "text" || len(b) == 0 {
		return false
	}
	for len(b) > 0 {
		e, rest := guacamoleInstruction(b)
		if e == nil {
			return false
		}
		b = rest
		part := func(i int) string {
			if i < len(e) {
				return e[i]
			}
			return ""
		}
		u := unit{kind: "instruction", name: e[0], gist: join(e[1:]...)}
		switch e[0] {
		case "": // the tunnel's own
			u.name = "tunnel"
			if part(1) == "ping" {
				u.kind, u.name, u.id, u.key = "ping", "", part(2), "ping "+part(2)
				if u.part, u.beat, u.op = asks, true, "ping"; c.waits(c.from.other(), u.key) {
					u.part, u.beat = answers, false
				}
			} else if len(e) == 2 {
				c.session = part(1)
			}
		case "sync":
			u.id, u.key = part(1), "sync "+part(1)
			if u.part = asks; c.from == client {
				u.part = answers
			}
		case "nop":
			u.part = shows
		case "error":
			u.err = join(part(1), part(2))
		case "ready":
			c.session = part(1)
		case "select", "connect", "args", "key", "mouse", "size", "blob", "clipboard":
			if e[0] == "connect" && len(e) > 2 {
				u.gist = "" // its arguments may be a password
			}
		}
		c.add(u)
	}
	return true
}

func guacamoleMidway(g *glance) int {
	if g.binary || len(g.b) < 6 || g.b[0] < '0' || g.b[0] > '9' || g.b[len(g.b)-1] != ';' {
		return 0
	}
	e, rest := guacamoleInstruction(g.b)
	for n := 0; e != nil && len(rest) > 0 && n < 4; n++ {
		e, rest = guacamoleInstruction(rest)
	}
	if e == nil {
		return 0
	}
	return certain
}
