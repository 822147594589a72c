package report

import (
	"strings"
	"testing"
)

// TestALongWordIsBroken breaks words as long as payloads: each character once, in lines that fit.
// To measure all that is left for each line took minutes.
func TestALongWordIsBroken(t *testing.T) {
	for name, word := range map[string]string{
		"letters":       strings.Repeat("0123456789", 40_000),
		"wide":          strings.Repeat("数é😀", 40_000),
		"of no columns": strings.Repeat("e\u0301\u0302", 40_000) + strings.Repeat("\u200b", 40_000),
	} {
		lines := wrap("two words "+word, 80, 0)
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != "twowords"+word {
			t.Errorf("%s: %d bytes of %d are left", name, len(got), len(word)+8)
		}
		for _, line := range lines {
			if width(line) > 80 {
				t.Errorf("%s: a line of %d columns", name, width(line))
				break
			}
		}
	}
}

// TestALongStringInJSONIsShortened shows no more of a JSON text than of a plain one.
func TestALongStringInJSONIsShortened(t *testing.T) {
	lines := prettyJSON([]byte(`{"a":"`+strings.Repeat("ü", 50_000)+`","b":1}`), 80)
	if len(lines) != 4 || len(lines[1]) > longestLine+100 || !strings.HasSuffix(lines[1], " in all,") {
		t.Errorf("%d lines, the second of %d bytes, ends in %q", len(lines), len(lines[1]), lines[1][len(lines[1])-20:])
	}
}
