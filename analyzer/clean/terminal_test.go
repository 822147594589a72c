package clean

import (
	"strings"
	"testing"
)

// TestTerminalTakesLinesHoweverTheyAreCut writes the same text in pieces of every size.
func TestTerminalTakesLinesHoweverTheyAreCut(t *testing.T) {
	const text = "a,\x1b[31mred\r\n::set-output a::b\n\"two\u202e\"\n"
	const want = "a,\\x1b[31mred\n\\::set-output a::b\n\"two\\u202e\"\n"
	for size := 1; size <= len(text); size++ {
		var b strings.Builder
		w := Terminal(&b)
		for from := 0; from < len(text); from += size {
			if n, err := w.Write([]byte(text[from:min(from+size, len(text))])); err != nil || n != min(size, len(text)-from) {
				t.Fatal(n, err)
			}
		}
		if b.String() != want {
			t.Fatalf("in pieces of %d: %q", size, b.String())
		}
	}
}
