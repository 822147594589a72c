package apps

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// wamp reads WAMP 2 (https://wamp-proto.org/wamp_latest_ietf.html): arrays that begin with
// their type, in JSON, MessagePack or CBOR, as the subprotocol's name says.
type wamp struct {
	stateless
	asked []running // requests that make a subscription or a registration, by their key
	live  []running // subscriptions and registrations, by type and id
}

func openWAMP() dialect { return new(wamp) }

// wampTypes names the message types and says how their arrays go on, §6.5: r the request
// id, o options or details, n the name (a topic or procedure), i an id, e an error, a the arguments.
var wampTypes = map[string]struct{ name, parts string }{
	"1": {"HELLO", "no"}, "2": {"WELCOME", "io"}, "3": {"ABORT", "oe"}, "4": {"CHALLENGE", "no"}, "5": {"AUTHENTICATE", "-o"},
	"6": {"GOODBYE", "on"}, "8": {"ERROR", "troea"},
	"16": {"PUBLISH", "rona"}, "17": {"PUBLISHED", "ri"}, "32": {"SUBSCRIBE", "ron"}, "33": {"SUBSCRIBED", "ri"},
	"34": {"UNSUBSCRIBE", "ri"}, "35": {"UNSUBSCRIBED", "r"}, "36": {"EVENT", "i-oa"},
	"48": {"CALL", "rona"}, "49": {"CANCEL", "ro"}, "50": {"RESULT", "roa"}, "64": {"REGISTER", "ron"}, "65": {"REGISTERED", "ri"},
	"66": {"UNREGISTER", "ri"}, "67": {"UNREGISTERED", "r"}, "68": {"INVOCATION", "rioa"}, "69": {"INTERRUPT", "ro"}, "70": {"YIELD", "roa"},
}

// wampAnswers is the type of the request that a type answers.
var wampAnswers = map[string]string{
	"2": "1", "17": "16", "33": "32", "35": "34", "50": "48", "65": "64", "67": "66", "70": "68",
}

func (d *wamp) read(c *conversation, m *record.Message) bool {
	_, encoding, _ := strings.Cut(strings.TrimPrefix(c.target.subprotocol, "wamp."), ".")
	if c.version == "" {
		c.version = short(c.target.subprotocol)
	}
	if encoding == "" && m.Type == "binary" && len(m.Data) > 0 && m.Data[0] < 0x90 {
		encoding = "cbor" // an array of CBOR
	}
	packed := strings.HasPrefix(encoding, "msgpack") || strings.HasPrefix(encoding, "cbor") || encoding == "" && m.Type == "binary"
	if strings.HasSuffix(encoding, ".batched") || encoding == "" {
		if ok, batch := d.batch(c, m, packed, packingOf(encoding)); batch {
			return ok
		}
	}
	if packed {
		return d.one(c, packedValue(m.Data, packingOf(encoding)))
	}
	return d.one(c, value(m.Data))
}

// batch reads several messages in one: in JSON each ends in 0x1e, packed each has its length in four bytes in front.
func (d *wamp) batch(c *conversation, m *record.Message, packed bool, p packing) (ok, batch bool) {
	b := m.Data
	if !packed {
		if len(b) == 0 || b[len(b)-1] != wampSeparator {
			return false, false
		}
		for part := range bytes.SplitSeq(b[:len(b)-1], []byte{wampSeparator}) {
			if !d.one(c, value(part)) {
				return false, true
			}
		}
		return true, true
	}
	if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
		return false, false
	}
	for len(b) > 0 {
		if len(b) < 4 {
			return false, true
		}
		n := uint64(binary.BigEndian.Uint32(b))
		if n > uint64(len(b)-4) || !d.one(c, packedValue(b[4:4+n], p)) {
			return false, true
		}
		b = b[4+n:]
	}
	return true, true
}

// wampSeparator ends a message of a batch in JSON, §5.3.2 of the advanced profile's transports.
const wampSeparator = 0x1e

