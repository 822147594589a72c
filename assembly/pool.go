package assembly

import "math/bits"

// pool keeps buffers and holds for their next use. Buffers come in powers of two.
type pool struct {
	free  [classes][][]byte
	holds []*hold
}

const (
	smallest = 8  // 256 bytes
	classes  = 9  // up to 64 KiB, what one packet may have without jumbograms
	kept     = 64 // buffers kept of each class, and holds
)

// copy gives a copy of b in a pooled buffer.
func (p *pool) copy(b []byte) []byte {
	i := max(0, bits.Len(uint(len(b)-1))-smallest)
	if i >= classes {
		return append([]byte(nil), b...)
	}
	var buf []byte
	if n := len(p.free[i]); n > 0 {
		buf = p.free[i][n-1]
		p.free[i] = p.free[i][:n-1]
	} else {
		buf = make([]byte, 1<<(i+smallest))
	}
	return buf[:copy(buf, b)]
}

// put takes a buffer back; nil is fine.
func (p *pool) put(b []byte) {
	i := bits.Len(uint(cap(b))) - 1 - smallest
	if i < 0 || i >= classes || cap(b) != 1<<(i+smallest) || len(p.free[i]) >= kept {
		return
	}
	p.free[i] = append(p.free[i], b[:cap(b)])
}

// hold gives an empty hold.
func (p *pool) hold() *hold {
	if n := len(p.holds); n > 0 {
		h := p.holds[n-1]
		p.holds = p.holds[:n-1]
		return h
	}
	return new(hold)
}

func (p *pool) putHold(h *hold) {
	if len(p.holds) >= kept {
		return
	}
	clear(h.pieces)
	*h = hold{pieces: h.pieces[:0]}
	if cap(h.pieces) > 256 {
		h.pieces = nil
	}
	p.holds = append(p.holds, h)
}
