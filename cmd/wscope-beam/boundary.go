package main

import (
	"encoding/binary"
	"io"
	"math/bits"
	"slices"
)

// pcapFile is what the header of a pcap file says that is needed to find records in it.
type pcapFile struct {
	order  binary.ByteOrder
	record int    // bytes of a record's header
	limit  uint32 // bytes that a record may have
	unit   int64  // nanoseconds in a unit of the fraction of a second
}

const (
	pcapHeader  = 24
	usualRecord = 256 << 10 // bytes of the longest packet that tools believe
	maxRecord   = 16 << 20
	chainLeast  = 8          // records in a row behind a boundary
	chainSpan   = 30 * 86400 // seconds between neighbours, at most
)

// readPcapHeader reads the file header h.
func readPcapHeader(h []byte) (f pcapFile, ok bool) {
	f = pcapFile{order: binary.LittleEndian, record: 16, unit: 1000}
	m := binary.LittleEndian.Uint32(h)
	for range 2 {
		switch m {
		case 0xa1b23c4d:
			f.unit = 1
			fallthrough
		case 0xa1b2c3d4, 0xa1b2cd34:
			if m == 0xa1b2cd34 {
				f.record = 24
			}
			f.limit = min(max(f.order.Uint32(h[16:]), usualRecord), maxRecord)
			return f, f.order.Uint16(h[4:]) == 2 && f.order.Uint16(h[6:]) >= 4
		}
		f.order, m = binary.BigEndian, bits.ReverseBytes32(m)
	}
	return f, false
}

// likely says whether h looks like a record's header that follows one at second last (0 for
// any), its second, and how long the record is.
func (f *pcapFile) likely(h []byte, last uint32) (sec uint32, size int64, ok bool) {
	sec, frac, caplen, length := f.order.Uint32(h), f.order.Uint32(h[4:]), f.order.Uint32(h[8:]), f.order.Uint32(h[12:])
	ok = caplen > 0 && caplen <= length && length <= f.limit && int64(frac)*f.unit < 1e9 &&
		(last == 0 || max(sec, last)-min(sec, last) < chainSpan)
	return sec, int64(f.record) + int64(caplen), ok
}

// boundary finds the first record that begins at or behind off: a pcap file has no marks
// to find it by. It follows records from some way before off. Where they go on for longer
// than the longest record, they are the file's own, even if the first of them was inside a
// packet (of a transfer of a capture file, say): no packet goes on so long. Eight more must
// follow, or the file's end. Traffic made for it can still deceive it: the part before such
// a place then ends inside a record, which its reader tells. Where there is no record it is
// the file's end.
func (f *pcapFile) boundary(r io.ReaderAt, off, size int64) (int64, error) {
	w := window{r: r, size: size}
	least := int64(f.limit) + int64(f.record)
	start := off - 2*least
	if start <= pcapHeader {
		start = pcapHeader
	}
	for ; start+int64(f.record) <= size; start++ {
		from := start + least
		if start == pcapHeader {
			from = start // the first record is where it is
		}
		at, err := f.follow(&w, start, max(off, from))
		if err != nil {
			return 0, err
		}
		if at < 0 {
			continue
		}
		if ok, err := f.goesOn(&w, at); err != nil || ok {
			return at, err
		}
	}
	return size, nil
}

// follow goes from record to record, from at to the first at or behind until; -1 where
// there is no record on the way.
func (f *pcapFile) follow(w *window, at, until int64) (int64, error) {
	for last := uint32(0); at < until && at < w.size; {
		next, sec, err := f.next(w, at, last)
		if err != nil || next < 0 {
			return -1, err
		}
		at, last = next, sec
	}
	return at, nil
}

// goesOn says whether eight records follow one another from at, or as many as there are.
func (f *pcapFile) goesOn(w *window, at int64) (bool, error) {
	last := uint32(0)
	for range chainLeast {
		if at == w.size {
			break
		}
		next, sec, err := f.next(w, at, last)
		if err != nil || next < 0 {
			return false, err
		}
		at, last = next, sec
	}
	return true, nil
}

// next is where the record at at ends, and its time; -1 where none is there. A record that
// the end of the file cuts ends there.
func (f *pcapFile) next(w *window, at int64, last uint32) (next int64, sec uint32, err error) {
	if at+int64(f.record) > w.size {
		return w.size, last, nil
	}
	h, err := w.at(at, f.record)
	if err != nil {
		return -1, 0, err
	}
	sec, step, ok := f.likely(h, last)
	if !ok {
		return -1, 0, nil
	}
	return min(at+step, w.size), sec, nil
}

// step is where a reader goes on behind the record at at: where it ends; at damage, where the
// next record is found.
func (f *pcapFile) step(w *window, at int64) (int64, error) {
	if at+int64(f.record) > w.size {
		return w.size, nil
	}
	h, err := w.at(at, f.record)
	if err != nil {
		return 0, err
	}
	caplen := f.order.Uint32(h[8:])
	if caplen > f.limit {
		return f.boundary(w.r, at+1, w.size)
	}
	if caplen == 0 && f.another(h) {
		return min(at+pcapHeader, w.size), nil
	}
	return min(at+int64(f.record)+int64(caplen), w.size), nil
}

// another says whether h begins with the header of a pcap file: one was appended to another.
func (f *pcapFile) another(h []byte) bool {
	switch f.order.Uint32(h) {
	case 0xa1b23c4d, 0xa1b2c3d4, 0xa1b2cd34:
		return true
	}
	return false
}

// window gives parts of a file, reading it in large pieces.
type window struct {
	r     io.ReaderAt
	size  int64
	buf   []byte
	start int64
	ahead bool // it is only read forward
	piece int  // bytes read at once; 0 is windowSize
}

const windowSize = 1 << 20

// at gives the n bytes at off, valid until the next call. What the window has of them already
// is not read again.
func (w *window) at(off int64, n int) ([]byte, error) {
	if off >= w.start && off+int64(n) <= w.start+int64(len(w.buf)) {
		return w.buf[off-w.start:][:n], nil
	}
	start := off
	if !w.ahead {
		start = max(0, off-windowSize/4) // a failed chain goes back to where it began
	}
	piece := int64(w.piece)
	if piece == 0 {
		piece = windowSize
	}
	want := int(min(max(piece, int64(n)+off-start), w.size-start))
	if want < int(off-start)+n {
		return nil, io.ErrUnexpectedEOF
	}
	have := 0
	if end := w.start + int64(len(w.buf)); start >= w.start && start < end {
		have = copy(w.buf, w.buf[start-w.start:])
	}
	w.start = start
	w.buf = slices.Grow(w.buf[:have], max(want-have, 0))[:want]
	if m, err := w.r.ReadAt(w.buf[have:], start+int64(have)); m < want-have {
		w.buf = w.buf[:0]
		return nil, err
	}
	return w.buf[off-w.start:][:n], nil
}
