package report

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Control characters are escaped, those above
// ASCII too (U+0080 to U+009F, line and paragraph separators), and what is invisible or changes the
// direction of text, so that the output may be looked at on a terminal. So is the # of what a CI runner would
// take for a command in its log (##[, ##vso[): a reader of JSON gets the same text. Invalid UTF-8 becomes U+FFFD.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	start := len(dst)
	dst = appendString(dst, []byte(s)) // no copy: s is only read
	if i := bytes.IndexByte(dst[start:], '#'); i >= 0 {
		dst = escapeCommands(dst, start+i)
	}
	return dst
}

// escapeCommands escapes the first # of every pair of them from a place on: pairs are rare, so
// that what follows them need not be looked at.
func escapeCommands(dst []byte, from int) []byte {
	for {
		i := bytes.Index(dst[from:], []byte("##"))
		if i < 0 {
			return dst
		}
		from += i
		dst = slices.Replace(dst, from, from+1, []byte(`\u0023`)...)
		from += len(`\u0023`)
	}
}

func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for len(s) >= 8 {
		if cap(dst)-len(dst) < wordRoom {
			dst = slices.Grow(dst, len(s)+len(s)/2+wordRoom)
		}
		var took int
		dst, took = appendWords(dst, s)
		s = s[took:]
		for rest := len(s) - 8; len(s) > max(rest, 0); s = s[took:] { // what stopped it is among these
			dst, took = appendRune(dst, s)
		}
	}
	for took := 0; len(s) > 0; s = s[took:] {
		dst, took = appendRune(dst, s)
	}
	return append(dst, '"')
}

// wordRoom is the room for eight bytes with eight backslashes, and for what appendWords
// writes behind them.
const wordRoom = 32

// appendWords appends eight bytes at a time from s while they are printable ASCII and dst has
// room, and returns how many it took. They are copied as they are; where quotes and
// backslashes are among them, each is put right and what follows it copied again, one byte
// further.
func appendWords(dst, s []byte) ([]byte, int) {
	out, n, i := dst[:cap(dst)], len(dst), 0
	for i <= len(s)-8 && n <= len(out)-wordRoom {
		x := binary.LittleEndian.Uint64(s[i:])
		if strange(x) != 0 {
			break
		}
		n += putMarked((*[wordRoom]byte)(out[n:]), x, quotes(x), '\\')
		i += 8
	}
	return out[:n], i
}

// putMarked writes the eight bytes of x, each that is marked by its highest bit with mark in front,
// and returns how many bytes that made.
func putMarked(to *[wordRoom]byte, x, marks uint64, mark byte) int {
	binary.LittleEndian.PutUint64(to[:], x)
	added := 0
	for ; marks != 0; marks &= marks - 1 {
		p := bits.TrailingZeros64(marks) &^ 7
		at := p/8 + added
		to[at&15] = mark
		added++
		binary.LittleEndian.PutUint64(to[(at+1)&15:], x>>(p&63))
	}
	return 8 + added
}

const ones, high = 0x0101010101010101, 0x8080808080808080

// strange marks, by its highest bit, each byte of x that is no printable ASCII.
func strange(x uint64) uint64 {
	low := x &^ high
	return (^(low + (0x80-0x20)*ones) | (low + ones) | x) & high
}

// quotes marks, by its highest bit, each byte of ASCII that is a quote or a backslash.
func quotes(x uint64) uint64 {
	quote, backslash := x^'"'*ones, x^'\\'*ones
	return ^((quote + 0x7f*ones) & (backslash + 0x7f*ones)) & high
}

// is marks, by its highest bit, each byte of x that is c.
func is(x uint64, c byte) uint64 {
	x ^= uint64(c) * ones
	return ^((x&^high + 0x7f*ones) | x) & high
}

// appendRune appends the first character of s, escaped if need be, and returns how long it is in s.
func appendRune(dst, s []byte) ([]byte, int) {
	c := s[0]
	if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
		return append(dst, c), 1
	}
	r, size := rune(c), 1
	if c >= utf8.RuneSelf {
		r, size = utf8.DecodeRune(s)
		if r >= 0xa0 && !deceptive(r) && (r != utf8.RuneError || size > 1) {
			return append(dst, s[:size]...), size
		}
	}
	return appendEscape(dst, r), size
}

// deceptive reports whether a character above ASCII is invisible, ends a line, or changes the direction of text.
func deceptive(r rune) bool {
	switch {
	case r < 0x200b:
		return r == 0xad || r == 0x61c || r == 0x180e
	case r <= 0x206f:
		return r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060
	}
	return r == 0xfeff || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
}

func appendEscape(dst []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(dst, high), low)
	}
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
