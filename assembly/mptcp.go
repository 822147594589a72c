package assembly

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
)

// The options of Multipath TCP (RFC 8684 §3; version 0 is RFC 6824). Of numbers of 64 bits the low
// 32 are enough to place bytes, as in TCP.

// mptcpOptions is what a segment's options of Multipath TCP say.
type mptcpOptions struct {
	capable   bool
	version   uint8
	keys      int       // how many of key are given
	key       [2]uint64 // of the segment's sender, and of its receiver
	firstLen  uint16    // MP_CAPABLE with data: how much the first mapping has; valid with firstMap
	firstMap  bool
	join      bool
	token     uint32 // of a SYN with MP_JOIN
	dss       bool
	ack       uint32 // the next data sequence number that the sender expects; valid with acks
	acks      bool
	seq       uint32 // data sequence number; valid with maps
	subflow   uint32 // where the subflow's stream has it, from its initial sequence number
	length    uint16 // 0 is without end: the connection fell back to TCP
	maps      bool
	fin       bool
	fastClose bool
}

// readMPTCP reads the options of Multipath TCP in a header. A malformed one ends the list.
func readMPTCP(options []byte, syn bool) (m mptcpOptions) {
	const end, nop, mptcp = 0, 1, 30
	const capable, join, dss, fastClose = 0, 1, 2, 7 // subtypes
	for o := options; len(o) > 0 && o[0] != end; {
		if o[0] == nop {
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			return m
		}
		b := o[:o[1]]
		o = o[o[1]:]
		if b[0] != mptcp || len(b) < 4 {
			continue
		}
		switch b[2] >> 4 {
		case capable:
			m.capable, m.version = true, b[2]&15
			for m.keys = 0; m.keys < 2 && len(b) >= 12+8*m.keys; m.keys++ {
				m.key[m.keys] = binary.BigEndian.Uint64(b[4+8*m.keys:])
			}
			if len(b) >= 22 {
				m.firstMap, m.firstLen = true, binary.BigEndian.Uint16(b[20:])
			}
		case join:
			if syn && len(b) == 12 {
				m.join, m.token = true, binary.BigEndian.Uint32(b[4:])
			}
		case dss:
			m.readDSS(b)
		case fastClose:
			m.fastClose = true
		}
	}
	return m
}

// readDSS reads a Data Sequence Signal, RFC 8684 §3.3.
func (m *mptcpOptions) readDSS(b []byte) {
	const hasAck, ack8, hasMap, seq8, fin = 0x01, 0x02, 0x04, 0x08, 0x10
	flags, at := b[3], 4
	// low reads the low half of a number of four or of eight bytes.
	low := func(eight byte) (n uint32, ok bool) {
		if flags&eight != 0 {
			at += 4
		}
		if at+4 > len(b) {
			return 0, false
		}
		at += 4
		return binary.BigEndian.Uint32(b[at-4:]), true
	}
	m.dss = true
	if flags&hasAck != 0 {
		if m.ack, m.acks = low(ack8); !m.acks {
			return
		}
	}
	if flags&hasMap == 0 {
		return
	}
	seq, ok := low(seq8)
	if !ok || at+6 > len(b) {
		return
	}
	m.maps, m.seq, m.fin = true, seq, flags&fin != 0
	m.subflow, m.length = binary.BigEndian.Uint32(b[at:]), binary.BigEndian.Uint16(b[at+4:])
}

// digest gives what a key stands for: the token that names the connection in MP_JOIN, and the low
// half of its initial data sequence number (RFC 8684 §3.1, RFC 6824 §3.1).
func digest(version uint8, key uint64) (token, idsn uint32) {
	b := binary.BigEndian.AppendUint64(nil, key)
	if version == 0 {
		sum := sha1.Sum(b)
		return binary.BigEndian.Uint32(sum[:]), binary.BigEndian.Uint32(sum[len(sum)-4:])
	}
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint32(sum[:]), binary.BigEndian.Uint32(sum[len(sum)-4:])
}
