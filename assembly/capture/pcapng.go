package capture

import (
	"encoding/binary"

	"wscope/assembly/packet"
)

// Block types of pcapng, https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng.
const (
	blockSection   = 0x0a0d0d0a // the same in both byte orders
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockNames     = 4
	blockStats     = 5
	blockEnhanced  = 6
	blockSecrets   = 10
	blockCustom    = 0x00000bad
	blockCustomNo  = 0x40000bad // not to be copied by tools that edit

	byteOrderMagic   = 0x1a2b3c4d
	byteOrderSwapped = 0x4d3c2b1a
)

// pcapng parses a pcapng file: blocks, each with its type and its length before and
// behind it, in sections that have a byte order and interfaces of their own.
type pcapng struct {
	swap    bool // the section is big-endian
	foreign bool // the section is of a version that is not known; it is skipped
	ifaces  []iface
	lost    bool // looking for the next block after damage
}

// iface is what an interface description block says of its packets.
type iface struct {
	link    packet.LinkType
	snaplen uint32
	clock   clock
}

func (f *pcapng) u32(b []byte) uint32 {
	if f.swap {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (f *pcapng) u16(b []byte) uint16 {
	if f.swap {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (f *pcapng) parse(s *stream, b *packet.Batch, buf []byte) (used, need int) {
	pos := 0
	for len(b.Packets) < packet.MaxBatch {
		if f.lost {
			at, found := f.resync(buf, pos, s.eof)
			pos = at
			if !found {
				return pos, 0
			}
			f.lost = false
		}
		rest := buf[pos:]
		if len(rest) < 12 {
			return pos, 12
		}
		kind := f.u32(rest)
		if kind == blockSection && !f.section(rest) {
			s.problem(pos, "damaged section header: byte-order magic %#x", f.u32(rest[8:]))
			f.lost = true
			pos++
			continue
		}
		claim := f.u32(rest[4:])
		if claim < 12 || claim%4 != 0 || claim > maxRecord {
			s.problem(pos, "damaged block of type %#x: it claims a length of %d bytes", kind, claim)
			f.lost = true
			pos++
			continue
		}
		total := int(claim)
		if len(rest) < total {
			return pos, total
		}
		if behind := f.u32(rest[total-4:]); behind != claim {
			// One of the two lengths is damaged. If a block begins where the first
			// says this one ends, it is the second, and nothing is lost.
			after := rest[total:]
			if len(after) < 12 && !s.eof {
				return pos, total + 12
			}
			s.problem(pos, "damaged block of type %#x: its two lengths differ, %d and %d", kind, total, behind)
			if _, ok := f.likely(after); !ok && len(after) > 0 {
				f.lost = true
				pos++
				continue
			}
		}
		f.block(s, b, kind, rest[8:total-4:total-4], pos)
		pos += total
	}
	return pos, 0
}

// section sets the byte order by the section header block that h begins with, 12 bytes
// or more, and says whether it is one.
func (f *pcapng) section(h []byte) bool {
	switch binary.LittleEndian.Uint32(h[8:]) {
	case byteOrderMagic:
		f.swap = false
	case byteOrderSwapped:
		f.swap = true
	default:
		return false
	}
	return true
}

// block parses the body of one whole block that begins at buf[pos:].
func (f *pcapng) block(s *stream, b *packet.Batch, kind uint32, body []byte, pos int) {
	if f.foreign && kind != blockSection {
		return
	}
	switch kind {
	case blockEnhanced:
		if len(body) < 20 {
			s.problem(pos, "damaged packet block: %d bytes are too few", len(body))
			return
		}
		ticks := uint64(f.u32(body[4:]))<<32 | uint64(f.u32(body[8:]))
		f.packet(s, b, f.u32(body), ticks, f.u32(body[12:]), f.u32(body[16:]), body[20:], pos)
	case blockSimple:
		f.simple(s, b, body, pos)
	case blockPacket:
		if len(body) < 20 {
			s.problem(pos, "damaged packet block: %d bytes are too few", len(body))
			return
		}
		ticks := uint64(f.u32(body[4:]))<<32 | uint64(f.u32(body[8:]))
		f.packet(s, b, uint32(f.u16(body)), ticks, f.u32(body[12:]), f.u32(body[16:]), body[20:], pos)
	case blockInterface:
		f.describe(s, body, pos)
	case blockSecrets:
		if s.off+int64(pos) >= s.ahead {
			if sec, ok := f.secrets(body); ok {
				sec.Before = len(b.Packets)
				b.Secrets = append(b.Secrets, sec)
			} else {
				s.problem(pos, "damaged secrets block")
			}
		}
	case blockSection:
		f.ifaces = f.ifaces[:0]
		if len(body) < 16 {
			s.problem(pos, "damaged section header: %d bytes are too few", len(body))
			return
		}
		f.foreign = f.u16(body[4:]) != 1
		if f.foreign {
			s.problem(pos, "pcapng version %d.%d is not known; its section is skipped", f.u16(body[4:]), f.u16(body[6:]))
		}
	}
}

// packet appends one packet whose bytes data begins with; padding and options follow them.
func (f *pcapng) packet(s *stream, b *packet.Batch, in uint32, ticks uint64, caplen, length uint32, data []byte, pos int) {
	if uint64(in) >= uint64(len(f.ifaces)) {
		s.count++ // other tools that go on after it count it
		s.problem(pos, "packet of interface %d, which the section does not describe", in)
		return
	}
	if uint64(caplen) > uint64(len(data)) {
		s.problem(pos, "packet claims %d captured bytes in a block with room for %d", caplen, len(data))
		caplen = uint32(len(data))
	}
	i := &f.ifaces[in]
	s.last = i.clock.time(ticks)
	p := s.packet(b)
	p.Time = s.last
	p.Data = data[:caplen:caplen]
	p.Length = max(int(length), int(caplen))
	p.Link = i.link
	p.Interface = int32(in)
}

// simple appends the packet of a simple packet block: it is of the first interface and
// has no time, so it gets that of the packet before it. What was captured of it is reported
// by the interface's snaplen alone.
func (f *pcapng) simple(s *stream, b *packet.Batch, body []byte, pos int) {
	switch {
	case len(f.ifaces) == 0:
		s.count++
		s.problem(pos, "packet of interface 0, which the section does not describe")
		return
	case len(body) < 4:
		s.problem(pos, "damaged simple packet block")
		return
	}
	length := f.u32(body)
	data := body[4:]
	caplen := length
	if snaplen := f.ifaces[0].snaplen; snaplen != 0 && snaplen < caplen {
		caplen = snaplen
	}
	if uint64(caplen) > uint64(len(data)) {
		caplen = uint32(len(data))
	}
	p := s.packet(b)
	p.Time = s.last
	p.Data = data[:caplen:caplen]
	p.Length = max(int(length), int(caplen))
	p.Link = f.ifaces[0].link
	p.Interface = 0
}

// describe notes the interface of an interface description block.
func (f *pcapng) describe(s *stream, body []byte, pos int) {
	if len(body) < 8 {
		s.problem(pos, "damaged interface description: %d bytes are too few", len(body))
		return
	}
	if len(f.ifaces) >= maxIfaces {
		s.problem(pos, "more than %d interfaces in a section", maxIfaces)
		return
	}
	i := iface{link: packet.LinkType(f.u16(body)), snaplen: f.u32(body[4:])}
	resolution, offset := byte(6), int64(0)
	f.options(body[8:], func(code uint16, value []byte) {
		switch {
		case code == 9 && len(value) >= 1: // if_tsresol
			resolution = value[0]
		case code == 14 && len(value) >= 8: // if_tsoffset, seconds
			offset = int64(f.u64(value))
		}
	})
	i.clock = newClock(resolution, offset)
	f.ifaces = append(f.ifaces, i)
}

func (f *pcapng) u64(b []byte) uint64 {
	if f.swap {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// options calls do with each option in a block's list, up to its end or its damage.
func (f *pcapng) options(list []byte, do func(code uint16, value []byte)) {
	for len(list) >= 4 {
		code, n := f.u16(list), int(f.u16(list[2:]))
		list = list[4:]
		if code == 0 || n > len(list) {
			return
		}
		do(code, list[:n])
		list = list[min((n+3)&^3, len(list)):]
	}
}

// secrets reads the body of a decryption secrets block.
func (f *pcapng) secrets(body []byte) (packet.Secrets, bool) {
	if len(body) < 8 || uint64(f.u32(body[4:])) > uint64(len(body)-8) {
		return packet.Secrets{}, false
	}
	data := append([]byte(nil), body[8:8+f.u32(body[4:])]...)
	return packet.Secrets{Type: f.u32(body), Data: data}, true
}

func (f *pcapng) end(s *stream, rest []byte) {
	if f.lost || len(rest) == 0 {
		return
	}
	if len(rest) < 12 {
		s.problem(0, "cut in the middle of a block, %d bytes of its header", len(rest))
		return
	}
	s.problem(0, "cut in the middle of a block of type %#x, %d of %d bytes", f.u32(rest), len(rest), f.u32(rest[4:]))
}
