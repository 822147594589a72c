package main

import (
	"encoding/binary"
	"math/bits"
)

const (
	etherLen = 14
	ipLen    = 20
	tcpLen   = 20
	headLen  = etherLen + ipLen + tcpLen

	firstPort = 1024
	ports     = 64000
	maxConns  = ports << 20 // clients in 10.0.0.0/8, with their ports
)

// synOptions are those of a SYN: an MSS of 1460, and a window scale of 7.
var synOptions = []byte{2, 4, 5, 180, 1, 3, 3, 7}

// write sends a segment with what its side then acknowledges.
func (g *generator) write(c *conversation, s *segment) {
	if c.quic != nil {
		g.datagram(c, s)
		return
	}
	x := s.from
	c.ipid[x]++
	var options []byte
	if s.flags&syn != 0 {
		options = synOptions
	}
	var acked uint32
	if s.flags&ack != 0 {
		acked = c.acknowledged(x)
		c.unsaid[x] = 0
	}
	n := headLen + len(options) + len(s.payload)
	if g.mtu > 0 && n-etherLen > g.mtu {
		b := make([]byte, n)
		g.fill(b, c, s, acked, options)
		g.fragment(b)
		return
	}
	g.fill(g.out.packet(n), c, s, acked, options)
	g.out.done()
}

// fill writes the frame: Ethernet, IPv4 (RFC 791) and TCP (RFC 9293) headers, payload.
func (g *generator) fill(b []byte, c *conversation, s *segment, acked uint32, options []byte) {
	be := binary.BigEndian
	port := uint32(80)
	if g.tls {
		port = 443
	}
	addr, tcpPort := c.ends(port)
	from, to := s.from, 1-s.from
	g.address(b, c, from, addr, 6)

	tcp := b[etherLen+ipLen:]
	be.PutUint32(tcp, tcpPort[from]<<16|tcpPort[to])
	be.PutUint32(tcp[4:], s.seq)
	be.PutUint32(tcp[8:], acked)
	be.PutUint32(tcp[12:], uint32(tcpLen+len(options))<<26|uint32(s.flags)<<16|0x7fff)
	be.PutUint32(tcp[16:], 0)
	copy(tcp[tcpLen:], options)
	copy(tcp[tcpLen+len(options):], s.payload)
	pseudo := uint64(addr[from]) + uint64(addr[to]) + uint64(6+len(tcp))
	be.PutUint16(tcp[16:], ^fold(sum(tcp)+pseudo))
}

// ends are the addresses and ports of both sides.
func (c *conversation) ends(port uint32) (addr, number [2]uint32) {
	return [2]uint32{10<<24 | uint32(1+c.id/ports), 192<<24 | 168<<16 | 1}, [2]uint32{uint32(firstPort + c.id%ports), port}
}

// address fills in the Ethernet and IPv4 headers.
func (g *generator) address(b []byte, c *conversation, from side, addr [2]uint32, protocol uint32) {
	be := binary.BigEndian
	copy(b, []byte{2, 0, 0, 0, 0, byte(1 - from), 2, 0, 0, 0, 0, byte(from), 8, 0})
	ip := b[etherLen:]
	be.PutUint32(ip, 0x45<<24|uint32(len(ip)&0xffff))
	be.PutUint32(ip[4:], uint32(c.ipid[from])<<16)
	be.PutUint32(ip[8:], 64<<24|protocol<<16)
	be.PutUint32(ip[12:], addr[from])
	be.PutUint32(ip[16:], addr[1-from])
	be.PutUint16(ip[10:], ^fold(sum(ip[:ipLen])))
}

// fragment writes an Ethernet frame's datagram in pieces of at most mtu bytes.
func (g *generator) fragment(b []byte) {
	be := binary.BigEndian
	data := b[etherLen+ipLen:]
	step := (g.mtu - ipLen) &^ 7
	for at := 0; at < len(data); at += step {
		n := min(step, len(data)-at)
		f := g.out.packet(etherLen + ipLen + n)
		copy(f, b[:etherLen+ipLen])
		copy(f[etherLen+ipLen:], data[at:at+n])
		ip := f[etherLen:]
		be.PutUint16(ip[2:], uint16(ipLen+n))
		offset := uint16(at / 8)
		if at+n < len(data) {
			offset |= 0x2000 // more fragments
		}
		be.PutUint16(ip[6:], offset)
		be.PutUint16(ip[10:], 0)
		be.PutUint16(ip[10:], ^fold(sum(ip[:ipLen])))
		g.out.done()
	}
}

// sum adds up b for an Internet checksum (RFC 1071), eight bytes at a time; the sum of
// big-endian words is the same mod 0xffff.
func sum(b []byte) uint64 {
	var s, carry uint64
	for len(b) >= 8 {
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	var last [8]byte
	copy(last[:], b)
	s, carry = bits.Add64(s, binary.BigEndian.Uint64(last[:]), carry)
	s, carry = bits.Add64(s, 0, carry)
	s += carry
	return s>>32 + s&0xffffffff
}

// fold brings a sum down to 16 bits.
func fold(s uint64) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
