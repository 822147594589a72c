package assembly

// open begins a hold for a stream that lacks bytes.
func (a *Assembler) open(c *Conn, x Side, now int64) *hold {
	h := a.pool.hold()
	h.c, h.side, h.since = c, x, now
	a.waiting.push(h)
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
		a.account(h, -p.cost())
		a.pool.put(p.data)
	}
	a.waiting.remove(h)
	a.pool.putHold(h)
}

// awaited says whether the peer acknowledged bytes that did not come yet. One number
// alone may as well be that of a FIN that the capture lacks.
func (st *side) awaited() bool {
	return st.started && st.heard && int32(st.acked-st.next) > 1
}

// settle ends the stream if it has come to its FIN, and the hold if nothing waits.
func (a *Assembler) settle(c *Conn, x Side) {
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

// due tells the hole of a stream when nothing is to be hoped for any more: the peer has
// the bytes, or nobody hears the peer and it is long ago.
func (a *Assembler) due(c *Conn, x Side, now int64, at *Mark) {
	st := &c.sides[x]
	h := st.hold
	packets := c.sides[A].packets + c.sides[B].packets
	switch {
	case c.Ignored:
		a.release(st)
	case st.heard && after(st.acked, st.next):
		if !h.proven || !after(h.proof, st.next) {
			h.proven, h.proof = true, st.acked
			h.proofTime, h.proofPackets = now, packets
			return
		}
		if now-h.proofTime < lossGrace && packets-h.proofPackets < lossPackets {
			return
		}
		for after(h.proof, st.next) && !c.Ignored && (!st.finned || st.next != st.fin) {
			a.skip(c, x, st.holeEnd(h.proof), Lost, now, at)
		}
		h.proven = false
		a.settle(c, x)
	case !st.heard && now-h.waitsSince() >= silentGrace:
		a.skip(c, x, st.holeEnd(st.next), Lost, now, at)
		a.settle(c, x)
	}
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
	a.drain(c, x, now)
}

// bound holds the limits on what waits: of this stream, and of all, where the oldest
// holes are given up first.
func (a *Assembler) bound(st *side, at *Mark) {
	for st.hold != nil && st.hold.cost > a.limits.ConnBuffer {
		a.giveUp(st.hold, at)
	}
	for a.held > a.limits.TotalBuffer && a.waiting.first != nil {
		a.giveUp(a.waiting.first, at)
	}
}

func (a *Assembler) giveUp(h *hold, at *Mark) {
	c, x := h.c, h.side
	st := &c.sides[x]
	a.skip(c, x, st.holeEnd(st.next), Limit, at.Time, at)
	if h.proven && len(h.waitingPieces()) == 0 {
		h.proven = false
	}
	a.settle(c, x)
}

// flush delivers all that waits, telling the holes before it.
func (a *Assembler) flush(c *Conn, x Side, now int64, at *Mark) {
	st := &c.sides[x]
	for st.hold != nil && !c.Ignored && (!st.finned || st.next != st.fin) {
		h := st.hold
		if len(h.waitingPieces()) == 0 && !st.finned && !st.awaited() {
			break
		}
		a.skip(c, x, st.holeEnd(st.next), Lost, now, at)
	}
	a.release(st)
}
