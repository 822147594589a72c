package capture

import (
	"encoding/binary"
	"math/bits"

	"wscope/assembly/packet"
)

// The magics of pcap files, as a big-endian file has them.
// https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetzov's, from Linux 2.2: 8 more bytes in each record header
)

const pcapHeader = 24

// pcap parses a pcap file: a header of 24 bytes, then records, each with a header of 16
// (24 in a modified file; see pcapvariant.go for others).
type pcap struct {
	begun   bool
	first   bool  // no record was read yet
	swap    bool  // the file is big-endian
	old     bool  // version before 2.4: the two lengths may stand the other way round
	unit    int64 // nanoseconds in a unit of the fraction of a second
	record  int   // length of a record header
	limit   uint32
	link    packet.LinkType
	lost    bool // looking for the next record after damage
	lastSec uint32
}

// pcapMagic reads the first four bytes of a pcap file. swap is true for big-endian.
func pcapMagic(buf []byte) (magic uint32, swap, ok bool) {
	if len(buf) < 4 {
		return 0, false, false
	}
	m := binary.LittleEndian.Uint32(buf)
	for _, swap := range []bool{false, true} {
		switch m {
		case magicMicro, magicNano, magicModified:
			return m, swap, true
		}
		m = bits.ReverseBytes32(m)
	}
	return 0, false, false
}

// isPcap reports whether buf begins with a pcap file header.
func isPcap(buf []byte) bool {
	_, _, ok := pcapMagic(buf)
	return ok
}

// start reads the file header at buf[pos:], which is whole. Its snaplen is no promise
// (many writers lie), so it only ever raises what is believed of a record. The link type
// is the low half of its field; above it stand the length of the FCS and a flag for it.
func (f *pcap) start(s *stream, buf []byte, pos int) {
	h := buf[pos : pos+pcapHeader]
	magic, swap, _ := pcapMagic(h)
	*f = pcap{begun: true, first: true, swap: swap, unit: 1000, record: 16}
	switch magic {
	case magicNano:
		f.unit = 1
	case magicModified:
		f.record = 24
	}
	major, minor := f.u16(h[4:]), f.u16(h[6:])
	if major != 2 {
		s.problem(pos+4, "pcap version %d.%d is not known; read as 2.4", major, minor)
	}
	f.old = major == 2 && minor < 4
	f.limit = min(max(f.u32(h[16:]), usualRecord), maxRecord)
	f.link = packet.LinkType(f.u32(h[20:]))
}

func (f *pcap) u16(b []byte) uint16 {
	if f.swap {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (f *pcap) u32(b []byte) uint32 {
	if f.swap {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// fields reads the header of a record.
func (f *pcap) fields(h *[16]byte) (sec, frac, caplen, length uint32) {
	sec, frac = binary.LittleEndian.Uint32(h[0:]), binary.LittleEndian.Uint32(h[4:])
	caplen, length = binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
	if f.swap {
		sec, frac = bits.ReverseBytes32(sec), bits.ReverseBytes32(frac)
		caplen, length = bits.ReverseBytes32(caplen), bits.ReverseBytes32(length)
	}
	return
}

func (f *pcap) parse(s *stream, b *packet.Batch, buf []byte) (used, need int) {
	pos := 0
	if !f.begun {
		if len(buf) < pcapHeader {
			return 0, pcapHeader
		}
		f.start(s, buf, 0)
		pos = pcapHeader
	}
	for len(b.Packets) < packet.MaxBatch {
		if f.lost {
			at, found := f.resync(buf, pos, s.eof)
			pos = at
			if !found {
				return pos, 0
			}
			f.lost = false
		}
		if len(buf)-pos < f.record {
			return pos, f.record
		}
		h := buf[pos : pos+f.record : pos+f.record]
		sec, frac, caplen, length := f.fields((*[16]byte)(h))
		if f.old && caplen > length {
			caplen, length = length, caplen
		}
		if caplen > f.limit {
			s.problem(pos, "damaged packet record: it claims %d captured bytes", caplen)
			f.lost = true
			pos++
			continue
		}
		if caplen == 0 && isPcap(h) { // a whole pcap file was appended to this one
			if len(buf)-pos < pcapHeader {
				return pos, pcapHeader
			}
			f.start(s, buf, pos)
			pos += pcapHeader
			continue
		}
		end := pos + f.record + int(caplen)
		if end > len(buf) {
			return pos, end - pos
		}
		if f.first {
			if need := f.measureRecord(buf, pos, s.eof); need > 0 {
				return pos, need
			}
			if f.first = false; f.record != len(h) {
				continue
			}
		}
		f.lastSec = sec
		p := s.packet(b)
		p.Time = int64(sec)*1e9 + int64(frac)*f.unit
		p.Data = buf[pos+f.record : end : end]
		p.Length = max(int(length), int(caplen))
		p.Link = f.link
		p.Interface = 0
		pos = end
	}
	return pos, 0
}

// resync looks for the next record after damage, from pos on: a header that is likely,
// whose packet ends at another that is likely, or at the end of the file. Where it
// needs more bytes to say, it says from where.
func (f *pcap) resync(buf []byte, pos int, eof bool) (at int, found bool) {
	for ; ; pos++ {
		if len(buf)-pos < f.record {
			return pos, false
		}
		size, ok := f.likely(buf[pos:])
		if !ok {
			continue
		}
		next := pos + f.record + size
		if next == len(buf) && eof {
			return pos, true
		}
		if next+f.record > len(buf) {
			if eof {
				continue
			}
			return pos, false
		}
		if _, ok := f.likely(buf[next:]); ok {
			return pos, true
		}
	}
}

// likely reports whether h, f.record bytes or more, looks like the header of a record in
// this file, and how long its packet is.
func (f *pcap) likely(h []byte) (size int, ok bool) {
	sec, frac, caplen, length := f.u32(h), f.u32(h[4:]), f.u32(h[8:]), f.u32(h[12:])
	if f.old && caplen > length {
		caplen, length = length, caplen
	}
	ok = caplen > 0 && caplen <= length && length <= f.limit &&
		int64(frac)*f.unit < 1e9 &&
		(f.lastSec == 0 || max(sec, f.lastSec)-min(sec, f.lastSec) < resyncSpan)
	return int(caplen), ok
}

func (f *pcap) end(s *stream, rest []byte) {
	switch {
	case !f.begun:
		s.problem(0, "cut in the middle of the file header")
	case f.lost || len(rest) == 0:
	case len(rest) < f.record:
		s.problem(0, "cut in the middle of a packet record's header, %d of %d bytes", len(rest), f.record)
	default:
		s.problem(0, "cut in the middle of a packet, %d of %d bytes", len(rest)-f.record, f.u32(rest[8:]))
	}
}
