package flow

import (
	"math"

	"wscope/assembly"
)

// places remembers which packets the undecided bytes of a stream came from: those of a
// header that is not whole, or of a search. Usually there are none: then every byte that
// is asked for came with the packet in hand, and nothing is remembered.
type origins struct {
	now   int64    // stream offset of the first byte of the packet in hand
	older []origin // by offset: packets before it that bytes may be asked of
}

// place says that the bytes from a stream offset on came with a packet.
type origin struct {
	from int64
	mark assembly.Mark
}

// note says that the bytes from offset on come with the packet in hand.
func (p *origins) note(offset int64) { p.now = offset }

// done says that the packet in hand is done with: of what came so far, up to offset end,
// the last held bytes may still be asked for.
func (p *origins) done(held, end int64, at *assembly.Mark) {
	if held == 0 && len(p.older) == 0 {
		return
	}
	p.keep(held, end, at)
}

// keep remembers the packet in hand while its bytes are held.
func (p *origins) keep(held, end int64, at *assembly.Mark) {
	if held == 0 {
		p.older = p.older[:0]
		return
	}
	p.trim(end - held)
	if len(p.older) < maxOrigins {
		p.older = append(p.older, origin{p.now, *at})
	}
	p.now = math.MaxInt64
}

// maxOrigins bounds what is remembered of a long search; beyond it offsets are reported with
// the packet before.
const maxOrigins = 1 << 12

// trim says that no byte before offset will be asked for.
func (p *origins) trim(offset int64) {
	drop := 0
	for drop < len(p.older) {
		next := p.now
		if drop+1 < len(p.older) {
			next = p.older[drop+1].from
		}
		if next > offset {
			break
		}
		drop++
	}
	if drop > 0 {
		p.older = p.older[:copy(p.older, p.older[drop:])]
	}
}

// release gives the memory back.
func (p *origins) release() { p.older = nil }

// at is the packet that the byte at offset came from; hand, the one in hand, where
// nothing else is known.
func (p *origins) at(offset int64, hand *assembly.Mark) *assembly.Mark {
	if offset >= p.now || len(p.older) == 0 {
		return hand
	}
	for i := len(p.older) - 1; i >= 0; i-- {
		if offset >= p.older[i].from {
			return &p.older[i].mark
		}
	}
	return &p.older[0].mark
}
