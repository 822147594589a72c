package main

import (
	"bytes"
	"encoding/binary"
	"errors"

	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// spot is where a packet stands, as far as the reader of one part can say. The calendar
// makes a place of it.
type spot struct {
	File  int32
	Start int64 // of the part, as its restriction has it
	Count int64 // the packet's number in its part, from 1
	Time  int64
	Max   int64 // the latest time in the part up to here
}

func (s *spot) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.File))
	b = binary.AppendUvarint(b, uint64(s.Start))
	b = binary.AppendUvarint(b, uint64(s.Count))
	b = binary.AppendVarint(b, s.Time)
	return binary.AppendVarint(b, s.Max-s.Time)
}

// parser reads what the append methods wrote; bad is set where that cannot be.
type parser struct {
	b   []byte
	bad bool
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

func (p *parser) spot() spot {
	s := spot{File: int32(p.uint()), Start: int64(p.uint()), Count: int64(p.uint()), Time: p.int()}
	s.Max = s.Time + p.int()
	return s
}

var errPiece = errors.New("a piece of the shuffle cannot be read")

// connection is the key that pieces of one connection share, whatever their direction:
// the lower end, the higher end, and the tunnels around. forward says that k is from the lower.
func connection(k *link.Key, tunnel string) (key []byte, forward bool) {
	var a, b [18]byte
	copy(a[:], k.Src[:])
	copy(b[:], k.Dst[:])
	binary.BigEndian.PutUint16(a[16:], k.SrcPort)
	binary.BigEndian.PutUint16(b[16:], k.DstPort)
	if forward = bytes.Compare(a[:], b[:]) <= 0; !forward {
		a, b = b, a
	}
	key = make([]byte, 0, 36+len(tunnel))
	key = append(append(key, a[:]...), b[:]...)
	return append(key, tunnel...), forward
}

// keyOf is the link.Key from the lower end of a connection. Tunnels have one number here,
// for there are no others in it.
func keyOf(connection []byte) (k link.Key, tunnel string, err error) {
	if len(connection) < 36 {
		return k, "", errPiece
	}
	k.Src, k.Dst = link.Addr(connection), link.Addr(connection[18:])
	k.SrcPort, k.DstPort = binary.BigEndian.Uint16(connection[16:]), binary.BigEndian.Uint16(connection[34:])
	if tunnel = string(connection[36:]); tunnel != "" {
		k.Tunnel = 1
	}
	return k, tunnel, nil
}

// appendSegment writes a segment without what its connection says.
func appendSegment(b []byte, at *spot, s *link.Segment, forward bool) []byte {
	b = at.append(b)
	first := byte(0)
	if forward {
		first = 1
	}
	if s.BadSum {
		first |= 2
	}
	b = append(b, first, byte(s.Flags), byte(s.Scale))
	b = binary.BigEndian.AppendUint32(b, s.Seq)
	b = binary.BigEndian.AppendUint32(b, s.Ack)
	b = binary.AppendUvarint(b, uint64(s.Window))
	b = binary.AppendUvarint(b, uint64(s.IPID))
	b = binary.AppendUvarint(b, uint64(s.MSS))
	b = binary.AppendUvarint(b, uint64(s.Missing))
	b = binary.AppendUvarint(b, uint64(s.Stamp))
	b = binary.AppendUvarint(b, uint64(len(s.Options)))
	b = append(b, s.Options...)
	return append(b, s.Payload...)
}

// segment reads what appendSegment wrote, behind the spot. key is the connection's. The
// payload is a part of b.
func (p *parser) segment(key *link.Key, s *link.Segment) error {
	if p.bad || len(p.b) < 11 {
		return errPiece
	}
	first := p.b[0]
	*s = link.Segment{
		Key: *key, Flags: link.Flags(p.b[1]), Scale: int8(p.b[2]), BadSum: first&2 != 0,
		Seq: binary.BigEndian.Uint32(p.b[3:]), Ack: binary.BigEndian.Uint32(p.b[7:]),
	}
	p.b = p.b[11:]
	if first&1 == 0 {
		s.Key = key.Reverse()
	}
	s.Window, s.IPID, s.MSS, s.Missing = uint16(p.uint()), uint16(p.uint()), uint16(p.uint()), int(p.uint())
	s.Stamp = uint32(p.uint())
	if n := p.uint(); n > uint64(len(p.b)) {
		return errPiece
	} else if n > 0 {
		s.Options, p.b = p.b[:n], p.b[n:]
	}
	s.Hash, s.Payload = s.Key.ConnHash(), p.b
	if p.bad {
		return errPiece
	}
	return nil
}

// appendPacket writes a packet as it was captured.
func appendPacket(b []byte, at *spot, p *packet.Packet) []byte {
	b = at.append(b)
	b = binary.AppendUvarint(b, uint64(p.Link))
	b = binary.AppendUvarint(b, uint64(p.Length))
	return append(b, p.Data...)
}

// packet reads what appendPacket wrote, behind the spot.
func (p *parser) packet() (packet.Packet, error) {
	out := packet.Packet{Link: packet.LinkType(p.uint()), Length: int(p.uint())}
	if p.bad {
		return out, errPiece
	}
	out.Data = p.b
	return out, nil
}
