package wsparse

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
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
// from, unless it is unknown), text in UTF-8. It says false unless at least three frames
// in a row agree and the confidence is above 1-2^-30, which takes six or so binary frames
// or three text frames: TLS, SSH, HTTP and random bytes do not get there. b should be a
// few KiB; more than 64 KiB are not looked at.
func FindBoundary(b []byte, from Role) (Boundary, bool) {
	r := resync{b: b[:min(len(b), searchWindow)], from: from, deflate: true, need: 30}
	return r.find()
}

// searchWindow is how many bytes a search looks at, at most.
const searchWindow = 64 << 10

// resync is a search for a frame boundary. It weighs evidence in bits: n bits are what
// random bytes show once in 2^n.
type resync struct {
	b       []byte
	from    Role
	deflate bool    // RSV1 may be set
	need    float64 // bits wanted, after the chances that a search at many places has are taken off
	end     bool    // no byte will follow b: that a frame ends just there is evidence
}

// find gives the first boundary with enough evidence.
func (r *resync) find() (Boundary, bool) {
	for i := range r.b {
		if !r.mayBegin(r.b[i]) {
			continue
		}
		c := chain{r: r, at: i}
		if !c.follow() {
			continue
		}
		bits := c.bits - math.Log2(float64(i+1))
		if bits < r.need || c.frames < 3 && !c.exact {
			continue
		}
		found := Boundary{Offset: i, Frames: c.frames, Masked: c.masked, Confidence: 1 - math.Exp2(-bits)}
		if c.first-math.Log2(float64(i+1)) < firstNeeds {
			// Bytes of a payload that chance to read as a frame that ends where a true one
			// begins: that one is certain, the first is not.
			if found.Frames < 2 {
				continue
			}
			found.Offset, found.Frames = c.second, c.frames-1
		}
		if c.masked && r.repeats(found.Offset) {
			continue
		}
		return found, true
	}
	return Boundary{}, false
}

// repeats says whether the masked frame at i may be bytes of a masked payload that repeats,
// such as a run of one text: what there reads as frames does so over and over, which is no
// evidence. A true header does not come again, since each frame has a key of its own; the
// key zero, which some clients always have, is let through.
func (r *resync) repeats(i int) bool {
	const head, span = 12, 4 << 10
	if len(r.b)-i < head {
		return false
	}
	if h, n := ParseHeader(r.b[i:]); n == 0 || h.MaskKey == 0 {
		return false
	}
	return bytes.Contains(r.b[i+1:min(len(r.b), i+span)], r.b[i:i+head])
}

// firstNeeds is the evidence that the first frame of a chain has to be of its own, in bits.
const firstNeeds = 8

// mayBegin says whether a frame may have this first byte.
func (r *resync) mayBegin(b0 byte) bool {
	switch b0 {
	case 0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a:
		return true
	case 0x41, 0x42, 0xc1, 0xc2:
		return r.deflate
	}
	return false
}

// chain is frames that are followed from one to the next.
type chain struct {
	r      *resync
	at     int     // of the next header
	second int     // of the second header
	first  float64 // evidence that the first frame is, and that it ends where a second begins
	like   byte    // the first frame's first byte, until another has it too
	frames int
	bits   float64
	masked bool
	exact  bool // the last frame ends where the bytes end

	data   bool // a data frame came, so that inside is known
	inside bool // a fragmented message is under way
	closed bool // a Close came
	dull   int  // frames in a row that are no evidence
	last   Header
}

// The most frames that a chain is followed for, and the most in a row without evidence.
const (
	chainFrames = 64
	chainDull   = 4
)

// follow goes from frame to frame. It says false where something is wrong with one.
func (c *chain) follow() bool {
	for c.frames < chainFrames {
		b := c.r.b[c.at:]
		if len(b) == 0 {
			if c.exact = c.r.end; c.exact {
				c.bits += 6
			}
			return true
		}
		if !c.r.mayBegin(b[0]) {
			return false
		}
		h, n := ParseHeader(b)
		if n == 0 {
			return true
		}
		if !c.fits(&h) {
			return false
		}
		payload := b[n:]
		whole := h.LenPayload <= uint64(len(payload))
		if whole {
			payload = payload[:h.LenPayload]
		}
		bits, ok := c.weigh(&h, payload, whole)
		if !ok {
			return false
		}
		if c.dull++; bits > 0 {
			c.dull = 0
		}
		if c.dull == chainDull {
			return false
		}
		c.bits += bits
		if c.frames++; c.frames == 1 {
			c.first, c.second, c.like = bits+7, c.at+n+len(payload), b[0]
			if h.LenPayloadPrimary >= 126 {
				c.first += 5
			}
		} else if b[0] == c.like {
			c.first, c.like = c.first+4, 0xff
		}
		c.last = h
		if !whole {
			return true
		}
		c.at += n + len(payload)
	}
	return true
}

// fits says whether the header may follow those before.
func (c *chain) fits(h *Header) bool {
	if c.frames == 0 {
		c.masked = h.IsMasked
		if c.r.from != FromUnknown && c.masked != (c.r.from == FromClient) {
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

// weigh says how much evidence a frame is, or that it cannot be one.
func (c *chain) weigh(h *Header, payload []byte, whole bool) (bits float64, ok bool) {
	text, ok := c.weighPayload(h, payload, whole)
	if !ok {
		return 0, false
	}
	switch {
	case h.LenPayload == 0 && !h.IsMasked:
		return 0, true // runs of zeros, or of any short pattern
	case !h.Finished, h.Opcode == Continuation:
		bits = 2 // small numbers are frequent in anything
	default:
		bits = 4
	}
	if c.frames > 0 || c.r.from != FromUnknown {
		bits++ // the mask bit
	}
	if c.frames > 0 && h.LenPayload <= 8 && !h.IsMasked && h.Opcode == c.last.Opcode && h.LenPayload == c.last.LenPayload {
		bits /= 2 // a short pattern again
	}
	return bits + text, true
}

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
	// The beginning of a long text is enough, and bounds the work: in hostile bytes a
	// frame may seem to begin anywhere.
	var piece [256]byte
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

// control says whether a byte is a control character that texts do not have.
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
