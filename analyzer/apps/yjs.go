package apps

import (
	"strconv"

	"wscope/analyzer/record"
)

// yjs reads what Yjs documents are kept in step by: y-websocket's messages, and Hocuspocus', which have the document's name in
// front.
//
// https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md and https://tiptap.dev/docs/hocuspocus
//
// Step 1 of a sync tells what a side has; step 2 answers with what it lacks.
type yjs struct {
	stateless
	named bool // Hocuspocus
	known bool
}

func openYjs() dialect { return new(yjs) }

// varReader reads lib0's numbers, texts and byte arrays.
type varReader struct {
	b   []byte
	bad bool
}

func (r *varReader) uint() uint64 {
	n, size := mqttLength(r.b)
	if size <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *varReader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// yjsUnit is a message behind the document's name; ok is false where it does not end where it says.
func yjsUnit(r *varReader, hocuspocus bool) (u unit, sub uint64, ok bool) {
	kind := r.uint()
	sub = 99
	switch kind {
	case 0, 4:
		sub = r.uint()
		names := [...]string{"step 1", "step 2", "update"}
		if sub > 2 {
			return u, sub, false
		}
		u.kind, u.name = "sync", names[sub]
		if kind == 4 {
			u.kind = "sync reply"
		}
		u.gist = bytesOf(len(r.bytes()))
	case 1:
		u.kind, u.gist = "awareness", bytesOf(len(r.bytes()))
	case 2:
		u.kind, sub = "auth", 100+r.uint()
		switch sub {
		case 100:
			if hocuspocus {
				u.name = "token"
				r.bytes()
				if len(r.b) > 0 {
					r.bytes() // the provider's version
				}
			} else {
				u.name, u.err = "permission denied", gist(r.bytes())
			}
		case 101:
			u.name, u.err = "permission denied", gist(r.bytes())
		case 102:
			u.name, u.gist = "authenticated", gist(r.bytes())
		default:
			return u, sub, false
		}
	case 3:
		u.kind = "query awareness"
	case 5, 6:
		u.kind, u.gist = "stateless", payloadGist(r.bytes())
	case 7:
		u.kind, u.gist = "close", gist(r.bytes())
	case 8:
		u.kind, u.gist = "sync status", strconv.FormatUint(r.uint(), 10)
	case 9:
		u.kind, u.part = "ping", beats
	case 10:
		u.kind, u.part = "pong", returns
	default:
		return u, sub, false
	}
	return u, sub, !r.bad && len(r.b) == 0 && (kind <= 3 || hocuspocus)
}

func (d *yjs) read(c *conversation, m *record.Message) bool {
	if m.Type != "binary" {
		return false
	}
	for _, named := range [...]bool{d.named, !d.named} {
		r := &varReader{b: m.Data}
		name := ""
		if named {
			b := r.bytes()
			if r.bad || len(b) == 0 || !printable(b) {
				continue
			}
			name = short(b)
		}
		u, sub, ok := yjsUnit(r, named)
		if !ok {
			if d.known {
				return false
			}
			continue
		}
		d.named, d.known = named, true
		if u.topic = name; named {
			c.version = "hocuspocus"
		}
		switch {
		case sub == 0 && u.kind == "sync":
			u.part, u.key, u.op = asks, "sync "+name, "sync"
		case sub == 1:
			u.part, u.key = answers, "sync "+name
		case sub == 100 && named && c.from == client:
			u.part, u.key, u.op = asks, "auth "+name, "auth"
			c.credential("Hocuspocus token")
		case sub == 101 && c.from == server:
			u.part, u.key = fails, "auth "+name
		case sub == 102 && c.from == server:
			u.part, u.key = answers, "auth "+name
		}
		c.add(u)
		return true
	}
	return false
}

// yjsMidway weighs a message whose lengths agree.
func yjsMidway(g *glance) int {
	if !g.binary || len(g.b) < 3 {
		return 0
	}
	r := &varReader{b: g.b}
	if u, sub, ok := yjsUnit(r, false); ok {
		return yjsWeight(&u, sub, len(g.b))
	}
	r = &varReader{b: g.b}
	if name := r.bytes(); r.bad || len(name) < 2 || !printable(name) {
		return 0
	}
	if u, sub, ok := yjsUnit(r, true); ok {
		return 20 + yjsWeight(&u, sub, len(g.b))
	}
	return 0
}

func yjsWeight(u *unit, sub uint64, size int) int {
	switch {
	case (u.kind == "sync" || u.kind == "sync reply") && sub <= 1:
		return 60
	case u.kind == "sync" && size > 8:
		return 60
	case u.kind == "awareness" && size > 6:
		return 50
	case u.kind == "auth" && size > 6:
		return 40
	}
	return 15
}
