package clean

import "testing"

// TestTextIsASentence shows what of a text is replaced, and that the rest stays.
func TestTextIsASentence(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 世 🙂":            "plain é 世 🙂",
		"a\x1b[31m\nb":           "a\ufffd[31m\ufffdb",
		"to\u202ethe left\u200b": "to\ufffdthe left\ufffd",
		"##[error]x":             `#\#[error]x`,
		"\xff":                   "\ufffd",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}
