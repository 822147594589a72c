package tlsopen

import (
	"sync"

	"wscope/assembly"
)

// partial is a record that came in pieces, with the packets that they came in. It is
// pooled: a connection has one only while a record is under way.
type partial struct {
	buf    []byte
	pieces []piece
	from   int // resync: where the search goes on
}

// piece is a run of bytes from one packet, up to end in buf.
type piece struct {
	end  int
	mark assembly.Mark
}

var partials = sync.Pool{New: func() any { return &partial{buf: make([]byte, 0, 2048)} }}

func newPartial() *partial { return partials.Get().(*partial) }

func (p *partial) free() {
	p.buf, p.pieces, p.from = p.buf[:0], p.pieces[:0], 0
	partials.Put(p)
}

func (p *partial) add(b []byte, at *assembly.Mark) {
	if len(b) == 0 {
		return
	}
	p.buf = append(p.buf, b...)
	if n := len(p.pieces); n > 0 && p.pieces[n-1].mark == *at {
		p.pieces[n-1].end = len(p.buf)
		return
	}
	p.pieces = append(p.pieces, piece{len(p.buf), *at})
}

// drop forgets the first n bytes.
func (p *partial) drop(n int) {
	if n <= 0 {
		return
	}
	p.buf = p.buf[:copy(p.buf, p.buf[n:])]
	p.from -= n
	keep := p.pieces[:0]
	for _, pc := range p.pieces {
		if pc.end > n {
			keep = append(keep, piece{pc.end - n, pc.mark})
		}
	}
	p.pieces = keep
}

// last is the packet of the last byte.
func (p *partial) last() *assembly.Mark { return &p.pieces[len(p.pieces)-1].mark }

// record is one whole record. Its bytes are valid while it is looked at.
type record struct {
	b  []byte         // with its header
	at *assembly.Mark // the packet that completed it
	p  *partial       // where it came in pieces; else nil, and all of it is of packet at
	i  int            // where b begins in p.buf
}

func (r record) kind() byte { return r.b[0] }

// each calls f for the bytes of plain, whose first one's ciphertext is r.b[from], packet by packet.
func (r record) each(plain []byte, from int, f func(b []byte, at *assembly.Mark)) {
	if r.p == nil {
		f(plain, r.at)
		return
	}
	at := r.i + from // in p.buf
	for i := range r.p.pieces {
		pc := &r.p.pieces[i]
		if n := min(pc.end-at, len(plain)); n > 0 {
			f(plain[:n], &pc.mark)
			plain, at = plain[n:], at+n
		}
	}
}
