package assembly

import (
	"bytes"
	"sort"
	"wscope/assembly/list"
)

// hold is what waits behind a hole in a stream. A stream has one while bytes of it are
// known to be missing: because later ones came, the peer acknowledged them, or a FIN
// stands behind them.
type hold struct {
	c      *Conn
	side   Side
	pieces []piece // by sequence number, not overlapping, all after the stream's next
	first  int     // pieces before this one are delivered
	cost   int     // what the pieces count against the buffer limits
	since  int64   // capture time at which the hold began
	stall  int64   // capture time since which bytes wait; valid with stalled

	proof     uint32 // the peer acknowledged all before this number; valid with proven
	proofTime int64
	stalled   bool
	proven    bool

	links list.Links[hold] // in Assembler.waiting
}

// Links is for package list.
func (h *hold) Links() *list.Links[hold] { return &h.links }

// piece is some bytes, or some bytes that the capture cut off a packet.
type piece struct {
	seq, n uint32
	data   []byte // nil where cut, else n bytes
	at     Mark
	ack    uint32 // its sender had its peer's bytes before this number; valid with acks
	acks   bool
	waits  bool // they were not all here when it came
	final  bool // cut, and no whole copy is waited for any more
}

func (p *piece) cost() int { return max(cap(p.data), pieceCost) }

// waiting gives the pieces not delivered yet.
func (h *hold) waitingPieces() []piece { return h.pieces[h.first:] }

// find gives the index of the first piece that ends after seq.
func (h *hold) find(seq uint32) int {
	w := h.waitingPieces()
	if n := len(w); n == 0 || !after(w[n-1].seq+w[n-1].n, seq) {
		return len(h.pieces)
	}
	return h.first + sort.Search(len(w), func(i int) bool { return after(w[i].seq+w[i].n, seq) })
}

// span takes a piece of a stream, data or the knowledge that the capture cut them. What continues
// the stream is delivered; the rest is kept. Where two copies overlap the first captured wins, but
// bytes win over the knowledge that they were cut. It reports whether any of the piece was new.
func (a *Assembler) span(c *Conn, x Side, p piece, at *Mark) bool {
	st := &c.sides[x]
	if st.finned && after(p.seq+p.n, st.fin) && !a.unfinish(c, x) {
		end := st.fin
		if !after(end, p.seq) {
			end = p.seq
		}
		if p.data != nil {
			st.anomaly().Behind += int64(p.n - (end - p.seq))
		}
		p.limit(end - p.seq)
	}
	if st.hold != nil && p.data != nil {
		st.compare(p.seq, p.data, at)
	}
	if after(st.next, p.seq) {
		m := min(p.n, st.next-p.seq)
		if p.data != nil {
			st.anomaly().Repeated += int64(m)
		}
		p.skip(m)
	}
	if p.n == 0 {
		return false
	}
	if st.hold == nil && p.seq == st.next && !p.waits && (p.data != nil || !c.mayRepeat(at.Time)) {
		if p.data != nil {
			a.deliver(c, x, p.data, at)
		} else {
			a.gap(c, x, int64(p.n), Cut, at)
		}
		return true
	}
	return a.keep(c, x, p)
}

// skip takes the first n bytes off a piece.
func (p *piece) skip(n uint32) {
	p.seq, p.n = p.seq+n, p.n-n
	if p.data != nil {
		p.data = p.data[n:]
	}
}

// limit ends a piece after n bytes.
func (p *piece) limit(n uint32) {
	p.n = n
	if p.data != nil {
		p.data = p.data[:n]
	}
}

// keep copies those bytes of a piece that no waiting piece has yet.
func (a *Assembler) keep(c *Conn, x Side, p piece) bool {
	st := &c.sides[x]
	h := st.hold
	if h == nil {
		h = a.open(c, x, p.at.Time)
	}
	if len(h.pieces) == cap(h.pieces) && h.first > len(h.pieces)/2 {
		h.pieces = h.pieces[:copy(h.pieces, h.waitingPieces())]
		h.first = 0
	}
	fresh := false
	for i := h.find(p.seq); p.n > 0; i++ {
		m := p.n
		if i < len(h.pieces) {
			q := &h.pieces[i]
			if !after(q.seq, p.seq) {
				over := min(q.seq+q.n-p.seq, p.n)
				if q.data == nil && p.data != nil {
					i = a.fill(h, i, p.seq, p.data[:over], p.at)
					fresh = true
				} else if p.data != nil {
					st.anomaly().Repeated += int64(over)
				}
				p.skip(over)
				continue
			}
			m = min(p.n, q.seq-p.seq)
		}
		q := p
		if q.limit(m); q.data != nil {
			q.data = a.pool.copy(q.data)
		}
		h.insert(i, q)
		a.account(h, q.cost())
		p.skip(m)
		fresh = true
	}
	if w := h.waitingPieces(); !h.stalled && len(w) > 0 && after(w[0].seq, st.next) {
		h.stalled, h.stall = true, p.at.Time
	}
	return fresh
}

