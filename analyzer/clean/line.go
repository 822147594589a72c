// Package clean makes text of captures harmless wherever people or machines read lines: on terminals, which
// obey control characters; to eyes, which invisible and direction-changing characters deceive; and in
// the logs of CI runners, which obey commands in the text.
//
// Read AppendLine first. JSON has escapes of its own, in analyzer/report; HTML is escaped by
// html/template; cells of spreadsheets are guarded in analyzer/report too.
package clean

import (
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendLine appends s as one line that is harmless on a terminal: what is no printable
// character is escaped, as \n, \x1b or \u202e. That is every control character (C0, DEL,
// C1), line and paragraph separators, and all that is invisible or changes the direction
// of the text. Bytes that are not UTF-8 become \xff. Commands to CI runners are broken as by Commands.
//
// The joiner of emoji (U+200D) is escaped like other invisible characters: terminals do
// not agree on the width of what it joins.
func AppendLine[T string | []byte](dst []byte, s T) []byte {
	start := len(dst)
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
		case Visible(r):
			dst = append(dst, s[i:i+size]...)
		case r > 0xffff:
			dst = append(dst, '\\', 'U', '0', '0', hexDigits[r>>20&15], hexDigits[r>>16&15],
				hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		default:
			dst = append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		}
		i += size
	}
	return disarm(dst, start)
}

// Line is AppendLine as a string.
func Line(s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return string(AppendLine(nil, s))
		}
	}
	return Commands(s)
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

// Visible reports whether a character above ASCII may stand for itself.
func Visible(r rune) bool {
	switch {
	case r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800: // fillers: letters by their category, blank to the eye
		return false
	case r == 0x034f, r >= 0xfe00 && r <= 0xfe0d, r >= 0xe0100 && r <= 0xe01ef, r >= 0x180b && r <= 0x180f, r >= 0x17b4 && r <= 0x17b5:
		return false // joiners and selectors that are never seen; U+FE0E and U+FE0F choose how an emoji looks
	}
	return unicode.IsPrint(r) // no Zs but the space, no Cc, Cf, Co, Cs, Zl, Zp
}
