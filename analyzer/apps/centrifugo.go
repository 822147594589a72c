package apps

import (
	"bytes"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"wscope/analyzer/record"
)

// centrifugo reads the protocol of Centrifugo and of the centrifuge library: commands and replies tied by an id, and pushes. In JSON
// each is a line; in Protocol Buffers each has its length in front. An empty one is a ping, and the answer to one.
//
// https://centrifugal.dev/docs/transports/client_protocol
type centrifugo struct{ stateless }

func openCentrifugo() dialect { return centrifugo{} }

func centrifugoPath(r *request) bool { return r.path == "/connection/websocket" }

type centrifugoMethod struct {
	name           string
	command, reply protowire.Number
}

// centrifugoMethods are the members of a command and of its reply, with their field numbers in both.
var centrifugoMethods = []centrifugoMethod{
	{"connect", 4, 5}, {"subscribe", 5, 6}, {"unsubscribe", 6, 7}, {"publish", 7, 8}, {"presence", 8, 9}, {"presence_stats", 9, 10},
	{"history", 10, 11}, {"ping", 11, 12}, {"rpc", 13, 13}, {"refresh", 14, 14}, {"sub_refresh", 15, 15}, {"send", 12, 0},
}

// centrifugoPushes are the members of a push, with their field numbers.
var centrifugoPushes = []struct {
	name  string
	field protowire.Number
}{
	{"pub", 4}, {"join", 5}, {"leave", 6}, {"unsubscribe", 7}, {"message", 8}, {"subscribe", 9}, {"connect", 10}, {"disconnect", 11}, {"refresh", 12},
}

func (d centrifugo) read(c *conversation, m *record.Message) bool {
	if m.Type == "binary" {
		c.version = "protobuf"
		return d.packed(c, m.Data)
	}
	c.version = "json"
	any := false
	for line := range bytes.SplitSeq(m.Data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if any = true; !d.line(c, value(line)) {
			return false
		}
	}
	return any
}

// beat is the unit of an empty command or reply.
func (centrifugo) beat(c *conversation) {
	if c.from == server {
		c.add(unit{kind: "ping", part: beats})
	} else {
		c.add(unit{kind: "pong", part: returns})
	}
}

func (d centrifugo) line(c *conversation, v []byte) bool {
	if !isObject(v) {
		return false
	}
	if string(v) == "{}" {
		d.beat(c)
		return true
	}
	said := centrifugoUnit{}
	for it := (members{b: v}); ; {
		name, val := it.next()
		if name == nil {
			break
		}
		switch name := string(raw(name)); name {
		case "id":
			said.id = text(val)
		case "error":
			var f [2][]byte
			object(val, f[:], "code", "message")
			said.err = join(text(f[0]), textOf(f[1]))
		case "push":
			said.push = true
			for it := (members{b: val}); ; {
				name, val := it.next()
				if name == nil {
					break
				}
				if is(name, "channel") {
					said.topic = text(val)
				} else {
					said.method, said.gist = text(name), textOf(val)
				}
			}
		default:
			if !slices.ContainsFunc(centrifugoMethods[:], func(m centrifugoMethod) bool { return m.name == name }) {
				return false
			}
			said.method = name
			var f [4][]byte
			object(val, f[:], "channel", "method", "token", "data")
			said.topic, said.rpc, said.secret = text(f[0]), text(f[1]), f[2] != nil
			if said.gist = textOf(val); said.secret {
				said.gist = ""
			}
		}
	}
	return said.add(c)
}

// centrifugoUnit is a command, reply or push of either encoding.
type centrifugoUnit struct {
	id, method, rpc, topic, err, gist string
	push, secret                      bool
}

func (s *centrifugoUnit) add(c *conversation) bool {
	u := unit{kind: s.method, name: s.rpc, id: s.id, topic: s.topic, err: s.err, gist: s.gist}
	if s.secret && c.from == client {
		c.credential("Centrifugo token")
	}
	switch {
	case s.push:
		u.kind, u.name = "push", s.method
	case c.from == client:
		if u.kind == "" {
			return false
		}
		u.op = join(s.method, s.rpc)
		if s.id != "" {
			u.part = asks
		}
	default:
		if u.part = answers; s.err != "" {
			u.part = fails
		}
		u.kind, u.name = "reply", s.method
		if s.id == "" {
			return false
		}
	}
	c.add(u)
	return true
}

