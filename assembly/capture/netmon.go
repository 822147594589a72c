package capture

import (
	"encoding/binary"
	"time"

	"wscope/assembly/packet"
)

// netmonMagic begins a file of Microsoft Network Monitor 2 and 3.
const netmonMagic = "GMBU"

const (
	netmonHeader = 0x80
	netmonRecord = 16
)

// isNetmon reports whether buf begins with a Network Monitor file header.
func isNetmon(buf []byte) bool {
	return len(buf) >= 6 && string(buf[:4]) == netmonMagic && buf[5] == 2
}

// netmon parses a Network Monitor 2 file: a header, frames one behind the other, each with a header of 16
// bytes and a trailer by the version, and behind them a table of their offsets, at which reading ends.
type netmon struct {
	begun   bool
	start   int64 // time of the capture's start, in nanoseconds
	network uint16
	table   int64 // offset of the frame table
	at      int64 // offset of the next frame
	trailer int
	over    bool
}

// netmonLinks are the link types by Network Monitor's networks.
var netmonLinks = map[uint16]packet.LinkType{1: 1, 6: 105, 8: 101, 0xe080: 101, 0xe081: 228, 0xe082: 229}

func (f *netmon) parse(s *stream, b *packet.Batch, buf []byte) (used, need int) {
	pos := 0
	if !f.begun {
		if len(buf) < netmonHeader {
			return 0, netmonHeader
		}
		f.header(buf)
		pos = netmonHeader
	}
	for len(b.Packets) < packet.MaxBatch {
		if f.over || f.at >= f.table {
			f.over = true
			return len(buf), 0
		}
		if len(buf)-pos < netmonRecord {
			return pos, netmonRecord
		}
		h := buf[pos:]
		micros, length, captured := binary.LittleEndian.Uint64(h), binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
		size := netmonRecord + int64(captured) + int64(f.trailer)
		if captured > maxRecord || f.at+size > f.table {
			s.problem(pos, "damaged frame: it claims %d captured bytes; what follows is not read", captured)
			f.over = true
			return len(buf), 0
		}
		end := pos + int(size)
		if end > len(buf) {
			return pos, int(size)
		}
		data := buf[pos+netmonRecord : pos+netmonRecord+int(captured) : pos+netmonRecord+int(captured)]
		network := f.network
		if f.trailer >= 2 {
			network = binary.LittleEndian.Uint16(buf[end-f.trailer:])
		}
		if link, ok := netmonLinks[network]; ok { // others are notes of the capturer's
			p := s.packet(b)
			p.Time = f.start + int64(min(micros, 1<<52))*1000
			p.Data = data
			p.Length = max(int(length), int(captured))
			p.Link = link
			p.Interface = 0
		}
		pos = end
		f.at += size
	}
	return pos, 0
}

// header reads the file header, whose time is taken for UTC: it does not say.
func (f *netmon) header(h []byte) {
	f.begun = true
	f.network = binary.LittleEndian.Uint16(h[6:])
	part := func(i int) int { return int(binary.LittleEndian.Uint16(h[8+2*i:])) }
	f.start = time.Date(part(0), time.Month(part(1)), part(3), part(4), part(5), part(6), part(7)*1e6, time.UTC).UnixNano()
	f.table = int64(binary.LittleEndian.Uint32(h[24:]))
	f.at = netmonHeader
	switch minor := h[4]; {
	case minor >= 3:
		f.trailer = 2 + 4 + 8 + 1 // network, process, UTC time, time zone
	case minor == 2:
		f.trailer = 2 + 4
	case minor == 1:
		f.trailer = 2
	}
}

func (f *netmon) end(s *stream, rest []byte) {
	switch {
	case !f.begun:
		s.problem(0, "cut in the middle of the file header")
	case !f.over && f.at < f.table:
		s.problem(0, "cut in the middle of a frame")
	}
}
