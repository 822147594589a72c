package wsparse

import (
	"testing"
	"unicode/utf8"
)

// firstBad is where text can no longer become valid, by trying.
func firstBad(b []byte) int {
	for i := range b {
		ok := false
		// b[:i+1] can still become valid if some continuation bytes make it so.
		for _, rest := range []string{"", "\x80", "\xbf", "\x80\x80", "\xbf\x80", "\x90\x80\x80", "\x80\x80\x80", "\xa0\x80", "\x9f\x80"} {
			ok = ok || utf8.Valid(append(append([]byte(nil), b[:i+1]...), rest...))
		}
		if !ok {
			return i
		}
	}
	return -1
}

// TestUTF8AgainstTheStandardLibrary tries all sequences of bytes that matter, at the
// beginning and behind ASCII, in every cut.
func TestUTF8AgainstTheStandardLibrary(t *testing.T) {
	edges := []byte{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff}
	for _, a := range edges {
		for _, b := range edges {
			for _, c := range edges {
				for _, d := range edges {
					p := []byte{'x', a, b, c, d}
					want := firstBad(p)
					for cut := range p {
						var s textCheck
						got := s.bad(p[:cut])
						if got < 0 {
							if got = s.bad(p[cut:]); got >= 0 {
								got += cut
							}
						}
						if got != want {
							t.Fatalf("% x cut at %d: %d, want %d", p, cut, got, want)
						}
						if got < 0 && (s.unfinished() == 0) != utf8.Valid(p) {
							t.Fatalf("% x: unfinished %d", p, s.unfinished())
						}
					}
				}
			}
		}
	}
}
