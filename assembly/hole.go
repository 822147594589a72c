package assembly

// open begins a hold for a stream that lacks bytes.
func (a *Assembler) open(c *Conn, x Side, now int64) *hold {
	h := a.pool.hold()
	h.c, h.side, h.since = c, x, now
	a.waiting.Push(h)
	c.sides[x].hold = h
	return h
}

// release ends a hold; what still waits in it is dropped.
func (a *Assembler) release(st *side) {
	h := st.hold
	if h == nil {
		return
	}
	st.hold = nil
	for i := range h.waitingPieces() {
		p := &h.waitingPieces()[i]
		if p.data != nil {
			st.anomaly().Dropped += int64(p.n)
		}
		a.account(h, -p.cost())
		a.pool.put(p.data)
	}
	a.waiting.Remove(h)
	a.pool.putHold(h)
}

// awaited reports whether the peer acknowledged bytes that did not come yet. One number
// alone may as well be that of a FIN that the capture lacks.
func (st *side) awaited() bool {
	return st.started && st.heard && int32(st.acked-st.next) > 1
}

// endIfComplete ends the stream if it has come to its FIN, and the hold if nothing waits.
func (a *Assembler) endIfComplete(c *Conn, x Side) {
	st := &c.sides[x]
	if st.finned && !st.ended && st.next == st.fin {
		a.end(c, x, FIN, &st.trouble.FINAt)
		return
	}
	h := st.hold
	if h != nil && (c.Ignored || len(h.waitingPieces()) == 0 && !st.finned && !st.awaited()) {
		a.release(st)
	}
}

// due gives up on what a stream waits for once it can no longer be expected: the peer has the
// missing bytes, or its acknowledgements are not in the capture, and they did not come for as long
// as packets of a capture can be out of order.
func (a *Assembler) due(c *Conn, x Side, now int64, at *Mark) {
	st := &c.sides[x]
	h := st.hold
	if c.Ignored {
		a.release(st)
		return
	}
	if w := h.waitingPieces(); len(w) > 0 && !after(w[0].seq, st.next) {
		wait := disorder
		if !w[0].waits {
			wait = cutWait
		}
		if now-w[0].at.Time >= wait {
			a.force(c, x, now)
		}
		return
	}
	switch {
	case st.heard && after(st.acked, st.next):
		if !h.proven || !after(h.proof, st.next) {
			h.proven, h.proof, h.proofTime = true, st.acked, now
			return
		}
		if now-h.proofTime < disorder {
			return
		}
		for after(h.proof, st.next) && st.hold == h && !c.Ignored && (!st.finned || st.next != st.fin) {
			if w := h.waitingPieces(); len(w) > 0 && !after(w[0].seq, st.next) {
				break
			}
			a.skip(c, x, st.holeEnd(h.proof), Lost, now, at)
		}
		h.proven = false
		a.endBothIfComplete(c)
	case !st.heard && now-h.waitsSince() >= disorder:
		a.skip(c, x, st.holeEnd(st.next), Lost, now, at)
		a.endBothIfComplete(c)
	}
}

// force delivers the first piece of a stream, which waits for something else than bytes before it.
func (a *Assembler) force(c *Conn, x Side, now int64) {
	h := c.sides[x].hold
	p := &h.waitingPieces()[0]
	if p.waits {
		p.waits = false
	} else {
		p.final = true
	}
	a.advance(c, now)
	a.endBothIfComplete(c)
}

func (a *Assembler) endBothIfComplete(c *Conn) {
	a.endIfComplete(c, A)
	a.endIfComplete(c, B)
}

// waitsSince is the capture time since which the first hole is known.
func (h *hold) waitsSince() int64 {
	if w := h.waitingPieces(); len(w) > 0 {
		return w[0].at.Time
	}
	return h.since
}

// holeEnd is where the first hole of the stream ends: at the next piece, else at the FIN,
// else where the peer has acknowledged to; and at proof at the latest, if that is after next.
func (st *side) holeEnd(proof uint32) uint32 {
	var end uint32
	if w := st.hold.waitingPieces(); len(w) > 0 {
		end = w[0].seq
	} else if st.finned {
		end = st.fin
	} else {
		end = st.acked
	}
	if st.finned && after(end, st.fin) {
		end = st.fin
	}
	if after(proof, st.next) && after(end, proof) {
		end = proof
	}
	return end
}

