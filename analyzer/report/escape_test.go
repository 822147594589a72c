package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// TestStringsAreReadBackAsTheyWere holds AppendString to encoding/json's reading of it, and
// to its promise that a terminal shows it: with any byte at any place of a word.
func TestStringsAreReadBackAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	alphabet := []string{"a", "~", " ", "\"", "\\", "\n", "\x00", "\x1f", "\x7f", "é", "\u0085", "\u2028", "日", "😀", "\xff", "\xe2\x80", "\xed\xa0\x80", "plain text"}
	for range 20000 {
		var b strings.Builder
		for range r.IntN(24) {
			if r.IntN(3) > 0 {
				b.WriteString("x")
			} else {
				b.WriteString(alphabet[r.IntN(len(alphabet))])
			}
		}
		s := b.String()
		got := AppendString(make([]byte, 0, r.IntN(20)), s)
		if again := AppendString(nil, []byte(s)); string(again) != string(got) {
			t.Fatalf("%q: %s of a string, %s of bytes", s, got, again)
		}
		var back string
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%q: %s: %v", s, got, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ReplaceAll(back, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Fatalf("%q: read back %q", s, back)
		}
		for _, c := range string(got) {
			if unicode.IsControl(c) || c == '\u2028' {
				t.Fatalf("%q: %q holds a control character", s, got)
			}
		}
	}
}

// TestCellsAreReadBackAsTheyWere holds AppendCell to encoding/csv's reading of it, with whatever needs
// quotes at any place of a word.
func TestCellsAreReadBackAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	alphabet := []string{"a", " ", "\"", "\"\"", ",", "\n", "!", "#", "+", "-", "\x0b", "\x0c", "é", "日", "\xff", "\xa2\xac\x8a\x8d"}
	for range 20000 {
		var b strings.Builder
		b.WriteString("x") // no formula
		for range r.IntN(24) {
			if r.IntN(3) > 0 {
				b.WriteString("x")
			} else {
				b.WriteString(alphabet[r.IntN(len(alphabet))])
			}
		}
		s := b.String()
		got := string(AppendCell(make([]byte, 0, r.IntN(20)), s))
		if quoted := strings.ContainsAny(s, "\",\r\n"); quoted != (got[0] == '"') {
			t.Fatalf("%q: %s", s, got)
		}
		row, err := csv.NewReader(strings.NewReader(got + ",end\n")).Read()
		if err != nil {
			t.Fatalf("%q: %s: %v", s, got, err)
		}
		if want := string([]rune(s)); row[0] != want || len(row) != 2 { // U+FFFD for each byte that is no UTF-8
			t.Fatalf("%q: %s: read back %q", s, got, row)
		}
	}
}

// TestNoCommandAndNothingDeceptiveInJSON looks at the text itself: what reads it as JSON gets what was said.
func TestNoCommandAndNothingDeceptiveInJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	alphabet := []string{"#", "##", "[", "vso", "x", "\\", "\"", "é", "\u202e", "\u200b", "\u00ad", "\ufeff", "\U000e0041", "\x1b", "日", "😀"}
	for range 20000 {
		var b strings.Builder
		for range r.IntN(24) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		s := b.String()
		for name, got := range map[string][]byte{"AppendString": AppendString([]byte("##"), s)[2:], "encode": encode(s)} {
			if bytes.Contains(got, []byte("##")) || bytes.ContainsAny(got, "\u202e\u200b\u00ad\ufeff\U000e0041\x1b") {
				t.Fatalf("%s(%q): %s", name, s, got)
			}
			var back string
			if err := json.Unmarshal(got, &back); err != nil || back != s {
				t.Fatalf("%s(%q): %s is read as %q, %v", name, s, got, back, err)
			}
		}
	}
}
