package apps

import (
	"strings"
	"testing"
)

func TestGistIsOneShortLine(t *testing.T) {
	long := strings.Repeat("a", maxGist)
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"hello", "hello"},
		{"two words", "two words"},
		{"  around  ", "around"},
		{"a\n\tb  c", "a b c"},
		{"a\x00\x1b[31mb", "a [31mb"},
		{"grüße ✓", "grüße ✓"},
		{"right\u202eleft", "right left"},
		{"bad\xff\xfeutf-8", "bad utf-8"},
		{long, long},
		{long + "b", long + "…"},
		{strings.Repeat("ü", maxGist+1), strings.Repeat("ü", maxGist) + "…"},
		{strings.Repeat(" ", 5000) + "far", "…"},
	} {
		if got := gist(c.text); got != c.want {
			t.Errorf("gist(%.30q) is %q, want %q", c.text, got, c.want)
		}
		if got := gist([]byte(c.text)); got != c.want {
			t.Errorf("gist of the bytes %.30q is %q, want %q", c.text, got, c.want)
		}
	}
}
