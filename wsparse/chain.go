package wsparse

import (
	"encoding/binary"
	"math"
	"slices"
)

// chain is a hypothesis: frames that are followed from one to the next. Where a frame is
// longer than what is there, the chain waits at the offset where its next header must stand.
type chain struct {
	start   int64   // of the first frame
	at      int64   // of the next header
	second  int64   // of the second header
	first   float64 // evidence that the first frame is one, and that it ends where a second begins
	like    byte    // the first frame's first byte, until another has it too
	frames  int
	aligned bool // the first frame begins where a segment does
	masked  bool
	exact   bool // the last frame ends where the bytes, or a segment, end
	begun   int  // the first of the frames that begins a message, or is a control frame, from 1; 0 for none
	again   int  // the same from the second frame on

	// Evidence in bits, by where it comes from: see bits.
	short, pieces, long, text, hits float64
	strict                          bool
	hitAt                           int64     // the offset that hits counts last
	sizes                           [2]uint64 // bit n: a frame of n bytes was counted in hits
	size                            uint64    // the latest longer one

	data   bool // a data frame came, so that inside is known
	inside bool // a fragmented message is under way
	closed bool // a Close came
	dull   int  // frames in a row that are no evidence
	last   Header
}

// maxPieces bounds what unmasked fragments say that are neither a message's first nor its last, and that they end
// where a segment does: a message may carry a protocol that puts two bytes of length before its pieces, which read so
// for as long as it goes on, and the last of which ends where the message does.
const maxPieces = 8

// isPiece reports whether a header may be no more than the length of a piece.
func (h *Header) isPiece() bool { return h.Opcode == Continuation && !h.Finished && !h.IsMasked }

// The most frames that a chain is followed for, and the most in a row without evidence.
const (
	chainFrames = 64
	chainDull   = 4
)

// bits is all the evidence. Where nothing else says that these are WebSocket frames, it is
// bounded by kind: a list of tags and short lengths, as BER's 82 LL or any table of numbers,
// reads as short frames for as long as it goes on, and text in it as their payload. That
// frames have long lengths, are masked text, or begin where segments begin cannot be had so.
func (c *chain) bits() float64 {
	short := c.short + min(c.pieces, maxPieces)
	if !c.strict {
		return short + c.long + c.text + c.hits
	}
	if c.begun == 0 || c.begun == c.frames && !c.exact {
		return 0 // what no header follows yet is no evidence of a beginning
	}
	if c.masked {
		return min(short, 24) + min(c.long, 24) + min(c.text, 60) + min(c.hits, 21)
	}
	return min(short, 16) + min(c.long, 24) + min(c.text, 8) + min(c.hits, 21)
}

// follow goes from frame to frame. It reports false where something is wrong with one.
func (c *chain) follow(v *view) bool {
	c.strict = v.strict
	for c.frames < chainFrames {
		b := v.from0(c.at)
		if len(b) == 0 {
			if v.base+int64(len(v.b)) != c.at || c.frames == 0 {
				return true
			}
			if v.end || !v.strict && len(v.starts) > 0 {
				c.hit(v)
			}
			return true
		}
		if c.frames > 0 && v.isStart(c.at) {
			c.hit(v)
		}
		if !v.mayBegin(b[0]) {
			return false
		}
		h, n := ParseHeader(b)
		if n == 0 {
			return true
		}
		payload := b[n:]
		whole := h.LenPayload <= uint64(len(payload))
		if !whole && !v.partial && len(payload) < textLook {
			return true // wait for more
		}
		if whole {
			payload = payload[:h.LenPayload]
		}
		if !c.fits(&h, v) || !c.weigh(&h, payload, whole, v) {
			return false
		}
		c.at += int64(n) + int64(h.LenPayload)
		if c.frames == 1 {
			c.second = c.at
		}
		c.last = h
		if !whole {
			return true
		}
	}
	return true
}

// isStart reports whether a segment begins at offset.
func (v *view) isStart(offset int64) bool {
	if len(v.starts) == 0 {
		return false
	}
	_, ok := slices.BinarySearch(v.starts, offset)
	return ok
}

// hit counts that a frame ends where a segment, or all that there is, does. Random lengths of 7
// bits do once in 128 times, longer ones hardly ever. Where the frame does not fill the segment,
// short segments say less.
func (c *chain) hit(v *view) {
	if c.hitAt == c.at {
		return
	}
	c.hitAt, c.exact = c.at, true
	if c.strict && !c.isNews() {
		return
	}
	begin, size := v.base, int64(c.last.Size())+int64(c.last.LenPayload)
	if i, _ := slices.BinarySearch(v.starts, c.at); i > 0 {
		begin = v.starts[i-1]
	}
	bits := 7.0
	if c.last.LenPayloadPrimary >= 126 {
		bits = 12
	}
	if begin != c.at-size {
		bits = min(bits, math.Log2(float64(max(c.at-begin, 1))))
	}
	if c.last.isPiece() {
		c.pieces += bits
	} else {
		c.hits += bits
	}
}

// isNews reports whether the end of the last frame is evidence besides that of others before it: a
// message of fixed size that has a small number in front fits again and again.
func (c *chain) isNews() bool {
	if c.begun == 0 {
		return false
	}
	if n := c.last.LenPayloadPrimary; n < 126 {
		known := c.sizes[n/64]>>(n%64)&1 != 0
		c.sizes[n/64] |= 1 << (n % 64)
		return !known
	}
	known := c.size == c.last.LenPayload
	c.size = c.last.LenPayload
	return !known
}

