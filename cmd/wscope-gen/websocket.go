package main

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// The opcodes in use (RFC 6455 §5.2).
const (
	opText   = 1
	opBinary = 2
	opClose  = 8
)

// upgrade does the opening handshake (RFC 6455 §4).
func (g *generator) upgrade(c *conversation) {
	switch {
	case g.http2:
		g.upgradeHTTP2(c)
		return
	case g.http3:
		g.upgradeHTTP3(c)
		return
	}
	var nonce [16]byte
	binary.LittleEndian.PutUint64(nonce[:], g.Uint64())
	binary.LittleEndian.PutUint64(nonce[8:], g.Uint64())
	key := base64.StdEncoding.EncodeToString(nonce[:])
	digest := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	extension := ""
	if g.deflates() {
		extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	}
	if protocol := g.subprotocol(); protocol != "" {
		extension += "Sec-WebSocket-Protocol: " + protocol + "\r\n"
	}
	g.say(c, client, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: ws.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s\r\n", g.path(c), key, extension), false)
	g.say(c, server, fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n%s\r\n", base64.StdEncoding.EncodeToString(digest[:]), extension), false)
}

// message sends the next message, of either side.
func (g *generator) message(c *conversation) {
	x := side(g.Uint32() >> 31)
	first, payload := g.texts.pick(c.id, c.message[x])
	c.message[x]++
	g.say(c, x, g.frame(x, first, payload), true)
}

// farewell does the closing handshake (RFC 6455 §7), and TCP's.
func (g *generator) farewell(c *conversation) {
	g.catchUp(c, client)
	g.catchUp(c, server)
	code := []byte{3, 232} // 1000
	g.say(c, client, g.frame(client, 0x80|opClose, code), false)
	g.say(c, server, g.frame(server, 0x80|opClose, code), false)
	if c.quic != nil {
		g.disconnectQUIC(c)
		return
	}
	if g.http2 {
		for x := range side(2) {
			g.carry(c, x, h2Frame(nil, h2Data, endStream, h2Stream, nil), false)
		}
	}
	g.disconnect(c)
}

// say sends a WebSocket's bytes, inside HTTP/2 or HTTP/3 if that is there.
func (g *generator) say(c *conversation, x side, b []byte, trouble bool) {
	switch {
	case c.quic != nil:
		g.scraps.data = h3Frame(g.scraps.data[:0], h3Data, b)
		g.streamQUIC(c, x, g.scraps.data, trouble)
		return
	case g.http2:
		b = g.inData(b)
	}
	g.carry(c, x, b, trouble)
}

// carry sends a side's bytes, inside TLS if that is there.
func (g *generator) carry(c *conversation, x side, b []byte, trouble bool) {
	if c.tls != nil {
		b = g.seal(c, x, b)
	}
	g.send(c, x, b, trouble)
}

// frame makes one frame; the client masks its own (RFC 6455 §5.3). It is valid until
// the next call.
func (g *generator) frame(x side, first byte, payload []byte) []byte {
	b := append(g.scraps.frame[:0], first)
	mask := byte(0)
	if x == client {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, mask|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, mask|127), uint64(n))
	}
	if x == client {
		key := g.Uint32()
		b = binary.LittleEndian.AppendUint32(b, key)
		at := len(b)
		b = append(b, payload...)
		xor(b[at:], key)
	} else {
		b = append(b, payload...)
	}
	g.scraps.frame = b
	return b
}

// xor masks b.
func xor(b []byte, key uint32) {
	k := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(k >> (8 * i))
	}
}
