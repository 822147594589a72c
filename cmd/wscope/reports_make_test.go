package main

import (
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A world makes a small capture: what its connections do becomes packets on a clock of
// its own, so that a report of a stranger can be told in a few lines.
type world struct {
	buf   bytes.Buffer
	now   time.Duration
	snap  int  // bytes kept of a packet; 0 keeps all
	mss   int  // bytes of payload in a segment
	twice bool // every packet is captured twice
	lose  bool // packets happen, but are not captured
	wrap  func(ip []byte) []byte
	conns uint16
}

func newWorld() *world {
	w := &world{mss: 1448}
	var head []byte
	head = binary.LittleEndian.AppendUint32(head, 0xa1b2c3d4)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, 262144)
	head = binary.LittleEndian.AppendUint32(head, 1)
	w.buf.Write(head)
	return w
}

// wait lets time pass.
func (w *world) wait(seconds float64) {
	w.now += time.Duration(seconds * float64(time.Second))
}

// conn is one TCP connection; c and s are its ends.
type conn struct {
	c, s *peer
	key  string
}

// peer is one end of a connection.
type peer struct {
	w      *world
	other  *peer
	ip     [4]byte
	port   uint16
	seq    uint32
	ttl    byte
	client bool
	masks  uint32
	plain  bytes.Buffer // what the compressor has written
	zip    *flate.Writer
	fresh  bool // compresses every message without what came before
}

// dial opens a TCP connection of the next client port.
func (w *world) dial() *conn { return w.dialFrom(10) }

// dialFrom is dial from 10.0.0.host.
func (w *world) dialFrom(host byte) *conn {
	k := w.pair(host)
	w.segment(k.c, 0x02, nil)
	k.c.seq++
	w.segment(k.s, 0x12, nil)
	k.s.seq++
	w.segment(k.c, 0x10, nil)
	return k
}

// pair is a connection of which nothing was sent yet.
func (w *world) pair(host byte) *conn {
	w.conns++
	k := &conn{
		c: &peer{w: w, ip: [4]byte{10, 0, 0, host}, port: 40000 + w.conns, seq: 1000, ttl: 64, client: true},
		s: &peer{w: w, ip: [4]byte{10, 0, 1, 1}, port: 8080, seq: 9000, ttl: 64},
	}
	k.c.other, k.s.other = k.s, k.c
	return k
}

// open dials and upgrades. Lines that begin with > go with the request, with < with the answer.
func (w *world) open(path string, lines ...string) *conn {
	return w.dial().upgrade(path, lines...)
}

func (k *conn) upgrade(path string, lines ...string) *conn {
	var asked, answered []string
	for _, l := range lines {
		if l, ok := strings.CutPrefix(l, "> "); ok {
			asked = append(asked, l)
		} else {
			answered = append(answered, strings.TrimPrefix(l, "< "))
		}
	}
	k.get(path, asked...)
	k.accept(answered...)
	return k
}

// get sends a request to upgrade. A line changes or adds a field; "Name:" takes it away.
func (k *conn) get(path string, lines ...string) {
	k.key = base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("nonce of %07d", k.c.port)))
	k.c.send([]byte(head("GET "+path+" HTTP/1.1", []string{"Host: app.example:8080", "Upgrade: websocket",
		"Connection: Upgrade", "Sec-WebSocket-Key: " + k.key, "Sec-WebSocket-Version: 13"}, lines)))
}