// skip tells the bytes up to number end as missing and goes on behind them.
func (a *Assembler) skip(c *Conn, x Side, end uint32, why Cause, now int64, at *Mark) {
	st := &c.sides[x]
	if after(end, st.next) {
		a.gap(c, x, int64(end-st.next), why, at)
	}
	a.advance(c, now)
}

// bound holds the limits on what waits: of this stream, and of all, where the oldest
// holes are given up first.
func (a *Assembler) bound(st *side, at *Mark) {
	for st.hold != nil && st.hold.cost > a.limits.ConnBuffer {
		a.giveUp(st.hold, at)
	}
	for a.waiting.First() != nil && a.held > a.limits.total() {
		a.giveUp(a.waiting.First(), at)
	}
}

func (a *Assembler) giveUp(h *hold, at *Mark) {
	c, x := h.c, h.side
	st := &c.sides[x]
	if w := h.waitingPieces(); len(w) > 0 && !after(w[0].seq, st.next) {
		a.force(c, x, at.Time)
		return
	}
	why := Limit
	if st.heard && after(st.acked, st.next) {
		why = Lost // as the peer has them: they were waited for only to be sure
	}
	a.skip(c, x, st.holeEnd(st.next), why, at.Time, at)
	if h.proven && len(h.waitingPieces()) == 0 {
		h.proven = false
	}
	a.endBothIfComplete(c)
}

// flush delivers all that waits, telling the holes before it.
func (a *Assembler) flush(c *Conn, x Side, now int64, at *Mark) {
	st := &c.sides[x]
	for st.hold != nil && !c.Ignored && (!st.finned || st.next != st.fin) {
		if !a.step(c, x, now, at) {
			break
		}
	}
	a.release(st)
}

// step takes a stream that waits past what it waits for; false where that is nothing.
func (a *Assembler) step(c *Conn, x Side, now int64, at *Mark) bool {
	st := &c.sides[x]
	switch w := st.hold.waitingPieces(); {
	case len(w) > 0 && !after(w[0].seq, st.next):
		a.drain(c, x, now, true)
	case len(w) == 0 && !st.awaited() && (!st.finned || st.doubtedFIN()):
		return false
	default:
		end := st.holeEnd(st.next)
		a.gap(c, x, int64(end-st.next), Lost, at)
		a.drain(c, x, now, true)
	}
	return true
}

// flushBoth delivers all that waits of both streams, each as far as the other allows.
func (a *Assembler) flushBoth(c *Conn, now int64, at *Mark) {
	a.flushing = true
	for !c.Ignored {
		a.advance(c, now)
		x := c.firstHole()
		if x > B || !a.step(c, x, now, at) {
			break
		}
	}
	a.flushing = false
	a.flush(c, A, now, at)
	a.flush(c, B, now, at)
}

// firstHole is the side whose stream waits for bytes of its own that are known to be missing: where
// both do, that whose waiting bytes were captured first. It is more than B where none does.
func (c *Conn) firstHole() Side {
	first, index := B+1, int64(0)
	for x := range c.sides {
		st := &c.sides[x]
		if !c.waitsForBytes(Side(x)) {
			continue
		}
		at := int64(1) << 62
		if w := st.hold.waitingPieces(); len(w) > 0 {
			at = w[0].at.Index
		}
		if first > B || at < index {
			first, index = Side(x), at
		}
	}
	return first
}

// waitsForBytes reports whether a stream waits for bytes of its own that are known to be missing.
func (c *Conn) waitsForBytes(x Side) bool {
	st := &c.sides[x]
	if st.hold == nil || st.finned && st.next == st.fin {
		return false
	}
	w := st.hold.waitingPieces()
	return len(w) > 0 && after(w[0].seq, st.next) || len(w) == 0 && (st.awaited() || st.finned && !st.doubtedFIN())
}
