package clean

import (
	"strings"
	"unicode"
)

// Text returns s with U+FFFD in the place of every control character and everything above ASCII that is not Visible,
// and with commands to CI runners broken as by Commands. Unlike Line it escapes nothing: it is for sentences that
// people read.
func Text(s string) string {
	return Commands(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r > unicode.MaxASCII && !Visible(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s))
}
