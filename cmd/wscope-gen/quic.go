package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// quicConn is a connection of QUIC version 1 (RFC 9000), TLS_AES_128_GCM_SHA256. Its 1-RTT secrets are drawn, as those of secrets.
type quicConn struct {
	id     [2][]byte // by which each side is addressed
	write  [2]protection
	number [2]uint64 // each side's next packet
	at     [2]uint64 // offset in the request stream of each side
}

// protection encrypts one side's packets of one level.
type protection struct {
	aead   cipher.AEAD
	header cipher.Block
	iv     [12]byte
}

const (
	quicStream   = 0    // the client's first bidirectional one
	quicDatagram = 1200 // bytes of a UDP payload at most: what all paths carry (RFC 9000 §14)
	udpLen       = 8
)

// connectQUIC does the handshake: Initial and Handshake packets, the keys of which are not logged but for the latter.
func (g *generator) connectQUIC(c *conversation) {
	q := &quicConn{}
	c.quic = q
	original := g.random(8)
	random := g.random(32)
	var level [4]protection // each side's Handshake packets, then its 1-RTT packets
	for i, label := range []string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"} {
		secret := g.random(32)
		fmt.Fprintf(g.keys, "%s %x %x\n", label, random, secret)
		level[i] = newProtection(secret)
	}
	q.write = [2]protection{level[2], level[3]}
	for x := range q.id {
		q.id[x] = g.random(8)
	}
	initial, err := hkdf.Extract(sha256.New, original, initialSalt)
	if err != nil {
		panic(err) // the salt has the right length
	}
	toServer, toClient := newProtection(expand(initial, "client in", 32)), newProtection(expand(initial, "server in", 32))

	b := crypto(nil, helloQUIC(1, random, transport(q.id[client], nil)))
	b = append(b, make([]byte, quicDatagram-len(b)-longHead-16)...) // PADDING
	g.write(c, &segment{from: client, payload: toServer.long(nil, initialPacket, original, q.id[client], b)})

	b = append(crypto(nil, helloQUIC(2, g.random(32), nil)), 2, 0, 0, 0, 0) // ACK of packet 0
	flight := toClient.long(nil, initialPacket, q.id[client], q.id[server], b)
	shaken := shake(8, extensions(16, []byte{0, 3, 2, 'h', '3'}, 57, transport(q.id[server], original)))
	shaken = append(shaken, shake(11, g.certificate)...)
	shaken = append(shaken, shake(15, append([]byte{8, 7, 0, 64}, make([]byte, 64)...))...)
	shaken = append(shaken, shake(20, g.random(32))...)
	flight = level[server].long(flight, handshakePacket, q.id[client], q.id[server], crypto(nil, shaken))
	g.write(c, &segment{from: server, payload: flight})

	b = append(crypto(nil, shake(20, g.random(32))), 2, 0, 0, 0, 0)
	g.write(c, &segment{from: client, payload: level[client].long(nil, handshakePacket, q.id[server], q.id[client], b)})
	g.packet(c, server, []byte{0x1e}) // HANDSHAKE_DONE
}

// streamQUIC sends bytes of a side's request stream, cut into packets.
func (g *generator) streamQUIC(c *conversation, x side, b []byte, trouble bool) {
	q := c.quic
	for len(b) > 0 {
		f := g.acknowledge(c, x, g.scraps.packet[:0])
		n := min(len(b), g.mss, quicDatagram-len(f)-60)
		f = append(f, 0x0e, quicStream) // STREAM with offset and length
		f = binary.BigEndian.AppendUint64(f, q.at[x]|3<<62)
		f = append(number(f, uint64(n)), b[:n]...)
		q.at[x] += uint64(n)
		b = b[n:]
		g.transmit(c, &segment{from: x, payload: g.seal1RTT(c, x, f)}, trouble)
		g.scraps.packet = f
	}
}

// packet sends a packet of 1-RTT frames.
func (g *generator) packet(c *conversation, x side, frames []byte) {
	g.transmit(c, &segment{from: x, payload: g.seal1RTT(c, x, frames)}, false)
}

// acknowledge appends an ACK frame where there is anything to acknowledge.
func (g *generator) acknowledge(c *conversation, x side, b []byte) []byte {
	n := c.quic.number[1-x]
	if c.late[1-x] != nil {
		n-- // not there yet
	}
	if c.unsaid[x] == 0 || n == 0 {
		return b
	}
	c.unsaid[x] = 0
	b = number(append(b, 2), n-1)
	return number(append(b, 0, 0), n-1) // no delay, one range
}

// disconnectQUIC ends the stream, and the connection (H3_NO_ERROR).
func (g *generator) disconnectQUIC(c *conversation) {
	for x := range side(2) {
		f := binary.BigEndian.AppendUint64([]byte{0x0d, quicStream}, c.quic.at[x]|3<<62) // STREAM with FIN and offset, to the packet's end
		g.packet(c, x, f)
	}
	g.packet(c, client, []byte{0x1d, 0x41, 0, 0})
}

// seal1RTT makes a packet with a short header.
func (g *generator) seal1RTT(c *conversation, x side, frames []byte) []byte {
	q := c.quic
	b := append(append(g.scraps.datagram[:0], 0x43), q.id[1-x]...)
	b = q.write[x].seal(b, 0, q.number[x], frames)
	q.number[x]++
	g.scraps.datagram = b
	return b
}

