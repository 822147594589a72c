package wsparse

import (
	"bytes"
	"math"
)

// Boundary is a place in bytes with no known start at which WebSocket frames begin.
type Boundary struct {
	Offset     int     // of the first header byte
	Frames     int     // consistent frames from there on, the last one perhaps cut off
	Masked     bool    // how their mask bits are: all alike
	Confidence float64 // 1 minus the chance that random bytes hold such frames, 0 to 1
}

// FindBoundary searches b for the first place from which on everything reads as frames of
// one sender: no reserved bit or opcode (RSV1 may be set, as with permessage-deflate),
// control frames and fragments by the rules, minimal lengths, one way of masking (that of
// from, unless it is unknown), text in UTF-8. It reports false unless at least three frames
// in a row agree and the confidence is above 1-2^-30, which takes six or so binary frames
// or three text frames: TLS, SSH, HTTP and random bytes do not get there. Protocols made of
// tags and short lengths may: see Recognize. b should be a few KiB; more than 64 KiB are not
// looked at.
func FindBoundary(b []byte, from Role) (Boundary, bool) {
	r := resync{b: b[:min(len(b), searchWindow)], from: from, deflate: true, need: 30}
	return r.find()
}

// searchWindow is how many bytes FindBoundary looks at, at most.
const searchWindow = 64 << 10

// resync searches bytes that are all there for a frame boundary. It weighs evidence in
// bits: n bits are what random bytes show once in 2^n.
type resync struct {
	b       []byte
	from    Role
	deflate bool    // RSV1 may be set
	need    float64 // bits wanted, after the chances that a search at many places has are taken off
	end     bool    // no byte will follow b: that a frame ends just there is evidence
}

// find returns the first boundary with enough evidence.
func (r *resync) find() (Boundary, bool) {
	v := &view{b: r.b, from: r.from, deflate: r.deflate, partial: true, end: r.end}
	for i := range r.b {
		if !v.mayBegin(r.b[i]) {
			continue
		}
		c := chain{start: int64(i), at: int64(i), hitAt: -1}
		if !c.follow(v) {
			continue
		}
		chances := math.Log2(float64(i + 1))
		bits := c.bits() - chances
		if bits < r.need || c.frames < 3 && !c.exact {
			continue
		}
		if !c.dropFalseFirst(chances) || c.masked && v.repeats(c.start) {
			continue
		}
		if bits = c.bits() - chances; bits < r.need {
			continue
		}
		return c.boundary(bits, 0), true
	}
	return Boundary{}, false
}

// boundary is what the chain found, in bytes that begin at base.
func (c *chain) boundary(bits float64, base int64) Boundary {
	return Boundary{Offset: int(c.start - base), Frames: c.frames, Masked: c.masked, Confidence: 1 - math.Exp2(-bits)}
}

// dropFalseFirst lets go of a first frame for which there is too little evidence of its own:
// bytes of a payload that chance to read as a frame that ends where a true one begins. It
// reports false where nothing is left.
func (c *chain) dropFalseFirst(chances float64) bool {
	if c.first-chances >= firstNeeds {
		return true
	}
	if c.frames < 2 {
		return false
	}
	c.start, c.frames = c.second, c.frames-1
	c.begun = max(c.again-1, 0)
	c.first = math.Inf(1)
	return true
}

// firstNeeds is the evidence that the first frame of a chain has to be of its own, in bits.
const firstNeeds = 8

// view is the bytes that chains are followed in.
type view struct {
	b       []byte
	base    int64 // offset of b[0]
	from    Role
	either  bool    // frames may be masked as those of from are not
	deflate bool    // RSV1 may be set
	partial bool    // judge a frame by what is there of it: what follows will not be waited for
	end     bool    // no byte will follow b
	strict  bool    // it is not known that these are WebSocket frames: see chain.bits
	starts  []int64 // offsets at which segments begin, ascending; a segment ends where b ends
}

// odd reports whether frames of the sender should not be masked so.
func (v *view) odd(masked bool) bool {
	return v.from != FromUnknown && masked != (v.from == FromClient)
}

// from0 returns the bytes from offset on; nil where none are there.
func (v *view) from0(offset int64) []byte {
	if i := offset - v.base; i >= 0 && i < int64(len(v.b)) {
		return v.b[i:]
	}
	return nil
}

// mayBegin reports whether a frame may have this first byte.
func (v *view) mayBegin(b0 byte) bool {
	switch b0 {
	case 0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a:
		return true
	case 0x41, 0x42, 0xc1, 0xc2:
		return v.deflate
	}
	return false
}

// repeats reports whether the masked frame at offset may be bytes of a masked payload that
// repeats, such as a run of one text: what there reads as frames does so over and over, which
// is no evidence. A true header does not come again, since each frame has a key of its own;
// the key zero, which some clients always have, is let through.
func (v *view) repeats(offset int64) bool {
	const head, span = 12, 4 << 10
	b := v.from0(offset)
	if len(b) < head {
		return false
	}
	if h, n := ParseHeader(b); n == 0 || h.MaskKey == 0 {
		return false
	}
	return bytes.Contains(b[1:min(len(b), span)], b[:head])
}
