package wsparse

import "encoding/binary"

// MaxHeader is the length of the longest frame header, in bytes.
const MaxHeader = 14

// Header is a frame's header, RFC 6455 §5.2. Its names are those of the Kaitai Struct
// WebSocket specification.
type Header struct {
	Finished            bool  // FIN: the last frame of its message
	Reserved            uint8 // RSV1, RSV2, RSV3 as one number of 3 bits; RSV1 is 4
	Opcode              Opcode
	IsMasked            bool
	LenPayloadPrimary   uint8  // the 7-bit length: 0 to 125, or 126 or 127 for an extended one
	LenPayloadExtended1 uint16 // valid when LenPayloadPrimary is 126
	LenPayloadExtended2 uint64 // valid when LenPayloadPrimary is 127; bit 63 is kept as sent
	MaskKey             uint32 // big-endian reading of the four bytes; valid when IsMasked
	LenPayload          uint64 // payload bytes, whichever field said so
}

// ParseHeader reads the frame header at the start of b. n is its length in bytes, 2 to
// MaxHeader; 0 when b ends before the header does. Any bytes are a header: what breaks
// RFC 6455 in it is for the checks to say.
func ParseHeader(b []byte) (h Header, n int) {
	n = h.parse(b)
	return h, n
}

func (h *Header) parse(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	b0, b1 := b[0], b[1]
	primary := b1 & 0x7f
	n := 2
	length := uint64(primary)
	var ext1 uint16
	var ext2 uint64
	switch primary {
	case 126:
		if len(b) < 4 {
			return 0
		}
		ext1 = binary.BigEndian.Uint16(b[2:])
		length = uint64(ext1)
		n = 4
	case 127:
		if len(b) < 10 {
			return 0
		}
		ext2 = binary.BigEndian.Uint64(b[2:])
		length = ext2
		n = 10
	}
	var key uint32
	masked := b1&0x80 != 0
	if masked {
		if len(b) < n+4 {
			return 0
		}
		key = binary.BigEndian.Uint32(b[n:])
		n += 4
	}
	h.Finished = b0&0x80 != 0
	h.Reserved = b0 >> 4 & 7
	h.Opcode = Opcode(b0 & 0x0f)
	h.IsMasked = masked
	h.LenPayloadPrimary = primary
	h.LenPayloadExtended1 = ext1
	h.LenPayloadExtended2 = ext2
	h.MaskKey = key
	h.LenPayload = length
	return n
}

// Size is the header's own length in bytes, 2 to MaxHeader.
func (h *Header) Size() int {
	n := 2
	switch h.LenPayloadPrimary {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	if h.IsMasked {
		n += 4
	}
	return n
}

// AppendHeader appends the header's bytes to dst. The length is written in the field that
// LenPayloadPrimary names, so that a length that is not minimal can be written too.
func AppendHeader(dst []byte, h Header) []byte {
	b0 := h.Reserved&7<<4 | byte(h.Opcode&0x0f)
	if h.Finished {
		b0 |= 0x80
	}
	b1 := h.LenPayloadPrimary & 0x7f
	if h.IsMasked {
		b1 |= 0x80
	}
	dst = append(dst, b0, b1)
	switch h.LenPayloadPrimary & 0x7f {
	case 126:
		dst = binary.BigEndian.AppendUint16(dst, h.LenPayloadExtended1)
	case 127:
		dst = binary.BigEndian.AppendUint64(dst, h.LenPayloadExtended2)
	}
	if h.IsMasked {
		dst = binary.BigEndian.AppendUint32(dst, h.MaskKey)
	}
	return dst
}

// AppendFrame appends a whole frame to dst: h with its length fields set to payload's
// length in the fewest bytes, and payload, masked where h says so. It is meant for tests
// and generators.
func AppendFrame(dst []byte, h Header, payload []byte) []byte {
	n := len(payload)
	h.LenPayload = uint64(n)
	switch {
	case n <= 125:
		h.LenPayloadPrimary = uint8(n)
	case n <= 0xffff:
		h.LenPayloadPrimary, h.LenPayloadExtended1 = 126, uint16(n)
	default:
		h.LenPayloadPrimary, h.LenPayloadExtended2 = 127, uint64(n)
	}
	dst = AppendHeader(dst, h)
	start := len(dst)
	dst = append(dst, payload...)
	if h.IsMasked {
		Unmask(dst[start:], dst[start:], h.MaskKey, 0)
	}
	return dst
}
