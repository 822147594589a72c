package simulate

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"
)

// segment is a TCP segment on its way into the capture.
type segment struct {
	at      time.Duration // since the capture's begin
	order   int
	client  bool // who sends it
	port    uint16
	flags   byte
	seq     uint32
	ack     uint32
	payload []byte
}

const (
	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagPSH = 8
	flagACK = 16
)

// epoch is when captures begin.
const epoch = 1_790_000_000

// pcap writes segments as a classic capture file of Ethernet.
func pcap(list []segment, start time.Duration) []byte {
	slices.SortStableFunc(list, func(a, b segment) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	b := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0}
	for i := range list {
		s := &list[i]
		n := uint32(14 + 20 + 20 + len(s.payload))
		at := start + s.at
		b = binary.LittleEndian.AppendUint32(b, uint32(epoch+at/time.Second))
		b = binary.LittleEndian.AppendUint32(b, uint32(at%time.Second/time.Microsecond))
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, n), n)
		b = s.frame(b)
	}
	return b
}

// frame appends the segment as an Ethernet frame.
func (s *segment) frame(b []byte) []byte {
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(40+len(s.payload)))
	b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
	from, to, fromPort, toPort := byte(1), byte(2), s.port, uint16(8080)
	if !s.client {
		from, to, fromPort, toPort = to, from, toPort, fromPort
	}
	b = append(b, 10, 0, 0, from, 10, 0, 0, to)
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, fromPort), toPort)
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, s.seq), s.ack)
	b = append(b, 0x50, s.flags, 0xff, 0xff, 0, 0, 0, 0)
	return append(b, s.payload...)
}
