package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
)

// A capture builds a pcap file packet by packet.
type capture struct {
	bytes.Buffer
	time uint64 // nanoseconds, of the next packet
	port int    // of the next client
}

func newCapture() *capture {
	c := &capture{time: 1.7e18, port: 1024}
	for _, v := range []uint32{0xa1b23c4d, 2 | 4<<16, 0, 0, 1 << 18, 1} { // nanoseconds, Ethernet
		c.u32(v)
	}
	return c
}

func (c *capture) u32(v uint32) { c.Write(binary.LittleEndian.AppendUint32(nil, v)) }

// packet adds a packet; its time is a microsecond after that of the one before.
func (c *capture) packet(b []byte) {
	c.time += 1000
	c.u32(uint32(c.time / 1e9))
	c.u32(uint32(c.time % 1e9))
	c.u32(uint32(len(b)))
	c.u32(uint32(len(b)))
	c.Write(b)
}

// ipv4 wraps a transport's bytes.
func ipv4(proto byte, src, dst [4]byte, b []byte) []byte {
	h := []byte{0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, proto, 0, 0}
	binary.BigEndian.PutUint16(h[16:], uint16(20+len(b)))
	h = append(append(h, src[:]...), dst[:]...)
	return append(h, b...)
}

// A conn is a TCP connection of a capture. Side 0 is the client's.
type conn struct {
	c    *capture
	addr [2][4]byte
	port [2]uint16
	seq  [2]uint32
}

// joined is a connection to a port whose beginning is not in the capture.
func (c *capture) joined(port uint16) *conn {
	n := c.port
	c.port++
	return &conn{c: c, addr: [2][4]byte{{10, byte(n >> 24), byte(n >> 16), byte(n / 50000)}, {10, 99, 0, 1}}, port: [2]uint16{uint16(1024 + n%50000), port},
		seq: [2]uint32{1000, 5000}}
}

// connect adds the three packets that open a connection to a port.
func (c *capture) connect(port uint16) *conn {
	x := c.joined(port)
	x.segment(0, 2, nil)
	x.segment(1, 0x12, nil)
	x.segment(0, 0x10, nil)
	return x
}

// segment adds a segment and moves the side's sequence number on.
func (x *conn) segment(side int, flags byte, b []byte) {
	h := make([]byte, 20, 20+len(b))
	binary.BigEndian.PutUint16(h, x.port[side])
	binary.BigEndian.PutUint16(h[2:], x.port[1-side])
	binary.BigEndian.PutUint32(h[4:], x.seq[side])
	if flags&0x10 != 0 {
		binary.BigEndian.PutUint32(h[8:], x.seq[1-side])
	}
	h[12], h[13] = 5<<4, flags
	binary.BigEndian.PutUint16(h[14:], 65535)
	x.c.packet(ipv4(6, x.addr[side], x.addr[1-side], append(h, b...)))
	x.seq[side] += uint32(len(b))
	if flags&3 != 0 { // SYN, FIN
		x.seq[side]++
	}
}

// send adds data of one side, in segments that fit an Ethernet frame.
func (x *conn) send(side int, b []byte) {
	for len(b) > 0 {
		n := min(len(b), 1448)
		x.segment(side, 0x18, b[:n])
		b = b[n:]
	}
}

func (x *conn) close() {
	x.segment(0, 0x11, nil)
	x.segment(1, 0x11, nil)
	x.segment(0, 0x10, nil)
}

// key and accept are those of RFC 6455 §1.3.
const key, accept = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

func upgradeRequest(path, extra string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: victim.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: " + key + "\r\n" + extra + "\r\n")
}

func upgradeAnswer(extra string) []byte {
	return []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n" + extra + "\r\n")
}

// webSocket opens one with extra header lines, in both directions or in the request alone.
func (c *capture) webSocket(path, extra string) *conn {
	x := c.connect(80)
	x.send(0, upgradeRequest(path, extra))
	if !strings.HasPrefix(extra, "Sec-WebSocket-Extensions") {
		extra = ""
	}
	x.send(1, upgradeAnswer(extra))
	return x
}

const deflateOffer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"

// frame is a WebSocket frame; masked with a key of zeros where it is a client's.
func frame(first byte, client bool, payload []byte) []byte {
	return append(frameHead(first, client, uint64(len(payload))), payload...)
}

func frameHead(first byte, client bool, n uint64) []byte {
	mask := byte(0)
	if client {
		mask = 0x80
	}
	h := []byte{first}
	switch {
	case n < 126:
		h = append(h, mask|byte(n))
	case n < 1<<16:
		h = binary.BigEndian.AppendUint16(append(h, mask|126), uint16(n))
	default:
		h = binary.BigEndian.AppendUint64(append(h, mask|127), n)
	}
	if client {
		h = append(h, 0, 0, 0, 0)
	}
	return h
}

// text is a text message of one side.
func (x *conn) text(side int, s string) { x.send(side, frame(0x81, side == 0, []byte(s))) }

// deflated is what permessage-deflate makes of b.
func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, 9)
	if err != nil {
		panic(err) // 9 is a level
	}
	_, _ = w.Write(b)
	_ = w.Flush()
	return bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// greeting is a WebSocket with one exchange, so that a capture has one whatever else is in it.
func (c *capture) greeting() {
	x := c.webSocket("/ok", "")
	x.text(0, "hello")
	x.text(1, "hi")
	x.send(0, frame(0x88, true, []byte{3, 232}))
	x.send(1, frame(0x88, false, []byte{3, 232}))
	x.close()
}
