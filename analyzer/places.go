package analyzer

import "wscope/assembly"

// places remembers which packet the undecided bytes of a stream came from: those of a
// header that is not whole, or of a search. Usually that is the packet in hand alone.
type places struct {
	now   place
	older []place // by offset; used only while the stream holds bytes of earlier packets
}

// place says that the bytes from a stream offset on came with a packet.
type place struct {
	from int64
	mark assembly.Mark
}

// note says that the bytes from offset on come with a packet.
func (p *places) note(offset int64, at *assembly.Mark) {
	if p.now.mark.Number != 0 && len(p.older) < maxPlaces {
		p.older = append(p.older, p.now)
	}
	p.now = place{offset, *at}
}

// maxPlaces bounds what is remembered of a long search; beyond it offsets are told with
// the packet before.
const maxPlaces = 1 << 12

// forget says that no byte before the next ones will be asked for.
func (p *places) forget() {
	p.now.mark.Number = 0
	if len(p.older) > 0 {
		p.older = p.older[:0]
	}
}

// trim says that no byte before offset will be asked for.
func (p *places) trim(offset int64) {
	drop := 0
	for drop < len(p.older) {
		next := p.now.from
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
func (p *places) release() { p.older = nil }

// at is the packet that the byte at offset came from; otherwise is used where nothing is known.
func (p *places) at(offset int64, otherwise *assembly.Mark) *assembly.Mark {
	if offset >= p.now.from && p.now.mark.Number != 0 {
		return &p.now.mark
	}
	for i := len(p.older) - 1; i >= 0; i-- {
		if offset >= p.older[i].from {
			return &p.older[i].mark
		}
	}
	if len(p.older) > 0 {
		return &p.older[0].mark
	}
	return otherwise
}
