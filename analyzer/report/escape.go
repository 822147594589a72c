package report

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Control characters are escaped, those above
// ASCII too (U+0080 to U+009F, line and paragraph separators), so that the output may be
// looked at on a terminal. Invalid UTF-8 becomes U+FFFD.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	return appendString(dst, []byte(s)) // no copy: s is only read
}

func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		// Eight bytes at a time are copied, and then as many of them kept as stand for themselves.
		if len(s)-i >= 8 {
			if cap(dst)-len(dst) < 8 {
				dst = slices.Grow(dst, len(s)-i+8)
			}
			x, n := binary.LittleEndian.Uint64(s[i:]), len(dst)
			binary.LittleEndian.PutUint64(dst[n:n+8], x)
			p := plainBytes(x)
			dst = dst[:n+p]
			if i += p; p == 8 {
				continue
			}
		}
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(s[i:])
			if r >= 0xa0 && r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || size > 1) {
				dst = append(dst, s[i:i+size]...)
				i += size
				continue
			}
		}
		dst = appendEscape(dst, r)
		i += size
	}
	return append(dst, '"')
}

// plainBytes is how many bytes of x, from the lowest on, stand for themselves in a JSON
// string: ASCII, no control character, no quote, no backslash. Each sum below sets the
// highest bit of a byte that does not; what it carries into the next byte does not matter,
// for only the lowest such byte counts.
func plainBytes(x uint64) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := x^'"'*ones, x^'\\'*ones
	odd := (x-0x20*ones)&^x | (quote-ones)&^quote | (backslash-ones)&^backslash | (x + ones) | x
	return bits.TrailingZeros64(odd&high) / 8 // of 0 they are 64
}

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default:
		return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	}
}
