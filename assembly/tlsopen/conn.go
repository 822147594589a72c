package tlsopen

import (
	"encoding/hex"

	"wscope/assembly"
)

// conn is one TLS connection: the two sides' streams and what they know of each other.
type conn struct {
	inner assembly.Handler
	tcp   *assembly.Conn
	keys  *Keys
	neg   *negotiation // the latest handshake
	// progress grows with all that a waiting side may wait for.
	progress uint64
	client   assembly.Side
	waits    bool // a side may be waiting
	told     bool // Encrypted was called

	sides [2]stream
	info  Info
	opts  Options
	watch Watcher // nil once the connection is opened
}

func newConn(tcp *assembly.Conn, client assembly.Side, inner assembly.Handler, o Options) *conn {
	c := &conn{tcp: tcp, inner: inner, opts: o, watch: o.Watch, keys: o.Keys, client: client, neg: &negotiation{}}
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
	t := &c.sides[s]
	if rest := t.take(b, at); t.blocked {
		t.hold(rest, at)
	}
	c.retry(at)
	if c.watch != nil && c.watches() {
		c.watch.Data(s, b, at)
	}
}

// watches reports whether the connection is still watched: not once it is opened.
func (c *conn) watches() bool {
	if c.info.Decrypted {
		c.watch.Opened()
		c.watch = nil
	}
	return c.watch != nil
}

// SetHandler makes h what the opened bytes go to, in place of the inner handler that calls it, from
// the next call on: one that has handed over for good need not stand between.
func (c *conn) SetHandler(h assembly.Handler) { c.inner = h }

// Gap implements assembly.Handler.
func (c *conn) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if t := &c.sides[s]; t.blocked {
		t.holdGap(n, why, at)
	} else {
		t.gap(n, why, at)
	}
	c.retry(at)
	if c.watch != nil && c.watches() {
		c.watch.Gap(s, n, why, at)
	}
}

// End implements assembly.Handler.
func (c *conn) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	t := &c.sides[s]
	last := c.other(t).ended
	if c.watch != nil && c.watches() {
		c.watch.End(s, why, at)
	}
	if last && c.waiting() && c.opts.Park != nil && c.opts.Park(s, why, at) {
		return
	}
	t.ended, t.endWhy, t.endAt = true, why, *at
	c.progress++
	c.retry(at)
	if last {
		// Nothing more comes: what still waits has waited in vain.
		for _, side := range [2]assembly.Side{c.client.Other(), c.client} {
			if w := &c.sides[side]; w.blocked {
				w.fail(w.awaited(), at)
				c.progress++
				c.retry(at)
			}
		}
		c.conclude(at)
	}
	c.sides[0].tellEnd()
	c.sides[1].tellEnd()
	if last && c.opts.Ended != nil {
		c.opts.Ended(at)
	}
}

func (c *conn) waiting() bool { return c.sides[0].blocked || c.sides[1].blocked }

// retry lets sides go on that wait, where something has changed since. What they held is
// read in the order of the capture, as far as that can be.
func (c *conn) retry(at *assembly.Mark) {
	if !c.waits {
		return
	}
	for again := true; again; {
		again = false
		for s := range c.sides {
			t := &c.sides[s]
			if t.blocked && (t.seenProgress != c.progress || t.seenKeys != c.keys.Version()) {
				t.reread()
				again = true
			}
		}
		if t := c.earliestHeld(); t != nil {
			t.readHeld()
			again = true
		}
	}
	c.waits = c.waiting()
	c.sides[0].tellEnd()
	c.sides[1].tellEnd()
}

// earliestHeld is the side that can go on with what it held, the earlier one of two.
func (c *conn) earliestHeld() (first *stream) {
	for s := range c.sides {
		t := &c.sides[s]
		if t.blocked || len(t.held.items) == 0 {
			continue
		}
		if first == nil || t.held.items[0].mark.Index < first.held.items[0].mark.Index {
			first = t
		}
	}
	return first
}

// other is the opposite stream.
func (c *conn) other(t *stream) *stream { return &c.sides[t.side.Other()] }

// encrypted gives the connection up: none of it can be opened.
func (c *conn) encrypted(why reason, at *assembly.Mark) {
	if c.told {
		return
	}
	c.told = true
	c.info.Why, c.info.WhyKind = why.text, whyKinds[why.kind]
	c.tcp.Ignored = c.watch == nil
	for s := range c.sides {
		c.sides[s].die()
	}
	if c.opts.Encrypted != nil {
		c.opts.Encrypted(at)
	}
}

// conclude says at the end what was not certain before: a server's records were let go
// for want of a secret, while its client never spoke again; or what there was failed to
// authenticate, and was too little to be sure that the secrets are wrong.
func (c *conn) conclude(at *assembly.Mark) {
	for s := range c.sides {
		if t := &c.sides[s]; t.starved > 0 {
			t.fail(t.awaited(), at)
		}
	}
	if !c.info.Decrypted && c.sides[0].failed+c.sides[1].failed > 0 {
		c.encrypted(c.misfit(c.neg), at)
	}
}

// missing names a secret that is not in the key log.
func (c *conn) missing(l label, n *negotiation) reason {
	return reason{secretMissing, "no " + l.String() + " for client random " + hex.EncodeToString(n.clientRandom[:])}
}

// misfit names secrets that are in the key log and open nothing.
func (c *conn) misfit(n *negotiation) reason {
	return reason{secretWrong, "the secrets for client random " + hex.EncodeToString(n.clientRandom[:]) + " do not open its records"}
}
