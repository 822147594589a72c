package tlsopen

import (
	"encoding/hex"

	"wscope/assembly"
)

// conn is one TLS connection: the two sides' streams and what they know of each other.
type conn struct {
	tcp    *assembly.Conn
	inner  assembly.Handler
	opts   Options
	keys   *Keys
	info   Info
	client assembly.Side
	sides  [2]stream

	neg      *negotiation // the latest handshake
	progress uint64       // grows with all that a waiting side may wait for
	told     bool         // Encrypted was called
}

func newConn(tcp *assembly.Conn, client assembly.Side, inner assembly.Handler, o Options) *conn {
	c := &conn{tcp: tcp, inner: inner, opts: o, keys: o.Keys, client: client, neg: &negotiation{}}
	if c.keys == nil {
		c.keys = NewKeys()
	}
	for s := range c.sides {
		c.sides[s] = stream{c: c, side: assembly.Side(s), client: assembly.Side(s) == client, budget: searchBudget}
	}
	return c
}

// Data implements assembly.Handler.
func (c *conn) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	c.sides[s].take(b, at)
	c.retry(at)
}

// Gap implements assembly.Handler.
func (c *conn) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	c.sides[s].gap(n, why, at)
	c.retry(at)
}

// End implements assembly.Handler.
func (c *conn) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	t := &c.sides[s]
	t.ended, t.endWhy, t.endAt = true, why, *at
	c.progress++
	c.retry(at)
	if c.sides[0].ended && c.sides[1].ended {
		// Nothing more comes: what still waits has waited in vain.
		for _, side := range [2]assembly.Side{c.client.Other(), c.client} {
			if w := &c.sides[side]; w.blocked {
				w.fail(w.why, at)
				c.progress++
				c.retry(at)
			}
		}
		c.starved(at)
	}
	c.sides[0].tellEnd()
	c.sides[1].tellEnd()
}

// retry lets sides go on that wait, where something has changed since.
func (c *conn) retry(at *assembly.Mark) {
	for again := c.sides[0].blocked || c.sides[1].blocked; again; {
		again = false
		for s := range c.sides {
			t := &c.sides[s]
			if t.blocked && (t.seenProgress != c.progress || t.seenKeys != c.keys.Version()) {
				t.unblock(at)
				again = true
			}
		}
	}
}

// other is the opposite stream.
func (c *conn) other(t *stream) *stream { return &c.sides[t.side.Other()] }

// encrypted gives the connection up: none of it can be opened.
func (c *conn) encrypted(why string, at *assembly.Mark) {
	if c.told {
		return
	}
	c.told = true
	c.info.Why = why
	c.tcp.Ignored = true
	for s := range c.sides {
		c.sides[s].die()
	}
	if c.opts.Encrypted != nil {
		c.opts.Encrypted(at)
	}
}

// starved is asked at the end: a server whose records were let go for want of a secret,
// while a client that never spoke again kept it open whether that was certain.
func (c *conn) starved(at *assembly.Mark) {
	for s := range c.sides {
		if t := &c.sides[s]; t.starved > 0 && !t.dead {
			t.fail(t.why, at)
		}
	}
}

// missing names a secret that is not in the key log.
func (c *conn) missing(l label, n *negotiation) string {
	return "no " + l.String() + " for client random " + hex.EncodeToString(n.clientRandom[:])
}

// misfit names secrets that are in the key log and open nothing.
func (c *conn) misfit(n *negotiation) string {
	return "the secrets for client random " + hex.EncodeToString(n.clientRandom[:]) + " do not open its records"
}

const whyNoHandshake = "handshake not captured"
