package main

import (
	"errors"
	"io"
	"sort"
)

// part is the bytes of a source that belong to a restriction [start, end): the records of
// a pcap file from the first at or behind start to the first at or behind end, the blocks of
// a pcapng file from mark to mark. It is an io.Reader of a capture: what must be read first,
// then the part, which it claims record by record (mark by mark) as it goes: a restriction
// that is split meanwhile ends the part earlier, and nothing is read twice or by nobody.
type part struct {
	src   *source
	w     window
	pcap  pcapFile
	marks []int64
	claim func(off int64) bool
	end   func() int64 // of the restriction, as it is now

	head    []byte // what is left of it
	shift   int64  // from offsets of this capture to those of the file
	at      int64  // the next byte to be given
	claimed int64  // bytes before here may be
	over    bool   // no more is claimed
	clash   int64  // where the next part begins, if inside this one's last record; else 0
}

// newPart makes a part from start on. It claims nothing yet.
func newPart(src *source, r io.ReaderAt, start int64, claim func(int64) bool, end func() int64) (*part, error) {
	p := &part{src: src, w: window{r: r, size: src.Size, ahead: true, piece: windowSize}, claim: claim, end: end}
	if !src.Input.Local {
		p.w.piece = objectPiece
	}
	if src.Kind == kindPcap {
		var ok bool
		if p.pcap, ok = readPcapHeader(src.Head); !ok {
			return nil, errors.New("no pcap header")
		}
		at, err := p.pcap.boundary(r, start, src.Size)
		if err != nil {
			return nil, err
		}
		p.at, p.head = at, src.Head
	} else {
		p.marks = src.marks()
		p.at = p.mark(start)
		p.head = src.before(p.at)
	}
	p.claimed, p.shift = p.at, p.at-int64(len(p.head))
	return p, nil
}

// mark is the first mark at or behind off, or the file's end.
func (p *part) mark(off int64) int64 {
	i := sort.Search(len(p.marks), func(i int) bool { return p.marks[i] >= off })
	if i == len(p.marks) {
		return p.src.Size
	}
	return p.marks[i]
}

// objectPiece is how many bytes are asked of an object store at once: each time costs a
// request's latency.
const objectPiece = 16 << 20

func (p *part) half() int64 { return int64(p.w.piece) / 2 }

// empty says, before anything is read, whether there is nothing.
func (p *part) empty() (bool, error) {
	err := p.more()
	return p.over && p.at == p.claimed, err
}

// Read gives the part, after what must be read before it.
func (p *part) Read(b []byte) (int, error) {
	if p.at == p.claimed && !p.over {
		if err := p.more(); err != nil {
			return 0, err
		}
	}
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	if p.at == p.claimed {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.claimed-p.at, p.half()))
	data, err := p.w.at(p.at, n)
	if err != nil {
		return 0, err
	}
	p.at += int64(n)
	return copy(b, data), nil
}

// more claims what begins in the next half of a window.
func (p *part) more() error {
	if _, err := p.w.at(p.at, int(min(p.half()+pcapHeader, p.src.Size-p.at))); err != nil {
		return err
	}
	for until := p.at + p.half(); p.claimed < until; {
		if p.over = !p.claim(p.claimed); p.over {
			return p.meet()
		}
		if p.claimed == p.src.Size {
			return errors.New("a restriction that goes beyond its file")
		}
		next := p.mark(p.claimed + 1)
		if p.src.Kind == kindPcap {
			var err error
			if next, err = p.pcap.step(&p.w, p.claimed); err != nil {
				return err
			}
		}
		p.claimed = next
	}
	return nil
}

// meet takes a pcap file's part to where the next one begins: that finds its first record
// by searching from the end of this one's restriction, and the two may differ at damage.
// What is between them belongs to this part.
func (p *part) meet() error {
	if p.src.Kind != kindPcap || p.claimed >= p.src.Size {
		return nil
	}
	next, err := p.pcap.boundary(p.w.r, p.end(), p.src.Size)
	if err != nil {
		return err
	}
	if next < p.claimed {
		p.clash = next
	}
	p.claimed = max(p.claimed, next)
	return nil
}
