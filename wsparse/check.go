package wsparse

import (
	"fmt"

	"wscope/wsparse/rule"
)

// seen is what the checks remember of the frames before.
type seen struct {
	close       bool   // a Close came
	interrupted bool   // the header that was read cut a message off
	told        once   // what was told, and is not told again
	keys        uint8  // masked frames so far, up to 2
	same, even  uint8  // frames in a row with the key of the one before, and with the key as far from it as before
	key, step   uint32 // the last key, and how far it was from the one before
}

// once is findings that a Stream gives once: a sender that does such a thing does it always.
type once uint8

const (
	toldRefused once = 1 << iota // frames after a failed handshake
	toldWindow                   // a window larger than agreed
	toldEnding                   // a compressed message that ends in another way
	toldPadding                  // bits behind BFINAL
)

// findOnce is find, but for what was told before.
func (s *Stream) findOnce(what once, r *Rule, at int64, detail string) {
	if s.seen.told&what == 0 {
		s.seen.told |= what
		s.find(r, at, detail)
	}
}

// checkHeader judges the header of the frame that begins. alone says that it continues no
// message and that none can have been lost.
func (s *Stream) checkHeader(alone bool) {
	h := &s.h
	at := s.frameAt
	if s.cfg.Refused {
		s.findOnce(toldRefused, rule.FramesRefused, at, "first frame: "+h.Opcode.String())
	}
	// Nearly all frames: nothing reserved, a length in 7 bits or rightly in 16.
	if h.Reserved != 0 {
		s.checkReserved()
	}
	if h.Opcode > Binary {
		s.checkOpcode()
	}
	if h.LenPayloadPrimary >= 126 {
		s.checkLength()
	}
	if s.seen.close {
		s.checkAfterClose()
	}
	// RFC 6455 §5.4: a continuation continues something, and nothing else does.
	if alone {
		s.find(rule.ContinuationAlone, at, "no message is under way")
	}
	if s.seen.interrupted {
		s.find(rule.Interleaved, at, h.Opcode.String()+" frame before the last fragment of the message under way")
	}
	// RFC 6455 §5.1: a client MUST mask all frames, a server MUST NOT mask any.
	switch {
	case !h.IsMasked && s.cfg.From == FromClient:
		s.find(rule.ClientNotMasked, at+1, h.Opcode.String()+" frame")
	case h.IsMasked && s.cfg.From == FromServer:
		s.find(rule.ServerMasked, at+1, h.Opcode.String()+" frame")
	}
	if h.IsMasked {
		s.checkKey(h)
	}
}

// checkReserved judges RSV1 to RSV3. RFC 6455 §5.2: they MUST be 0 unless an extension
// gives them a meaning; RFC 7692 §6 gives one to RSV1 of a message's first frame.
func (s *Stream) checkReserved() {
	h := &s.h
	unknown := h.Reserved
	if s.deflated() {
		switch {
		case h.Reserved&4 == 0:
		case h.Opcode.IsControl():
			s.find(rule.CompressedControl, s.frameAt, h.Opcode.String()+" frame")
		case h.Opcode == Continuation && !s.uncertain:
			s.find(rule.CompressedContinuation, s.frameAt, "RSV1 set")
		}
		unknown &^= 4
	}
	if unknown != 0 && !s.cfg.Extended {
		s.find(rule.ReservedBits, s.frameAt, fmt.Sprintf("reserved bits %d", h.Reserved))
	}
}

// checkOpcode judges control frames and reserved opcodes.
func (s *Stream) checkOpcode() {
	h := &s.h
	// RFC 6455 §5.2: if an unknown opcode is received, the endpoint MUST fail the connection.
	if h.Opcode.IsReserved() && !s.cfg.Extended {
		s.find(rule.ReservedOpcode, s.frameAt, fmt.Sprintf("opcode %d", h.Opcode))
	}
	if !h.Opcode.IsControl() {
		return
	}
	// RFC 6455 §5.5: control frames MUST have 125 bytes or less and MUST NOT be fragmented.
	if !h.Finished {
		s.find(rule.ControlFragmented, s.frameAt, h.Opcode.String()+" frame without FIN")
	}
	if h.LenPayload > 125 {
		s.find(rule.ControlTooLong, s.frameAt+1, fmt.Sprintf("%s frame of %d bytes", h.Opcode, h.LenPayload))
	}
}

// checkLength judges an extended length. RFC 6455 §5.2: the minimal number of bytes MUST
// be used, and the most significant bit of 64 MUST be 0.
func (s *Stream) checkLength() {
	h := &s.h
	switch {
	case h.LenPayload>>63 != 0:
		s.find(rule.LengthBit63, s.frameAt+2, fmt.Sprintf("length 0x%x", h.LenPayload))
	case h.LenPayloadPrimary == 126 && h.LenPayload < 126:
		s.find(rule.LengthNotMinimal, s.frameAt+2, fmt.Sprintf("length %d as 16 bits", h.LenPayload))
	case h.LenPayloadPrimary == 127 && h.LenPayload <= 0xffff:
		s.find(rule.LengthNotMinimal, s.frameAt+2, fmt.Sprintf("length %d as 64 bits", h.LenPayload))
	}
}

// checkAfterClose judges a frame that follows a Close. RFC 6455 §5.5.1 forbids data; a Pong
// that was on its way is nothing to tell.
func (s *Stream) checkAfterClose() {
	switch op := s.h.Opcode; {
	case !op.IsControl():
		s.find(rule.DataAfterClose, s.frameAt, op.String()+" frame")
	case op == Close:
		s.find(rule.CloseRepeated, s.frameAt, "another Close frame")
	}
}

// checkKey watches the masking keys of a sender, RFC 6455 §5.3. One key shows nothing: it
// takes frames in a row, so many that chance is out of the question.
func (s *Stream) checkKey(h *Header) {
	k := &s.seen
	key := h.MaskKey
	step := key - k.key
	switch {
	case k.keys == 0:
		k.keys = 1
		k.same, k.even = 1, 0
	case key == k.key:
		k.same = min(k.same+1, keysToTell+1)
		k.even = 0
	default:
		k.same = 1
		if k.keys == 2 && step == k.step {
			k.even = min(k.even+1, keysToTell+1)
		} else {
			k.even = 0
		}
		k.keys = 2
	}
	k.key, k.step = key, step
	at := s.frameAt + int64(h.Size()) - 4
	switch {
	case k.same == zerosToTell && key == 0:
		s.find(rule.KeyZero, at, fmt.Sprintf("%d frames in a row have it", zerosToTell))
	case k.same == keysToTell && key != 0:
		s.find(rule.KeyReused, at, fmt.Sprintf("key 0x%08x in %d frames in a row", key, keysToTell))
	case k.even == keysToTell-1:
		s.find(rule.KeyCounting, at, fmt.Sprintf("each key is the one before plus 0x%x", step))
	}
}

// tells reports whether checkKey will report key, the next one.
func (k *seen) tells(key uint32) bool {
	if key == k.key {
		return k.same == keysToTell-1 || key == 0 && k.same == zerosToTell-1
	}
	return k.even == keysToTell-2 && key-k.key == k.step
}

// keysToTell is how many keys in a row have to be of a kind.
const keysToTell = 4

// zerosToTell is how many keys of zero: chance makes two of them once in 2^64.
const zerosToTell = 2
