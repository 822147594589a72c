package apps

import (
	"github.com/tinylib/msgp/msgp"

	"wscope/analyzer"
)

// msgPack reads MessagePack of no known dialect: a message is one map whose keys are
// texts, or one array. A lone number says nothing.
type msgPack struct{ stateless }

func openMsgPack() dialect { return msgPack{} }

func (msgPack) read(c *conversation, m *analyzer.Message) bool {
	if m.Type != "binary" || len(m.Data) < 3 {
		return false
	}
	b := m.Data
	kind := msgp.NextType(b)
	if kind != msgp.MapType && kind != msgp.ArrayType {
		return false
	}
	if rest, err := msgp.Skip(b); err != nil || len(rest) > 0 {
		return false
	}
	u := unit{kind: "array", gist: packedJSON(b)}
	if kind == msgp.MapType {
		n, rest, err := msgp.ReadMapHeaderBytes(b)
		if err != nil || n == 0 {
			return false
		}
		u.kind = "map"
		for range n {
			if msgp.NextType(rest) != msgp.StrType {
				return false
			}
			var key []byte
			if key, rest, err = msgp.ReadStringZC(rest); err != nil {
				return false
			}
			val := rest
			if rest, err = msgp.Skip(rest); err != nil {
				return false
			}
			telling(&u, key, packedText(val))
		}
	} else if n, _, err := msgp.ReadArrayHeaderBytes(b); err != nil || n < 2 {
		return false
	}
	c.add(u)
	return true
}

// telling takes a member that may tell kinds of messages apart, the surest winning.
func telling(u *unit, key []byte, text string) {
	if text == "" {
		return
	}
	for i, name := range discriminators[:fieldID] {
		if string(key) == name {
			if u.name == "" || i < rank(u.kind) {
				u.kind, u.name = name, text
			}
			return
		}
	}
}

// rank is a discriminator's place; one past all for what is none.
func rank(kind string) int {
	for i, name := range discriminators[:fieldID] {
		if name == kind {
			return i
		}
	}
	return fieldID
}
