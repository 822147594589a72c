package capture

import (
	"encoding/binary"

	"wscope/assembly/packet"
)

// snoopMagic begins a snoop file (RFC 1761), as Solaris and many routers write them.
const snoopMagic = "snoop\x00\x00\x00"

const (
	snoopHeader = 16
	snoopRecord = 24
)

// isSnoop reports whether buf begins with a snoop file header.
func isSnoop(buf []byte) bool {
	return len(buf) >= len(snoopMagic) && string(buf[:len(snoopMagic)]) == snoopMagic
}

// snoop parses a snoop file: a header of 16 bytes, then records, each with a header of 24 bytes and
// padded to the length that it says.
type snoop struct {
	begun bool
	link  packet.LinkType
	lost  bool
}

// snoopLinks are the link types by snoop's datalink types; others are given as they are not known.
var snoopLinks = map[uint32]packet.LinkType{
	0:  1,   // IEEE 802.3
	4:  1,   // Ethernet
	9:  101, // no link layer
	16: 101, // tun
	26: 242, // IP over InfiniBand
}

func (f *snoop) parse(s *stream, b *packet.Batch, buf []byte) (used, need int) {
	pos := 0
	if !f.begun {
		if len(buf) < snoopHeader {
			return 0, snoopHeader
		}
		version, kind := binary.BigEndian.Uint32(buf[8:]), binary.BigEndian.Uint32(buf[12:])
		if version != 2 {
			s.problem(8, "snoop version %d is not known; read as 2", version)
		}
		link, ok := snoopLinks[kind]
		if !ok {
			s.problem(12, "snoop's datalink type %d is not read", kind)
			s.eof = true
			f.lost = true
			return len(buf), 0
		}
		f.begun, f.link = true, link
		pos = snoopHeader
	}
	for len(b.Packets) < packet.MaxBatch {
		if f.lost {
			return len(buf), 0
		}
		if len(buf)-pos < snoopRecord {
			return pos, snoopRecord
		}
		h := buf[pos:]
		length, captured, record := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:])
		if captured > maxRecord || record < snoopRecord+captured || record > maxRecord {
			s.problem(pos, "damaged packet record: it claims %d captured bytes in %d; what follows is not read", captured, record)
			f.lost = true
			return len(buf), 0
		}
		end := pos + int(record)
		if end > len(buf) {
			return pos, int(record)
		}
		p := s.packet(b)
		p.Time = int64(binary.BigEndian.Uint32(h[16:]))*1e9 + int64(binary.BigEndian.Uint32(h[20:]))*1000
		p.Data = buf[pos+snoopRecord : pos+snoopRecord+int(captured) : pos+snoopRecord+int(captured)]
		p.Length = max(int(length), int(captured))
		p.Link = f.link
		p.Interface = 0
		pos = end
	}
	return pos, 0
}

func (f *snoop) end(s *stream, rest []byte) {
	switch {
	case f.lost:
	case !f.begun:
		s.problem(0, "cut in the middle of the file header")
	case len(rest) > 0:
		s.problem(0, "cut in the middle of a packet record")
	}
}
