package wsparse

import "encoding/binary"

// textCheck checks UTF-8 (RFC 3629) that comes in pieces. It fails at the first byte with
// which the text can no longer become valid, not at the end of the sequence.
type textCheck struct {
	need   uint8 // continuation bytes that the sequence under way still wants
	seen   uint8 // bytes of it so far
	lo, hi byte  // bounds of the next continuation byte, valid with need
}

// bad checks the next piece. It returns the index of the first byte that breaks the text,
// or -1; after a break the state is of no more use.
func (t *textCheck) bad(b []byte) int {
	i := 0
	if t.need == 0 {
		i = maskedASCII(b, 0, 0) // most text is ASCII, most often all of it
	}
	for {
		for t.need > 0 {
			if i == len(b) {
				return -1
			}
			if b[i] < t.lo || b[i] > t.hi {
				return i
			}
			t.lo, t.hi = 0x80, 0xbf
			t.need--
			t.seen++
			i++
		}
		for len(b)-i >= 8 && binary.LittleEndian.Uint64(b[i:])&highBits == 0 {
			i += 8
		}
		for i < len(b) && b[i] < 0x80 {
			i++
		}
		if i == len(b) {
			return -1
		}
		if !t.begin(b[i]) {
			return i
		}
		i++
	}
}

// begin takes the first byte of a sequence of two to four, Unicode's table 3-7.
func (t *textCheck) begin(c byte) bool {
	t.seen, t.lo, t.hi = 1, 0x80, 0xbf
	switch {
	case c >= 0xc2 && c <= 0xdf:
		t.need = 1
	case c >= 0xe0 && c <= 0xef:
		t.need = 2
		switch c {
		case 0xe0: // no overlong forms
			t.lo = 0xa0
		case 0xed: // no surrogates
			t.hi = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		t.need = 3
		switch c {
		case 0xf0:
			t.lo = 0x90
		case 0xf4: // nothing over U+10FFFF
			t.hi = 0x8f
		}
	default:
		return false
	}
	return true
}

// unfinished is how many bytes of an unfinished sequence the text ends with.
func (t *textCheck) unfinished() int {
	if t.need == 0 {
		return 0
	}
	return int(t.seen)
}
