package quic

import (
	"slices"

	"wscope/assembly"
	"wscope/assembly/link"
)

// cid is a connection ID, of n bytes.
type cid struct {
	b [maxCID]byte
	n uint8
}

func makeCID(b []byte) (id cid) {
	id.n = uint8(copy(id.b[:], b))
	return id
}

// path is the addresses of both ends, from the client to the server.
type path struct {
	key link.Key
}

// issue notes a connection ID that a side has chosen: its peer sends to it.
func (c *Conn) issue(x Side, b []byte) {
	if len(b) > maxCID {
		return
	}
	st := &c.sides[x]
	id := makeCID(b)
	if slices.Contains(st.ids, id) {
		return
	}
	if len(st.ids) == maxIDs {
		c.asm.unnameID(st.ids[0], c)
		st.ids = append(st.ids[:0], st.ids[1:]...)
	}
	st.ids = append(st.ids, id)
	if id.n > 0 {
		c.asm.nameID(id, c, x)
	}
}

// token notes a stateless reset token: a packet that a side sends and that ends in it resets.
func (c *Conn) token(x Side, b []byte) {
	st := &c.sides[x]
	if len(st.tokens) == maxTokens {
		st.tokens = append(st.tokens[:0], st.tokens[1:]...)
	}
	st.tokens = append(st.tokens, [16]byte(b))
}

// idLen is the length of the connection ID in a short header that side x sends: of the one
// among its peer's that stands there, else of the latest.
func (c *Conn) idLen(x Side, b []byte) int {
	if x == assembly.A && c.used.n > 0 && c.used.isIn(b) {
		return int(c.used.n)
	}
	ids := c.sides[x.Other()].ids
	for i := len(ids) - 1; i >= 0; i-- {
		if ids[i].isIn(b) {
			if x == assembly.A {
				c.used = ids[i]
			}
			return int(ids[i].n)
		}
	}
	if len(ids) > 0 {
		return int(ids[len(ids)-1].n)
	}
	return 0
}

// isIn reports whether a short header has the connection ID.
func (id *cid) isIn(b []byte) bool {
	return len(b) > int(id.n) && string(b[1:1+int(id.n)]) == string(id.b[:id.n])
}

// Moved gives the paths that the connection came to, from the client to the server, in the order captured.
func (c *Conn) Moved() (list []link.Key) {
	for _, p := range c.paths[1:] {
		list = append(list, p.key)
	}
	return list
}

// moved notes that the connection has come to other addresses (RFC 9000 §9). fresh says that
// the packet has a connection ID that the client did not use before.
func (c *Conn) moved(key link.Key, fresh bool) {
	if len(c.paths) >= maxPaths {
		return
	}
	c.paths = append(c.paths, path{key})
	c.asm.namePath(key, c)
	if fresh {
		c.Migrations++
	} else {
		c.Rebinds++
	}
}
