package tlsopen

import "wscope/assembly"

// hold is what a waiting stream has got since: bytes and gaps in their order, each with its packet.
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
func (t *stream) block(why string) bool {
	t.blocked, t.why = true, why
	t.seenProgress, t.seenKeys = t.c.progress, t.c.keys.Version()
	return false
}

// noKey is what to do without the secret of a record: wait for it, or give up.
func (t *stream) noKey(why string, at *assembly.Mark) bool {
	if t.c.opts.Wait {
		return t.block(why)
	}
	t.fail(why, at)
	return true
}

// hold keeps bytes while the stream waits. b is copied.
func (t *stream) hold(b []byte, at *assembly.Mark) {
	if t.reserve(len(b), at) {
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
	if t.held.cost+cost > maxHeld || t.c.keys.held.Add(int64(cost)) > maxHeldAll {
		if t.held.cost+cost <= maxHeld {
			t.c.keys.held.Add(-int64(cost))
		}
		t.fail(t.why, at)
		return false
	}
	t.held.cost += cost
	return true
}

// release lets go of what is held.
func (t *stream) release() {
	t.c.keys.held.Add(-int64(t.held.cost))
	t.held = hold{}
}

// unblock tries again what the stream waited at, and if that can be read now, all that came since.
func (t *stream) unblock(at *assembly.Mark) {
	t.blocked = false
	switch p := t.part; {
	case p == nil:
	case t.loss.searching:
		mark := *p.last()
		t.scan(&mark)
	default:
		mark := *p.last()
		t.readPart(&mark)
	}
	if t.blocked || t.dead {
		return
	}
	h := t.held
	t.release()
	for _, it := range h.items {
		if it.gap {
			t.gap(it.lost, it.why, &it.mark)
			continue
		}
		t.take(h.data[:it.n], &it.mark)
		h.data = h.data[it.n:]
	}
	t.tellEnd()
}

// hasKey is true where the stream's application data can be opened, as far as one can tell now.
func (t *stream) hasKey() bool {
	n := t.c.neg
	if !n.haveServer || !n.haveClient || n.unopened() != "" {
		return false
	}
	if n.version == tls13 {
		return t.opener13(epochApp) != nil || t.epoch == epochApp && t.op != nil
	}
	return n.findMaster(t.c.keys) != nil
}
