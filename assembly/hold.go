package assembly

import (
	"bytes"
	"sort"
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

	proof        uint32 // the peer acknowledged all before this number; valid with proven
	proofTime    int64
	proofPackets int64
	stalled      bool
	proven       bool

	prev, next *hold // neighbours in Assembler.waiting
}

// piece is some bytes, or some bytes that the capture cut off a packet.
type piece struct {
	seq, n uint32
	data   []byte // nil where cut, else n bytes
	at     Mark
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

// span takes bytes [seq, seq+n) of a stream, or the knowledge that the capture cut them
// (data nil). What continues the stream is delivered together with what then follows;
// the rest is kept. Where two copies overlap the first captured wins: against pieces
// that still wait the copies are compared, of delivered bytes nothing is left to compare.
// It says whether any of the bytes was new.
func (a *Assembler) span(c *Conn, x Side, seq uint32, data []byte, n uint32, at *Mark) bool {
	st := &c.sides[x]
	if st.hold != nil && data != nil {
		st.compare(seq, data, at)
	}
	if st.finned && after(seq+n, st.fin) {
		if !after(st.fin, seq) {
			return false // behind the stream's end
		}
		n = st.fin - seq
	}
	fresh := false
	for n > 0 && !c.Ignored {
		m := uint32(0)
		if after(st.next, seq) {
			m = min(n, st.next-seq)
		} else if seq == st.next {
			m = n
			if h := st.hold; h != nil && len(h.waitingPieces()) > 0 {
				m = min(n, h.waitingPieces()[0].seq-seq)
			}
			if data != nil {
				a.deliver(c, x, data[:m], at)
			} else {
				a.gap(c, x, int64(m), Cut, at)
			}
			fresh = true
			a.drain(c, x, at.Time)
		} else {
			return a.keep(c, x, seq, data, n, at) || fresh
		}
		seq, n = seq+m, n-m
		if data != nil {
			data = data[m:]
		}
	}
	return fresh
}

// keep copies those of the bytes that no waiting piece has yet.
func (a *Assembler) keep(c *Conn, x Side, seq uint32, data []byte, n uint32, at *Mark) bool {
	h := c.sides[x].hold
	if h == nil {
		h = a.open(c, x, at.Time)
	}
	if len(h.pieces) == cap(h.pieces) && h.first > len(h.pieces)/2 {
		h.pieces = h.pieces[:copy(h.pieces, h.waitingPieces())]
		h.first = 0
	}
	fresh := false
	for i := h.find(seq); n > 0; i++ {
		m := n
		if i < len(h.pieces) {
			p := &h.pieces[i]
			if over := p.seq + p.n - seq; !after(p.seq, seq) {
				over = min(over, n)
				seq, n = seq+over, n-over
				if data != nil {
					data = data[over:]
				}
				continue
			}
			m = min(n, p.seq-seq)
		}
		p := piece{seq: seq, n: m, at: *at}
		if data != nil {
			p.data = a.pool.copy(data[:m])
			data = data[m:]
		}
		h.insert(i, p)
		a.account(h, p.cost())
		seq, n = seq+m, n-m
		fresh = true
	}
	if !h.stalled {
		h.stalled, h.stall = true, at.Time
	}
	return fresh
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
		m := min(len(old), len(new))
		if bytes.Equal(old[:m], new[:m]) {
			continue
		}
		t := st.rare()
		if t.Conflicts == 0 {
			t.FirstConflict = *at
		}
		for i := range m {
			if old[i] != new[i] {
				t.Conflicts++
			}
		}
	}
}

// drain delivers the waiting pieces that the stream has come to.
func (a *Assembler) drain(c *Conn, x Side, now int64) {
	st := &c.sides[x]
	h := st.hold
	if h == nil {
		return
	}
	for len(h.waitingPieces()) > 0 && !c.Ignored {
		p := &h.pieces[h.first]
		if after(p.seq, st.next) || st.finned && st.next == st.fin {
			return
		}
		h.first++
		if h.stalled {
			st.rare().LastStall = [2]int64{h.stall, now}
		}
		from, to := st.next-p.seq, p.n
		if st.finned && after(p.seq+to, st.fin) {
			to = st.fin - p.seq
		}
		if from < to {
			if p.data != nil {
				a.deliver(c, x, p.data[from:to], &p.at)
			} else {
				a.gap(c, x, int64(to-from), Cut, &p.at)
			}
		}
		a.account(h, -p.cost())
		a.pool.put(p.data)
		p.data = nil
	}
	if h.stalled && !c.Ignored {
		h.stalled = false
		st.rare().StallTime += max(0, now-h.stall)
	}
}

// account keeps the sums of what waits.
func (a *Assembler) account(h *hold, cost int) {
	h.cost += cost
	a.held += cost
	a.Stats.HeldAtMost = max(a.Stats.HeldAtMost, int64(a.held))
}