func (d centrifugo) packed(c *conversation, b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for len(b) > 0 {
		n, size := protowire.ConsumeVarint(b)
		if size < 0 || n > uint64(len(b)-size) {
			return false
		}
		one := b[size : uint64(size)+n]
		b = b[uint64(size)+n:]
		if n == 0 {
			d.beat(c)
			continue
		}
		said, ok := centrifugoFields(one, c.from)
		if !ok || !said.add(c) {
			return false
		}
	}
	return true
}

// protoEach calls do for a message's fields, with what a field of bytes holds; false where b is none.
func protoEach(b []byte, do func(n protowire.Number, number uint64, bytes []byte)) bool {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return false
		}
		b = b[size:]
		if size = protowire.ConsumeFieldValue(n, kind, b); size < 0 {
			return false
		}
		switch kind {
		case protowire.VarintType:
			v, _ := protowire.ConsumeVarint(b)
			do(n, v, nil)
		case protowire.BytesType:
			v, _ := protowire.ConsumeBytes(b)
			do(n, 0, v)
		default:
			do(n, 0, nil)
		}
		b = b[size:]
	}
	return true
}

func centrifugoFields(b []byte, from side) (said centrifugoUnit, ok bool) {
	known := true
	ok = protoEach(b, func(n protowire.Number, number uint64, body []byte) {
		switch {
		case n == 1:
			said.id = strconv.FormatUint(number, 10)
		case from == server && n == 2:
			code := uint64(0)
			message := ""
			protoEach(body, func(n protowire.Number, number uint64, b []byte) {
				if n == 1 {
					code = number
				} else if n == 2 {
					message = gist(b)
				}
			})
			said.err = join(strconv.FormatUint(code, 10), message)
		case from == server && n == 4:
			said.push = true
			protoEach(body, func(n protowire.Number, _ uint64, b []byte) {
				if n == 2 {
					said.topic = short(b)
				}
				for _, p := range centrifugoPushes {
					if p.field == n {
						said.method, said.gist = p.name, bytesOf(len(b))
					}
				}
			})
		default:
			found := false
			for _, m := range centrifugoMethods {
				if from == client && m.command == n || from == server && m.reply == n {
					found, said.method, said.gist = true, m.name, bytesOf(len(body))
				}
			}
			known = known && found
			protoEach(body, func(n protowire.Number, _ uint64, b []byte) {
				switch {
				case from == server:
				case said.method == "rpc" && n == 2:
					said.rpc = short(b)
				case said.method == "connect" && n == 1 && len(b) > 0:
					said.secret = true
				case n == 1 && said.method != "connect" && said.method != "rpc" && said.method != "send" && said.method != "refresh":
					said.topic = short(b)
				}
			})
		}
	})
	return said, ok && known
}

// centrifugoMidway knows commands, replies and pushes by their members.
func centrifugoMidway(g *glance) int {
	if g.binary {
		return centrifugoPackedMidway(g)
	}
	line, _, _ := bytes.Cut(g.b, []byte("\n"))
	v := g.json
	if v == nil {
		v = value(line)
	}
	if !isObject(v) {
		return 0
	}
	if string(v) == "{}" {
		return 10
	}
	var f [6][]byte
	object(v, f[:], "id", "push", "connect", "subscribe", "rpc", "publish")
	var inside [2][]byte
	switch {
	case g.from == server && object(f[1], inside[:], "channel", "pub") && isString(inside[0]) && f[0] == nil:
		return certain
	case isNumber(f[0]) && isObject(f[2]):
		return certain
	case isNumber(f[0]) && (isObject(f[3]) || isObject(f[4]) || isObject(f[5])):
		return 50
	}
	return 0
}

// centrifugoPackedMidway knows lengths that come out even, and behind each what has the fields of a command, a reply or a push and no other.
func centrifugoPackedMidway(g *glance) (w int) {
	for b := g.b; len(b) > 0; {
		n, size := protowire.ConsumeVarint(b)
		if size < 0 || n > uint64(len(b)-size) {
			return 0
		}
		one := b[size : uint64(size)+n]
		b = b[uint64(size)+n:]
		if n == 0 { // a ping, which comes alone
			if len(g.b) > 1 {
				return 0
			}
			return 2
		}
		said, ok := centrifugoFields(one, g.from)
		switch {
		case !ok:
			return 0
		case said.push && said.method != "" && said.topic != "" && printable([]byte(said.topic)):
			w += 50
		case !said.push && said.id != "" && (said.method != "" || said.err != "" && g.from == server):
			w += 30
		default:
			return 0
		}
	}
	return min(w, certain)
}
