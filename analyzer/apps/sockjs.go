package apps

import (
	"strings"

	"wscope/analyzer/record"
)

// sockJS reads the framing of SockJS (https://sockjs.github.io/sockjs-protocol/): the
// server's o, h, a[…] and c[…], and the client's arrays of strings. What the strings hold is
// read as if it were a WebSocket's.
type sockJS struct {
	inner conversation
}

func openSockJS() dialect {
	return &sockJS{inner: conversation{seeker: seeker{left: trials}}}
}

// sockjsPath knows /<prefix>/<server, 3 digits>/<session>/websocket.
func sockjsPath(r *request) bool {
	parts := strings.Split(r.path, "/")
	if len(parts) < 4 || len(parts) > 32 || parts[len(parts)-1] != "websocket" {
		return false
	}
	name := parts[len(parts)-3]
	return len(name) == 3 && strings.Trim(name, "0123456789") == ""
}

func (d *sockJS) lost(from side) { d.inner.Lost(sideNames[from]) }

func (d *sockJS) read(c *conversation, m *record.Message) bool {
	b := m.Data
	if m.Type != "text" || len(b) == 0 {
		return false
	}
	if c.from == client {
		return d.messages(c, m, value(b))
	}
	switch b[0] {
	case 'o':
		c.session = sockjsSession(c.target.path)
		c.add(unit{kind: "open"})
	case 'h':
		c.add(unit{kind: "heartbeat", part: shows})
	case 'c':
		v := value(b[1:])
		if array(v, nil) != 2 {
			return false
		}
		c.add(unit{kind: "close", gist: textOf(v)})
		return true
	case 'a':
		return d.messages(c, m, value(b[1:]))
	default:
		return false
	}
	return len(b) == 1
}

func sockjsSession(path string) string {
	parts := strings.Split(path, "/")
	return short(parts[max(len(parts)-2, 0)])
}

// messages reads an array of strings, or from a client a lone one.
func (d *sockJS) messages(c *conversation, m *record.Message, v []byte) bool {
	if isString(v) && c.from == client {
		d.message(c, m, v)
		return true
	}
	if array(v, nil) < 0 {
		return false
	}
	for it := (elements{b: v}); ; {
		e := it.next()
		if e == nil {
			return true
		}
		if !isString(e) {
			return false
		}
		d.message(c, m, e)
	}
}

// message reads one string by the dialect inside, where it has one.
func (d *sockJS) message(c *conversation, m *record.Message, v []byte) {
	inside := *m
	inside.Data = unquoted(v)
	in := &d.inner
	in.from, in.in, in.outer, in.trying, in.scratch, in.terse = c.from, &inside, c, c.trying, c.scratch, c.terse
	if !in.read(&inside) {
		in.units = in.units[:0]
		c.add(unit{kind: "message", gist: textOf(v)})
		return
	}
	in.messages++ // so that the seeker knows that it is understood
	c.protocol, c.version = "sockjs/"+in.protocol, in.version
	in.commit()
	in.outer, in.in = nil, nil
}

// complete adds what the dialect inside knows when the flow is over.
func (d *sockJS) complete(s *record.AppSummary) {
	if d, ok := d.inner.dialect.(completer); ok {
		d.complete(s)
	}
}

// sockjsMidway knows the server's frames: a["…"], and o and h, which alone say little.
func sockjsMidway(g *glance) int {
	b := g.b
	if g.binary || g.from != server || len(b) == 0 {
		return 0
	}
	switch {
	case len(b) > 3 && b[0] == 'a' && b[1] == '[' && b[2] == '"' && value(b[1:]) != nil:
		return certain
	case len(b) > 8 && b[0] == 'c' && b[1] == '[' && array(value(b[1:]), nil) == 2:
		return 60
	case string(b) == "o" || string(b) == "h":
		return 30
	}
	return 0
}
