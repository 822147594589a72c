package tlsopen

import "wscope/assembly"

// hold is what a waiting stream has got since: bytes and gaps in their order, each with its
// packet. What was read of it is cut off in front.
type hold struct {
	data  []byte
	items []heldItem
	cost  int // counted against maxHeld and maxHeldAll
}

type heldItem struct {
	n    int // bytes of data
	mark assembly.Mark
	gap  bool
	lost int64 // gap
	why  assembly.Cause
}

// itemCost is what an item costs besides its bytes.
const itemCost = 64

// block makes the stream wait, for what only the other side or a key log can tell. It
// always returns false: the record at hand is not read.
func (t *stream) block(why reason) bool {
	t.blocked, t.c.waits = true, true
	t.await(why)
	t.seenProgress, t.seenKeys = t.c.progress, t.c.keys.Version()
	return false
}

// noKey is what to do without the secret of a record: wait for it, or give up.
func (t *stream) noKey(why reason, at *assembly.Mark) bool {
	if t.c.opts.Wait {
		return t.block(why)
	}
	t.fail(why, at)
	return true
}

// hold keeps bytes while the stream waits. b is copied.
func (t *stream) hold(b []byte, at *assembly.Mark) {
	if len(b) > 0 && t.reserve(len(b), at) {
		t.held.data = append(t.held.data, b...)
		t.held.items = append(t.held.items, heldItem{n: len(b), mark: *at})
	}
}

func (t *stream) holdGap(n int64, why assembly.Cause, at *assembly.Mark) {
	if t.reserve(0, at) {
		t.held.items = append(t.held.items, heldItem{gap: true, lost: n, why: why, mark: *at})
	}
}

// reserve takes room for n bytes; where there is none the stream has waited in vain.
func (t *stream) reserve(n int, at *assembly.Mark) bool {
	cost := n + itemCost
	if t.held.cost+cost > maxHeld || t.c.keys.held.Add(int64(cost)) > t.c.keys.mayHold {
		if t.held.cost+cost <= maxHeld {
			t.c.keys.held.Add(-int64(cost))
		}
		t.fail(t.awaited(), at)
		return false
	}
	t.held.cost += cost
	return true
}

// holdFirst keeps bytes that come before what is held already: b, of which the pieces, the
// first of them cut off at from, say the packets.
func (t *stream) holdFirst(b []byte, pieces []piece, from int) {
	behind := t.held
	t.held = hold{cost: behind.cost}
	for _, pc := range pieces {
		t.hold(b[:pc.end-from], &pc.mark)
		b, from = b[pc.end-from:], pc.end
	}
	if !t.dead {
		t.held.data = append(t.held.data, behind.data...)
		t.held.items = append(t.held.items, behind.items...)
	}
}

// release lets go of what is held.
func (t *stream) release() {
	t.c.keys.held.Add(-int64(t.held.cost))
	t.held = hold{}
}

// reread tries again what the stream waits at.
func (t *stream) reread() {
	t.blocked = false
	if t.part == nil {
		return
	}
	mark := *t.part.last()
	if t.loss.searching {
		t.scan(&mark)
	} else {
		t.readPart(&mark)
	}
}

// readHeld reads the first of what is held.
func (t *stream) readHeld() {
	h := &t.held
	it := h.items[0]
	h.items = h.items[1:]
	if it.gap {
		t.gap(it.lost, it.why, &it.mark)
	} else {
		b := h.data[:it.n]
		h.data = h.data[it.n:]
		if rest := t.take(b, &it.mark); t.blocked && len(rest) > 0 {
			t.holdFirst(rest, []piece{{len(rest), it.mark}}, 0)
		}
	}
	if len(t.held.items) == 0 {
		t.release()
	}
}

// hasKey is true where the stream's application data can be opened, as far as one can tell now.
func (t *stream) hasKey() bool {
	n := t.c.neg
	if !n.haveServer || !n.haveClient || n.unopened() != (reason{}) {
		return false
	}
	if n.version == tls13 {
		return t.opener13(epochApp) != nil || t.epoch == epochApp && t.op != nil
	}
	return n.suite.kind == nullCipher || n.findMaster(t.c.keys) != nil
}

// Retry reads on where secrets have come since, and reports whether no side waits any more. It
// is for a connection that Options.Park has parked.
func (c *conn) Retry(at *assembly.Mark) bool {
	c.retry(at)
	return !c.waiting()
}
