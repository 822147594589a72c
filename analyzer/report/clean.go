package report

import (
	"unicode"
	"unicode/utf8"
)

// AppendClean appends s as one line that is harmless on a terminal: what is no printable
// character is escaped, as \n, \x1b or \u202e. That is every control character (C0, DEL,
// C1), line and paragraph separators, and all that is invisible or changes the direction
// of the text. Bytes that are not UTF-8 become \xff.
//
// The joiner of emoji (U+200D) is escaped like other invisible characters: terminals do
// not agree on the width of what it joins.
func AppendClean[T string | []byte](dst []byte, s T) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f {
			dst = append(dst, c)
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = appendByte(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendByte(dst, c)
		case visible(r):
			dst = append(dst, s[i:i+size]...)
		case r > 0xffff:
			dst = append(dst, '\\', 'U', '0', '0', hexDigits[r>>20&15], hexDigits[r>>16&15],
				hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		default:
			dst = append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		}
		i += size
	}
	return dst
}

// Clean is AppendClean as a string.
func Clean(s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return string(AppendClean(nil, s))
		}
	}
	return s
}

func appendByte(dst []byte, c byte) []byte {
	switch c {
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
}

// visible says whether a character above ASCII may stand for itself.
func visible(r rune) bool {
	switch {
	case r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800: // fillers: letters by their category, blank to the eye
		return false
	case r == 0x034f, r >= 0xfe00 && r <= 0xfe0d, r >= 0xe0100 && r <= 0xe01ef, r >= 0x180b && r <= 0x180f, r >= 0x17b4 && r <= 0x17b5:
		return false // joiners and selectors that are never seen; U+FE0E and U+FE0F choose how an emoji looks
	}
	return unicode.IsPrint(r) // no Zs but the space, no Cc, Cf, Co, Cs, Zl, Zp
}