// one reads one message.
func (d *wamp) one(c *conversation, v []byte) bool {
	var f [8][]byte
	n := array(v, f[:])
	if n < 2 || !isNumber(f[0]) {
		return false
	}
	kind := string(f[0])
	t, ok := wampTypes[kind]
	if !ok {
		return false
	}
	u := unit{kind: t.name}
	var request, id, options, about string
	for i := range min(len(t.parts), n-1, len(f)-1) {
		v := f[i+1]
		switch t.parts[i] {
		case 't':
			about = text(v)
		case 'r':
			request, u.id = text(v), text(v)
		case 'o':
			options = string(v[:min(len(v), 8*maxText)])
		case 'n':
			u.name = text(v)
		case 'i':
			id = text(v)
		case 'e':
			u.err = text(v)
		case 'a':
			u.gist = textOf(v)
		}
	}
	if kind == "5" && len(f[1]) > 2 {
		c.credential("WAMP AUTHENTICATE signature")
	}
	d.join(c, &u, kind, request, id, options, about)
	c.add(u)
	return true
}

// join says what the message asks or answers, and names what goes by an id.
func (d *wamp) join(c *conversation, u *unit, kind, request, id, options, about string) {
	u.key = kind + " " + request
	switch kind {
	case "1", "34", "48", "66":
		u.part = asks
	case "32", "64":
		u.part = asks
		d.asked = note(d.asked, running{u.key, u.name})
	case "16": // answered only where that is asked for
		if strings.Contains(options, `"acknowledge":true`) {
			u.part = asks
		}
	case "36":
		u.topic = named(d.live, "32 "+id)
	case "68":
		u.part, u.name = asks, named(d.live, "64 "+id)
	case "2", "17", "33", "35", "50", "65", "67", "70":
		u.part, u.key = answers, wampAnswers[kind]+" "+request
		if kind == "2" {
			c.session, u.id = id, id
		}
		if kind == "33" || kind == "65" {
			d.live = note(d.live, running{wampAnswers[kind] + " " + id, named(d.asked, u.key)})
		}
	case "3":
		u.part, u.key = fails, "1 "
	case "8":
		u.part, u.key = fails, about+" "+request
	}
	u.op = ""
	if u.part == asks && u.name != "" && kind != "48" && kind != "68" {
		u.op = u.kind
	}
}

// note adds to a list of maxOperations at most; the oldest goes.
func note(list []running, r running) []running {
	if len(list) == maxOperations {
		list = slices.Delete(list, 0, 1)
	}
	return append(list, r)
}

// named is the name of the latest of an id; "" where there is none.
func named(list []running, id string) string {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].id == id {
			return list[i].name
		}
	}
	return ""
}

// packingOf is the packing that a subprotocol's last part names.
func packingOf(name string) packing {
	if strings.HasPrefix(name, "cbor") {
		return cborPacking
	}
	return msgPacking
}

// wampMidway knows arrays whose type, length and members agree as the types say.
func wampMidway(g *glance) int {
	v := g.json
	if g.binary && len(g.b) > 3 && g.b[0]&0xf0 == 0x90 {
		v = packedValue(g.b, msgPacking)
	} else if g.binary && len(g.b) > 3 && g.b[0]&0xf0 == 0x80 {
		v = packedValue(g.b, cborPacking)
	}
	var f [8][]byte
	n := array(v, f[:])
	if n < 2 || n > 7 {
		return 0
	}
	t, ok := wampTypes[string(f[0])]
	if !ok {
		return 0
	}
	named := false
	for i := range min(len(t.parts), n-1) {
		e := f[i+1]
		switch t.parts[i] {
		case 'r', 'i', 't':
			if !isNumber(e) {
				return 0
			}
		case 'o':
			if !isObject(e) {
				return 0
			}
		case 'n', 'e':
			if !isString(e) {
				return 0
			}
			named = named || bytes.IndexByte(e, '.') > 0
		case 'a':
			if len(e) == 0 || e[0] != '[' {
				return 0
			}
		}
	}
	switch {
	case named && n >= 4:
		return certain
	case n >= 3 && strings.Contains(t.parts, "o"):
		return 50
	case n == 3:
		return 20
	}
	return 0
}