// accept answers 101, answer anything else.
func (k *conn) accept(lines ...string) {
	sum := sha1.Sum([]byte(k.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	k.s.send([]byte(head("HTTP/1.1 101 Switching Protocols", []string{"Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:])}, lines)))
}

func (k *conn) answer(status, body string, lines ...string) {
	k.s.send([]byte(head("HTTP/1.1 "+status, []string{fmt.Sprintf("Content-Length: %d", len(body))}, lines) + body))
}

// head is a first line and its fields, changed by lines.
func head(first string, fields, lines []string) string {
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ":")
		at := slices.IndexFunc(fields, func(f string) bool {
			return strings.HasPrefix(strings.ToLower(f), strings.ToLower(name)+":")
		})
		switch {
		case at < 0:
			fields = append(fields, l)
		case value == "":
			fields = slices.Delete(fields, at, at+1)
		default:
			fields[at] = l
		}
	}
	return first + "\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
}

func (p *peer) text(s string)           { p.frame(0x81, []byte(s)) }
func (p *peer) binary(b []byte)         { p.frame(0x82, b) }
func (p *peer) ping(s string)           { p.frame(0x89, []byte(s)) }
func (p *peer) pong(s string)           { p.frame(0x8a, []byte(s)) }
func (p *peer) deflated(s string)       { p.frame(0xc1, p.compress(s)) }
func (p *peer) fin()                    { p.w.segment(p, 0x11, nil); p.seq++; p.w.segment(p.other, 0x10, nil) }
func (p *peer) rst()                    { p.w.segment(p, 0x14, nil) }
func (p *peer) frame(b0 byte, b []byte) { p.send(p.bytes(b0, b, p.client)) }

func (p *peer) close(code uint16, reason string) {
	p.frame(0x88, append(binary.BigEndian.AppendUint16(nil, code), reason...))
}

// bye ends a connection in good order, begun by p.
func (p *peer) bye() {
	p.close(1000, "")
	p.other.close(1000, "")
	p.w.segment(p, 0x11, nil)
	p.seq++
	p.w.segment(p.other, 0x11, nil)
	p.other.seq++
	p.w.segment(p, 0x10, nil)
}

// bytes are one frame.
func (p *peer) bytes(b0 byte, payload []byte, masked bool) []byte {
	var mask byte
	if masked {
		mask = 0x80
	}
	f := []byte{b0}
	switch n := len(payload); {
	case n < 126:
		f = append(f, mask|byte(n))
	case n < 65536:
		f = binary.BigEndian.AppendUint16(append(f, mask|126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, mask|127), uint64(n))
	}
	if !masked {
		return append(f, payload...)
	}
	p.masks = p.masks*1664525 + 1013904223 + uint32(p.port)
	key := binary.BigEndian.AppendUint32(nil, p.masks)
	f = append(f, key...)
	for i, b := range payload {
		f = append(f, b^key[i%4])
	}
	return f
}

func (p *peer) compress(s string) []byte {
	if p.zip == nil || p.fresh {
		p.zip, _ = flate.NewWriter(&p.plain, 9)
	}
	p.plain.Reset()
	_, _ = p.zip.Write([]byte(s))
	_ = p.zip.Flush()
	return bytes.Clone(bytes.TrimSuffix(p.plain.Bytes(), []byte{0, 0, 255, 255}))
}

// send sends bytes in segments, which the other end acknowledges.
func (p *peer) send(b []byte) {
	for part := range slices.Chunk(b, p.w.mss) {
		p.push(part)
	}
	p.w.segment(p.other, 0x10, nil)
}

// push sends one segment that nobody acknowledges.
func (p *peer) push(b []byte) {
	p.w.segment(p, 0x18, b)
	p.seq += uint32(len(b))
}

// segment writes a packet a millisecond after the one before.
func (w *world) segment(p *peer, flags byte, payload []byte) {
	w.now += time.Millisecond
	tcp := binary.BigEndian.AppendUint16(nil, p.port)
	tcp = binary.BigEndian.AppendUint16(tcp, p.other.port)
	tcp = binary.BigEndian.AppendUint32(tcp, p.seq)
	if flags&0x10 != 0 {
		tcp = binary.BigEndian.AppendUint32(tcp, p.other.seq)
	} else {
		tcp = append(tcp, 0, 0, 0, 0)
	}
	tcp = append(tcp, 5<<4, flags, 0xff, 0xff, 0, 0, 0, 0)
	tcp = append(tcp, payload...)
	ip := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, p.ttl, 6, 0, 0}
	binary.BigEndian.PutUint16(ip[2:], uint16(20+len(tcp)))
	ip = append(append(append(ip, p.ip[:]...), p.other.ip[:]...), tcp...)
	w.packet(ip)
}

// packet writes an IP packet.
func (w *world) packet(ip []byte) {
	if w.lose {
		return
	}
	if w.wrap != nil {
		ip = w.wrap(ip)
	}
	frame := append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, ip...)
	kept := frame
	if w.snap > 0 && len(frame) > w.snap {
		kept = frame[:w.snap]
	}
	times := 1
	if w.twice {
		times = 2
	}
	for range times {
		at := time.Unix(1_700_000_000, 0).Add(w.now)
		h := binary.LittleEndian.AppendUint32(nil, uint32(at.Unix()))
		h = binary.LittleEndian.AppendUint32(h, uint32(at.Nanosecond()/1000))
		h = binary.LittleEndian.AppendUint32(h, uint32(len(kept)))
		h = binary.LittleEndian.AppendUint32(h, uint32(len(frame)))
		w.buf.Write(append(h, kept...))
	}
}
