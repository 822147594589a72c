package h3

import "wscope/assembly/quic"

// Frame types (RFC 9114 §7.2), and the type that begins a WebTransport stream
// (draft-ietf-webtrans-http3 §4.3), which is none.
const (
	FrameData         = 0x00
	FrameHeaders      = 0x01
	FrameCancelPush   = 0x03
	FrameSettings     = 0x04
	FramePushPromise  = 0x05
	FrameGoAway       = 0x07
	FrameMaxPushID    = 0x0d
	FrameWebTransport = 0x41
)

// Stream types of unidirectional streams (RFC 9114 §6.2, RFC 9204 §4.2).
const (
	StreamControl      = 0x00
	StreamPush         = 0x01
	StreamEncoder      = 0x02
	StreamDecoder      = 0x03
	StreamWebTransport = 0x54
)

// Number collects one variable-length integer that may come in pieces.
type Number struct {
	raw  [8]byte
	have uint8
}

// Take takes bytes off b until the integer is whole.
func (n *Number) Take(b []byte) (v uint64, rest []byte, ok bool) {
	for len(b) > 0 {
		n.raw[n.have] = b[0]
		n.have++
		b = b[1:]
		if v, size := quic.Varint(n.raw[:n.have]); size > 0 {
			n.have = 0
			return v, b, true
		}
	}
	return 0, nil, false
}

// Pending reports whether the integer is there in part.
func (n *Number) Pending() bool { return n.have > 0 }

// Frame is the frame that a stream is in the middle of; a capsule has the same form (RFC 9297
// §3.2). Its zero value is at a boundary.
type Frame struct {
	Kind   uint64
	Left   uint64 // bytes of the payload still to come; valid with In
	Length uint64
	In     bool // the head is whole
	typed  bool // the kind is known, the length not yet
	number Number
}

// Head takes the head of a frame off b; what follows it is returned.
func (f *Frame) Head(b []byte) []byte {
	b = f.kind(b)
	if f.typed && f.Kind == FrameWebTransport {
		f.In = true // it has no length: a session's number follows
		return b
	}
	return f.length(b)
}

// CapsuleHead is Head for a capsule.
func (f *Frame) CapsuleHead(b []byte) []byte { return f.length(f.kind(b)) }

func (f *Frame) kind(b []byte) []byte {
	if !f.typed {
		f.Kind, b, f.typed = f.number.Take(b)
	}
	return b
}

func (f *Frame) length(b []byte) []byte {
	if f.typed {
		f.Left, b, f.In = f.number.Take(b)
		f.Length = f.Left
	}
	return b
}

// Take takes the next bytes of the payload off b.
func (f *Frame) Take(b []byte) (piece, rest []byte) {
	n := min(f.Left, uint64(len(b)))
	f.Left -= n
	return b[:n], b[n:]
}

// Done ends the frame.
func (f *Frame) Done() { *f = Frame{} }

// AtBoundary reports whether no part of a frame is there.
func (f *Frame) AtBoundary() bool { return !f.In && !f.typed && !f.number.Pending() }
