package quic

import (
	"encoding/binary"
	"fmt"

	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/tlsopen"
)

// segment is a datagram of a side, as link would give it.
func segment(x Side, b []byte, index int64) *link.Segment {
	k := link.Key{Src: link.Addr{15: 1}, Dst: link.Addr{15: 2}, SrcPort: 50000, DstPort: 443}
	if x == assembly.B {
		k = k.Reverse()
	}
	return &link.Segment{Key: k, Payload: b, UDP: true, Mark: Mark{Index: index, Number: index + 1, Time: 1e18 + index*1e6}, Hash: k.Hash()}
}

// seal makes a packet: the inverse of unmask and open, written apart from them.
func (p *protection) seal(head []byte, pn uint64, n int, plain []byte) []byte {
	for len(plain)+n < 4+1 {
		plain = append(plain, 0)
	}
	b := append([]byte(nil), head...)
	at := len(b)
	b[0] |= byte(n - 1)
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(pn>>(8*i)))
	}
	nonce := p.iv
	for i := range 8 {
		nonce[4+i] ^= byte(pn >> (8 * (7 - i)))
	}
	b = p.aead.Seal(b, nonce[:], plain, b[:at+n])
	var w scratch
	masked := append([]byte(nil), b...)
	masked[0], _, _ = p.unmask(&w, b, at) // exclusive or is its own inverse
	for i := range n {
		masked[at+i] ^= w.mask[1+i]
	}
	return masked
}

func varint(b []byte, v uint64) []byte {
	switch {
	case v < 1<<6:
		return append(b, byte(v))
	case v < 1<<14:
		return binary.BigEndian.AppendUint16(b, uint16(v)|1<<14)
	case v < 1<<30:
		return binary.BigEndian.AppendUint32(b, uint32(v)|2<<30)
	}
	return binary.BigEndian.AppendUint64(b, v|3<<62)
}

// peers are two ends of a generated connection after its handshake, of which only the
// ClientHello, the server's choice of a suite and the 1-RTT secrets are real.
type peers struct {
	version uint32
	suite   uint16
	ids     [2][]byte // that the sides chose
	keys    [2]*protection
	pn      [2]uint64
	log     []byte
	out     []*link.Segment
	phase   [2]bool
}

// newPeers makes the handshake's packets.
func newPeers(version uint32, suite uint16, clientID, serverID []byte) *peers {
	p := &peers{version: version, suite: suite, ids: [2][]byte{clientID, serverID}}
	random := make([]byte, 32)
	for i := range random {
		random[i] = byte(i) ^ byte(version) ^ byte(suite)
	}
	size := 32
	if suite == suiteAES256 {
		size = 48
	}
	for x, label := range [2]string{"CLIENT", "SERVER"} {
		secret := make([]byte, size)
		for i := range secret {
			secret[i] = byte(i*7 + x*31 + 1)
		}
		p.keys[x] = newProtection(suite, secret, labelsOf(version))
		p.log = fmt.Appendf(p.log, "%s_TRAFFIC_SECRET_0 %x %x\n", label, random, secret)
	}
	hello := append([]byte{3, 3}, random...)
	hello = append(hello, 0, 0, 2, byte(suite>>8), byte(suite), 1, 0)
	alpn := []byte{0, 16, 0, 5, 0, 3, 2, 'h', '3'}
	hello = append(hello, 0, byte(len(alpn)))
	hello = append(hello, alpn...)
	answer := append([]byte{3, 3}, make([]byte, 32)...)
	answer = append(answer, 0, byte(suite>>8), byte(suite), 0, 0, 6, 0, 43, 0, 2, 3, 4)
	initial := initialKeys(version, serverID)
	p.long(assembly.A, initial[0], serverID, clientID, message(1, hello))
	p.long(assembly.B, initial[1], clientID, serverID, message(2, answer))
	return p
}

func message(kind byte, body []byte) []byte {
	b := []byte{frameCrypto, 0}
	b = varint(b, uint64(len(body)+4))
	return append(append(b, kind, 0, byte(len(body)>>8), byte(len(body))), body...)
}

func (p *peers) long(x Side, k *protection, dst, src, payload []byte) {
	first := byte(0xc0)
	if p.version == Version2 {
		first = 0xd0
	}
	b := binary.BigEndian.AppendUint32([]byte{first}, p.version)
	b = append(append(b, byte(len(dst))), dst...)
	b = append(append(b, byte(len(src))), src...)
	b = varint(b, 0)
	b = varint(b, uint64(len(payload)+4+tagLen))
	p.send(x, k.seal(b, 0, 4, payload))
}

// short sends a 1-RTT packet.
func (p *peers) short(x Side, payload []byte) {
	first := byte(0x40)
	if p.phase[x] {
		first |= 4
	}
	b := append([]byte{first}, p.ids[x.Other()]...)
	p.send(x, p.keys[x].seal(b, p.pn[x], 2, payload))
	p.pn[x]++
}

// update updates the keys of a side.
func (p *peers) update(x Side) { p.keys[x], p.phase[x] = p.keys[x].next(), !p.phase[x] }

func (p *peers) send(x Side, b []byte) {
	p.out = append(p.out, segment(x, b, int64(len(p.out))))
}

func streamFrame(id, off uint64, b []byte, fin bool) []byte {
	t := byte(frameStream | 6)
	if fin {
		t |= 1
	}
	f := varint(varint([]byte{t}, id), off)
	return append(varint(f, uint64(len(b))), b...)
}

func ackFrame(hi, n uint64) []byte {
	return varint(varint(varint(varint([]byte{frameAck}, hi), 0), 0), n)
}

func (p *peers) store() *tlsopen.Keys {
	k := tlsopen.NewKeys()
	k.Add(p.log)
	return k
}