const (
	initialPacket   = 0xc3
	handshakePacket = 0xe3
	longHead        = 1 + 4 + 9 + 9 + 1 + 2 + 4 // with a token's length, the length and a packet number
)

// long appends packet 0 of a level.
func (p *protection) long(b []byte, first byte, to, from, frames []byte) []byte {
	at := len(b)
	b = append(b, first, 0, 0, 0, 1)
	b = append(append(b, byte(len(to))), to...)
	b = append(append(b, byte(len(from))), from...)
	if first == initialPacket {
		b = append(b, 0) // no token
	}
	b = binary.BigEndian.AppendUint16(b, uint16(4+len(frames)+16)|1<<14)
	return p.seal(b, at, 0, frames)
}

// seal appends a packet's number of four bytes and its payload to the header that begins at b[at:], and protects both
// (RFC 9001 §5.3, §5.4).
func (p *protection) seal(b []byte, at int, n uint64, frames []byte) []byte {
	nonce := p.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^n)
	pn := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	body := len(b)
	b = append(b, frames...)
	b = p.aead.Seal(b[:body], nonce[:], b[body:], b[at:body])
	var mask [16]byte
	p.header.Encrypt(mask[:], b[pn+4:pn+20])
	low := byte(0x1f)
	if b[at]&0x80 != 0 {
		low = 0x0f
	}
	b[at] ^= mask[0] & low
	for i := range 4 {
		b[pn+i] ^= mask[1+i]
	}
	return b
}

var initialSalt = []byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a} // RFC 9001 §5.2

func newProtection(secret []byte) (p protection) {
	block, err := aes.NewCipher(expand(secret, "quic key", 16))
	if err == nil {
		p.aead, err = cipher.NewGCM(block)
	}
	if err == nil {
		p.header, err = aes.NewCipher(expand(secret, "quic hp", 16))
	}
	if err != nil {
		panic(err) // the keys have the right length
	}
	copy(p.iv[:], expand(secret, "quic iv", 12))
	return p
}

// crypto appends a CRYPTO frame at offset 0.
func crypto(b, message []byte) []byte {
	return append(number(append(b, 6, 0), uint64(len(message))), message...)
}

// number appends a variable-length integer (RFC 9000 §16).
func number(b []byte, v uint64) []byte {
	switch {
	case v < 1<<6:
		return append(b, byte(v))
	case v < 1<<14:
		return binary.BigEndian.AppendUint16(b, uint16(v)|1<<14)
	}
	return binary.BigEndian.AppendUint32(b, uint32(v)|2<<30)
}

// transport makes transport parameters (RFC 9000 §18.2): a side's connection ID, the client's first one to the server, limits.
func transport(id, original []byte) (b []byte) {
	if original != nil {
		b = append(append(b, 0, byte(len(original))), original...)
	}
	b = append(append(b, 0x0f, byte(len(id))), id...)
	for _, limit := range []byte{4, 5, 6, 7, 8, 9} {
		b = append(b, limit, 4, 0xbf, 0xff, 0xff, 0xff)
	}
	return b
}

// helloQUIC makes a ClientHello (1) or ServerHello (2) for QUIC, which has no session ID.
func helloQUIC(kind byte, random, params []byte) []byte {
	b := append(append([]byte{3, 3}, random...), 0)
	share := append([]byte{0, 29, 0, 32}, random...) // x25519
	if kind == 2 {
		b = append(b, 0x13, 1, 0)
		return shake(2, append(b, extensions(43, []byte{3, 4}, 51, share)...))
	}
	b = append(b, 0, 2, 0x13, 1, 1, 0)
	name := "ws.example.com"
	sni := append([]byte{0, byte(len(name) + 3), 0, 0, byte(len(name))}, name...)
	return shake(1, append(b, extensions(0, sni, 10, []byte{0, 2, 0, 29}, 13, []byte{0, 2, 8, 7}, 16, []byte{0, 3, 2, 'h', '3'},
		43, []byte{2, 3, 4}, 51, append([]byte{0, byte(len(share))}, share...), 57, params)...))
}

// extensions makes a list of TLS extensions of their numbers and contents.
func extensions(list ...any) []byte {
	b := []byte{0, 0}
	for i := 0; i < len(list); i += 2 {
		data := list[i+1].([]byte)
		b = binary.BigEndian.AppendUint16(b, uint16(list[i].(int)))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(data))), data...)
	}
	binary.BigEndian.PutUint16(b, uint16(len(b)-2))
	return b
}

// datagram writes what a side sends over UDP.
func (g *generator) datagram(c *conversation, s *segment) {
	be := binary.BigEndian
	b := g.out.packet(etherLen + ipLen + udpLen + len(s.payload))
	addr, ports := c.ends(443)
	from, to := s.from, 1-s.from
	c.ipid[from]++
	g.address(b, c, from, addr, 17)
	udp := b[etherLen+ipLen:]
	be.PutUint32(udp, ports[from]<<16|ports[to])
	be.PutUint32(udp[4:], uint32(len(udp))<<16)
	copy(udp[udpLen:], s.payload)
	pseudo := uint64(addr[from]) + uint64(addr[to]) + uint64(17+len(udp))
	check := ^fold(sum(udp) + pseudo)
	if check == 0 {
		check = 0xffff // RFC 768
	}
	be.PutUint16(udp[6:], check)
	g.out.done()
}
