package upgrade

import (
	"encoding/binary"

	"wscope/assembly"
)

// Frame types of HTTP/2, RFC 9113 §6.
const (
	h2Data         = 0
	h2Headers      = 1
	h2Priority     = 2
	h2Reset        = 3
	h2Settings     = 4
	h2PushPromise  = 5
	h2Ping         = 6
	h2GoAway       = 7
	h2WindowUpdate = 8
	h2Continuation = 9
	h2Unread       = 0xff // no type of the RFC: a frame that is passed over
)

// Flags of the frame types that matter here.
const (
	h2EndStream  = 0x01 // DATA, HEADERS
	h2EndHeaders = 0x04 // HEADERS, PUSH_PROMISE, CONTINUATION
	h2Padded     = 0x08 // DATA, HEADERS, PUSH_PROMISE
	h2HasPrio    = 0x20 // HEADERS
)

const h2HeaderLen = 9

// h2Head is a frame's header, RFC 9113 §4.1.
type h2Head struct {
	length int // of the payload; 24 bits
	kind   uint8
	flags  uint8
	stream uint32 // 31 bits
}

func readH2Head(b []byte) h2Head {
	return h2Head{
		length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]),
		kind:   b[3],
		flags:  b[4],
		stream: binary.BigEndian.Uint32(b[5:]) &^ (1 << 31),
	}
}

// valid says whether the frame keeps what RFC 9113 §6 demands of its kind's length and
// stream. A connection whose frames do not is not at a frame's boundary.
func (f h2Head) valid() bool {
	switch f.kind {
	case h2Data, h2Headers, h2Continuation:
		return f.stream != 0
	case h2Priority:
		return f.stream != 0 && f.length == 5
	case h2Reset:
		return f.stream != 0 && f.length == 4
	case h2Settings:
		return f.stream == 0 && f.length%6 == 0
	case h2PushPromise:
		return f.stream != 0 && f.length >= 4
	case h2Ping:
		return f.stream == 0 && f.length == 8
	case h2GoAway:
		return f.stream == 0 && f.length >= 8
	case h2WindowUpdate:
		return f.length == 4
	}
	return true // RFC 9113 §4.1: unknown types are passed over
}

// plain says whether the frame is one that real peers send, which is what a search for a
// boundary goes by: of a known kind, with no flag that its kind does not have, not beyond
// the frame size that hardly anybody raises, on a stream of a number that a client opens.
func (f h2Head) plain() bool {
	const flags = "\x09\x2d\x00\x00\x01\x0c\x01\x00\x00\x04" // by kind
	return f.kind <= h2Continuation && f.valid() && f.flags&^flags[f.kind] == 0 &&
		f.length <= 1<<15 && f.stream < 1<<24 && (f.stream == 0 || f.stream&1 == 1)
}

// h2Boundary looks for a frame's boundary: as many frames in a row as wanted, all plain,
// the last perhaps cut off. It returns -1 where b has none.
func h2Boundary(b []byte, frames int) int {
	for i := 0; i+frames*h2HeaderLen <= len(b); i++ {
		if b[i] == 0 && b[i+3] <= h2Continuation && h2Chain(b[i:], frames) {
			return i
		}
	}
	return -1
}

func h2Chain(b []byte, frames int) bool {
	for ; frames > 0; frames-- {
		if len(b) < h2HeaderLen {
			return false
		}
		f := readH2Head(b)
		if !f.plain() {
			return false
		}
		b = b[min(h2HeaderLen+f.length, len(b)):]
	}
	return true
}

// h2Frame is the frame that one direction is in the middle of.
type h2Frame struct {
	h2Head
	begin assembly.Mark // its first byte
	raw   [h2HeaderLen]byte
	have  int     // bytes of raw
	in    bool    // the header is whole
	front int     // bytes of the payload before what it carries, still to come: pad length, priority, promised stream
	left  int     // bytes of the payload still to come, front and padding included
	pad   int     // of them padding, at the end
	small [8]byte // the payload of RST_STREAM and GOAWAY
	got   int     // bytes of small
}

// takeHead collects a frame's header and returns what follows it.
func (f *h2Frame) takeHead(b []byte, at *assembly.Mark) []byte {
	if f.have == 0 {
		f.begin = *at
	}
	n := copy(f.raw[f.have:], b)
	if f.have += n; f.have == h2HeaderLen {
		f.h2Head = readH2Head(f.raw[:])
		f.in, f.left, f.front, f.pad, f.got = true, f.length, 0, 0, 0
		switch f.kind {
		case h2Headers:
			if f.flags&h2HasPrio != 0 {
				f.front = 5
			}
		case h2PushPromise:
			f.front = 4
		}
		switch f.kind {
		case h2Data, h2Headers, h2PushPromise:
			if f.flags&h2Padded != 0 {
				f.front++
				f.pad = -1 // to be read
			}
		}
		f.front = min(f.front, f.left)
	}
	return b[n:]
}

// take splits the payload's next piece of what the frame carries off b; it is empty where
// only wrapping is there.
func (f *h2Frame) take(b []byte) (piece, rest []byte) {
	if f.front > 0 {
		n := min(f.front, len(b))
		if f.pad < 0 {
			f.pad = int(b[0])
		}
		f.front -= n
		f.left -= n
		b = b[n:]
	}
	if f.front > 0 {
		return nil, b
	}
	n := min(max(f.left-max(f.pad, 0), 0), len(b))
	piece, b = b[:n], b[n:]
	f.left -= n
	if f.left <= f.pad {
		n = min(f.left, len(b))
		f.left -= n
		b = b[n:]
	}
	return piece, b
}

// done closes the frame.
func (f *h2Frame) done() { f.in, f.have = false, 0 }