// fits reports whether the header may follow those before.
func (c *chain) fits(h *Header, v *view) bool {
	if c.frames == 0 {
		c.masked = h.IsMasked
		if v.odd(c.masked) && !v.either {
			return false
		}
	}
	switch {
	case h.IsMasked != c.masked, c.closed && !h.Opcode.IsControl():
		return false
	case h.LenPayloadPrimary == 126 && h.LenPayload < 126,
		h.LenPayloadPrimary == 127 && (h.LenPayload < 1<<16 || h.LenPayload >= 1<<40):
		return false
	case h.Opcode.IsControl():
		c.closed = c.closed || h.Opcode == Close
		return h.LenPayload <= 125 && (h.Opcode != Close || h.LenPayload != 1)
	case c.data && c.inside != (h.Opcode == Continuation):
		return false
	}
	c.data, c.inside = true, !h.Finished
	return true
}

// weigh counts a frame as evidence. It reports false where it cannot be one.
func (c *chain) weigh(h *Header, payload []byte, whole bool, v *view) bool {
	text, ok := c.weighPayload(h, payload, whole)
	if !ok {
		return false
	}
	short, long := 4.0, 0.0
	if !h.Finished || h.Opcode == Continuation {
		short = 2 // small numbers are frequent in anything
	}
	if c.frames > 0 || v.from != FromUnknown && !v.odd(c.masked) {
		short++ // the mask bit
	}
	switch {
	case h.LenPayload == 0 && !h.IsMasked:
		short, text = 0, 0 // runs of zeros, or of any short pattern
	case c.frames > 0 && h.LenPayload <= 8 && !h.IsMasked && h.Opcode == c.last.Opcode && h.LenPayload == c.last.LenPayload:
		short /= 2 // a short pattern again
	case h.LenPayloadPrimary == 126:
		long = 5
	case h.LenPayloadPrimary == 127:
		long = 15 // 7 bits and 24 that are zero, which is frequent in tables
	}
	if c.dull++; short+long+text > 0 {
		c.dull = 0
	}
	if c.dull == chainDull {
		return false
	}
	if v.strict && c.begun == 0 && h.Opcode == Continuation {
		short, long, text = 0, 0, 0 // small numbers in two bytes read so, for as long as one likes
	}
	if h.isPiece() {
		c.pieces += short
	} else {
		c.short += short
	}
	c.long, c.text = c.long+long, c.text+text
	b0 := h.firstByte()
	c.frames++
	if h.Opcode != Continuation {
		if c.begun == 0 {
			c.begun = c.frames
		}
		if c.again == 0 && c.frames > 1 {
			c.again = c.frames
		}
	}
	if c.frames == 1 {
		c.first, c.like = short+long+text+7, b0
	} else {
		if c.frames == 2 {
			c.first += long // where the first ends, a header stands that is rare
		}
		if b0 == c.like {
			c.first += 4
			c.like = 0xff
		}
	}
	return true
}

// firstByte is the header's first byte.
func (h *Header) firstByte() byte {
	b0 := h.Reserved<<4 | byte(h.Opcode)
	if h.Finished {
		b0 |= 0x80
	}
	return b0
}

// textLook is how many bytes of a payload are enough to judge it, and bounds the work: in
// hostile bytes a frame may seem to begin anywhere.
const textLook = 256

// weighPayload looks at payloads that have to be text.
func (c *chain) weighPayload(h *Header, payload []byte, whole bool) (bits float64, ok bool) {
	if h.Opcode == Close {
		if len(payload) < 2 {
			return 0, true
		}
		return c.weighClose(h, payload, whole)
	}
	if h.Opcode != Text || h.Reserved != 0 {
		return 0, true
	}
	var piece [textLook]byte
	p := piece[:copy(piece[:], payload)]
	if h.IsMasked {
		Unmask(p, p, h.MaskKey, 0)
	}
	var text textCheck
	if text.bad(p) >= 0 || text.need > 0 && whole && h.Finished && len(p) == len(payload) {
		return 0, false
	}
	// Masked bytes that come out as text say much; text that lies open says only that text
	// was sent, but a header before it is no text. ASCII whose key is ASCII under the same
	// mask comes out as ASCII too, but with control characters among it.
	if h.IsMasked {
		if slices.ContainsFunc(p, control) {
			return 0, true
		}
		return min(float64(len(payload)), 12), true
	}
	return min(float64(len(payload)), 6), true
}

// control reports whether a byte is a control character that texts do not have.
func control(b byte) bool { return b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 0x7f }

// weighClose looks at a Close: few codes are in use, and the reason has to be text.
func (c *chain) weighClose(h *Header, payload []byte, whole bool) (bits float64, ok bool) {
	var piece [125]byte
	p := piece[:copy(piece[:], payload)]
	if h.IsMasked {
		Unmask(p, p, h.MaskKey, 0)
	}
	code := binary.BigEndian.Uint16(p)
	var text textCheck
	if code < 1000 || code >= 5000 || text.bad(p[2:]) >= 0 || text.need > 0 && whole {
		return 0, false
	}
	bits = 4
	if code <= 1014 {
		bits = 12
	}
	return bits + min(float64(len(p)-2), 6), true
}
