package main

import (
	"encoding/binary"
	"errors"

	"wscope/analyzer/archive"
	"wscope/assembly/link"
)

var errPiece = errors.New("a piece of the shuffle cannot be read")

// appendCrossed writes a segment behind its place, by which segments sort.
func appendCrossed(b []byte, c *archive.Crossed) []byte {
	s := &c.Segment
	b = append(b, c.Place[:]...)
	b = binary.AppendVarint(b, s.Mark.Time)
	b = binary.AppendUvarint(b, uint64(s.Mark.Number))
	b = binary.AppendUvarint(b, uint64(s.Mark.File))
	b = binary.AppendUvarint(b, uint64(len(c.Tunnel)))
	b = append(b, c.Tunnel...)
	b = append(append(b, s.Key.Src[:]...), s.Key.Dst[:]...)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, s.Key.SrcPort), s.Key.DstPort)
	b = append(b, bit(s.UDP)|bit(s.BadSum)<<1, byte(s.Flags), byte(s.Scale))
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, s.Seq), s.Ack)
	b = binary.BigEndian.AppendUint32(b, s.Hash)
	for _, n := range []uint64{uint64(s.Window), uint64(s.IPID), uint64(s.MSS), uint64(s.Missing), uint64(s.Stamp), uint64(len(s.Options))} {
		b = binary.AppendUvarint(b, n)
	}
	return append(append(b, s.Options...), s.Payload...)
}

// readCrossed reads what appendCrossed wrote. Payload and options are parts of b.
func readCrossed(b []byte) (c archive.Crossed, err error) {
	p := parser{b: b}
	s := &c.Segment
	copy(c.Place[:], p.bytes(len(c.Place)))
	s.Mark.Time, s.Mark.Number, s.Mark.File = p.int(), int64(p.uint()), int32(p.uint())
	c.Tunnel = string(p.bytes(int(min(p.uint(), 1<<16))))
	copy(s.Key.Src[:], p.bytes(16))
	copy(s.Key.Dst[:], p.bytes(16))
	if h := p.bytes(4 + 3 + 12); !p.bad {
		s.Key.SrcPort, s.Key.DstPort = binary.BigEndian.Uint16(h), binary.BigEndian.Uint16(h[2:])
		s.UDP, s.BadSum, s.Flags, s.Scale = h[4]&1 != 0, h[4]&2 != 0, link.Flags(h[5]), int8(h[6])
		s.Seq, s.Ack, s.Hash = binary.BigEndian.Uint32(h[7:]), binary.BigEndian.Uint32(h[11:]), binary.BigEndian.Uint32(h[15:])
	}
	s.Window, s.IPID, s.MSS, s.Missing, s.Stamp = uint16(p.uint()), uint16(p.uint()), uint16(p.uint()), int(p.uint()), uint32(p.uint())
	if n := p.uint(); n > 0 {
		s.Options = p.bytes(int(min(n, 1<<16)))
	}
	s.Payload = p.b
	if p.bad {
		return c, errPiece
	}
	return c, nil
}

// parser reads what was appended; bad is set where that cannot be.
type parser struct {
	b   []byte
	bad bool
}

func (p *parser) bytes(n int) []byte {
	if n > len(p.b) {
		p.bad, p.b = true, nil
		return nil
	}
	b := p.b[:n:n]
	p.b = p.b[n:]
	return b
}

func (p *parser) uint() uint64 {
	v, n := binary.Uvarint(p.b)
	if n <= 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) int() int64 {
	v, n := binary.Varint(p.b)
	if n <= 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}
