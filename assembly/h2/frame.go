package h2

import (
	"encoding/binary"

	"wscope/assembly"
)

// Frame types of HTTP/2, RFC 9113 §6.
const (
	FrameData         = 0
	FrameHeaders      = 1
	FramePriority     = 2
	FrameReset        = 3
	FrameSettings     = 4
	FramePushPromise  = 5
	FramePing         = 6
	FrameGoAway       = 7
	FrameWindowUpdate = 8
	FrameContinuation = 9
	FrameUnread       = 0xff // no type of the RFC: a frame that is passed over
)

// Flags of the frame types that matter here.
const (
	FlagEndStream  = 0x01 // DATA, HEADERS
	FlagEndHeaders = 0x04 // HEADERS, PUSH_PROMISE, CONTINUATION
	FlagPadded     = 0x08 // DATA, HEADERS, PUSH_PROMISE
	FlagPriority   = 0x20 // HEADERS
)

// HeaderLen is the bytes of a frame's header.
const HeaderLen = 9

// Preface is what a client begins a connection with, RFC 9113 §3.4.
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Head is a frame's header, RFC 9113 §4.1.
type Head struct {
	Length int // of the payload; 24 bits
	Kind   uint8
	Flags  uint8
	Stream uint32 // 31 bits
}

func readHead(b []byte) Head {
	return Head{
		Length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]),
		Kind:   b[3],
		Flags:  b[4],
		Stream: binary.BigEndian.Uint32(b[5:]) &^ (1 << 31),
	}
}

// Valid reports whether the frame keeps what RFC 9113 §6 demands of its kind's length and
// stream. A connection whose frames do not is not at a frame's boundary.
func (f Head) Valid() bool {
	switch f.Kind {
	case FrameData, FrameHeaders, FrameContinuation:
		return f.Stream != 0
	case FramePriority:
		return f.Stream != 0 && f.Length == 5
	case FrameReset:
		return f.Stream != 0 && f.Length == 4
	case FrameSettings:
		return f.Stream == 0 && f.Length%6 == 0
	case FramePushPromise:
		return f.Stream != 0 && f.Length >= 4
	case FramePing:
		return f.Stream == 0 && f.Length == 8
	case FrameGoAway:
		return f.Stream == 0 && f.Length >= 8
	case FrameWindowUpdate:
		return f.Length == 4
	}
	return true // RFC 9113 §4.1: unknown types are passed over
}

// plain reports whether the frame is one that real peers send, which is what a search for a
// boundary goes by: of a known kind, with no flag that its kind does not have, not beyond
// the frame size that hardly anybody raises, on a stream of a number that a client opens.
func (f Head) plain() bool {
	const flags = "\x09\x2d\x00\x00\x01\x0c\x01\x00\x00\x04" // by kind
	return f.Kind <= FrameContinuation && f.Valid() && f.Flags&^flags[f.Kind] == 0 &&
		f.Length <= 1<<15 && f.Stream < 1<<24 && (f.Stream == 0 || f.Stream&1 == 1)
}

// EndsInData reports whether b ends with the header of a DATA frame that is plain and not empty.
func EndsInData(b []byte) bool {
	if len(b) < HeaderLen {
		return false
	}
	f := readHead(b[len(b)-HeaderLen:])
	return f.Kind == FrameData && f.Length > 0 && f.plain()
}

// Frame is the frame that one direction is in the middle of. Its zero value is before the first.
type Frame struct {
	Head
	Begin assembly.Mark // its first byte
	Raw   [HeaderLen]byte
	have  int     // bytes of Raw
	In    bool    // the header is whole
	Front int     // bytes of the payload before what it carries, still to come: pad length, priority, promised stream
	Left  int     // bytes of the payload still to come, front and padding included
	Pad   int     // of them padding, at the end; negative until it is read
	Small [8]byte // the payload of RST_STREAM and GOAWAY
	Got   int     // bytes of Small
}

// Started is how many bytes of the frame's header came, where it is not whole.
func (f *Frame) Started() int {
	if f.In {
		return 0
	}
	return f.have
}

// TakeHead collects a frame's header and returns what follows it.
func (f *Frame) TakeHead(b []byte, at *assembly.Mark) []byte {
	if f.have == 0 {
		f.Begin = *at
	}
	n := copy(f.Raw[f.have:], b)
	if f.have += n; f.have == HeaderLen {
		f.Head = readHead(f.Raw[:])
		f.In, f.Left, f.Front, f.Pad, f.Got = true, f.Length, 0, 0, 0
		switch f.Kind {
		case FrameHeaders:
			if f.Flags&FlagPriority != 0 {
				f.Front = 5
			}
		case FramePushPromise:
			f.Front = 4
		}
		switch f.Kind {
		case FrameData, FrameHeaders, FramePushPromise:
			if f.Flags&FlagPadded != 0 {
				f.Front++
				f.Pad = -1 // to be read
			}
		}
		f.Front = min(f.Front, f.Left)
	}
	return b[n:]
}

// Take splits the payload's next piece of what the frame carries off b; it is empty where
// only wrapping is there. b is not empty.
func (f *Frame) Take(b []byte) (piece, rest []byte) {
	if f.Front > 0 {
		n := min(f.Front, len(b))
		if f.Pad < 0 {
			f.Pad = int(b[0])
		}
		f.Front -= n
		f.Left -= n
		b = b[n:]
	}
	if f.Front > 0 {
		return nil, b
	}
	n := min(max(f.Left-max(f.Pad, 0), 0), len(b))
	piece, b = b[:n], b[n:]
	f.Left -= n
	if f.Left <= f.Pad {
		n = min(f.Left, len(b))
		f.Left -= n
		b = b[n:]
	}
	return piece, b
}

// Done closes the frame.
func (f *Frame) Done() { f.In, f.have = false, 0 }