// fill puts bytes into a piece, with index i, that the capture had cut: another copy of the packet
// has them. It returns the index of the piece that has them now.
func (a *Assembler) fill(h *hold, i int, seq uint32, data []byte, at Mark) int {
	if p := h.pieces[i]; p.seq != seq {
		left := p
		left.limit(seq - p.seq)
		h.insert(i, left)
		a.account(h, left.cost())
		i++
		h.pieces[i].skip(seq - p.seq)
	}
	if p := h.pieces[i]; p.n > uint32(len(data)) {
		right := p
		right.skip(uint32(len(data)))
		h.insert(i+1, right)
		a.account(h, right.cost())
	}
	p := &h.pieces[i]
	a.account(h, -p.cost())
	p.n, p.data, p.at = uint32(len(data)), a.pool.copy(data), at
	a.account(h, p.cost())
	return i
}

func (h *hold) insert(i int, p piece) {
	h.pieces = append(h.pieces, piece{})
	copy(h.pieces[i+1:], h.pieces[i:])
	h.pieces[i] = p
}

// compare counts the bytes that differ from a waiting copy of them.
func (st *side) compare(seq uint32, data []byte, at *Mark) {
	h := st.hold
	end := seq + uint32(len(data))
	for _, p := range h.pieces[h.find(seq):] {
		if !after(end, p.seq) {
			return
		}
		if p.data == nil {
			continue
		}
		old, new := p.data, data
		if d := int32(p.seq - seq); d >= 0 {
			new = new[d:]
		} else {
			old = old[-d:]
		}
		if m := min(len(old), len(new)); !bytes.Equal(old[:m], new[:m]) {
			st.conflict(differing(old, new), p.at.Time, at)
		}
	}
}

// drain delivers the waiting pieces that the stream has come to, and reports whether there were
// any. all delivers those too that wait for something else than bytes before them.
func (a *Assembler) drain(c *Conn, x Side, now int64, all bool) (some bool) {
	st := &c.sides[x]
	h := st.hold
	if h == nil {
		return false
	}
	for len(h.waitingPieces()) > 0 && !c.Ignored {
		p := &h.pieces[h.first]
		if after(p.seq, st.next) || st.finned && st.next == st.fin || !all && a.early(c, x, p, now) {
			return some
		}
		h.first++
		some = true
		if h.stalled {
			h.stalled = false
			t := st.anomaly()
			t.LastStall = [2]int64{h.stall, now}
			t.StallTime += max(0, now-h.stall)
		}
		if st.next != p.seq {
			if p.data != nil {
				st.anomaly().Repeated += int64(min(p.n, st.next-p.seq))
			}
		}
		from, to := st.next-p.seq, p.n
		if st.finned && after(p.seq+to, st.fin) {
			to = st.fin - p.seq
			if p.data != nil {
				st.anomaly().Behind += int64(p.n - to)
			}
		}
		if from < to {
			if p.data != nil {
				c.inHand(x, p.ack, p.acks, &p.at)
				a.deliver(c, x, p.data[from:to], &p.at)
			} else {
				a.gap(c, x, int64(to-from), Cut, &p.at)
			}
		}
		a.account(h, -p.cost())
		a.pool.put(p.data)
		p.data, p.n = nil, 0
		if w := h.waitingPieces(); !h.stalled && len(w) > 0 && after(w[0].seq, st.next) {
			h.stalled, h.stall = true, w[0].at.Time
		}
	}
	return some
}

// early reports whether a piece of side x has to wait though the stream has come to it: its sender
// had bytes of its peer that the capture shows later, or the capture cut it and may have another
// copy that is whole.
func (a *Assembler) early(c *Conn, x Side, p *piece, now int64) bool {
	if p.waits && c.sides[x.Other()].lacks(p.ack) {
		return true
	}
	return p.data == nil && !p.final && !a.flushing && now-p.at.Time < cutWait && c.mayRepeat(now)
}

// lacks reports whether bytes before the number ack, which the peer has acknowledged, are not here
// yet. One number alone may as well be that of a FIN that the capture lacks.
func (st *side) lacks(ack uint32) bool {
	return st.started && !st.ended && int32(ack-st.next) > 1 && !st.far(ack)
}

// mayRepeat reports whether the capture may show packets of the connection a second time: it has
// done so, or the connection is too young to tell.
func (c *Conn) mayRepeat(now int64) bool {
	for i := range c.sides {
		if t := c.sides[i].trouble; t != nil && t.Duplicates > 0 {
			return true
		}
	}
	return now-c.Start.Time < cutWait
}

// advance delivers what of both streams can be, each as far as the other allows.
func (a *Assembler) advance(c *Conn, now int64) {
	for !c.Ignored {
		if a.drain(c, A, now, false) || a.drain(c, B, now, false) {
			continue
		}
		// Each may wait for the other, where acknowledgements are forged: the first captured goes.
		p, q := c.blocked(A), c.blocked(B)
		if p == nil || q == nil {
			return
		}
		if p.at.Index > q.at.Index {
			p = q
		}
		p.waits = false
	}
}

// blocked is the piece of a stream that waits for bytes of the other stream alone, nil where there is none.
func (c *Conn) blocked(x Side) *piece {
	st := &c.sides[x]
	if st.hold == nil || st.finned && st.next == st.fin {
		return nil
	}
	w := st.hold.waitingPieces()
	if len(w) == 0 || after(w[0].seq, st.next) || !w[0].waits || !c.sides[x.Other()].lacks(w[0].ack) {
		return nil
	}
	return &w[0]
}

// account keeps the sums of what waits.
func (a *Assembler) account(h *hold, cost int) {
	h.cost += cost
	a.held += cost
	a.Stats.HeldAtMost = max(a.Stats.HeldAtMost, int64(a.held))
}
