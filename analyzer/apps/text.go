package apps

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gist is text as one line of at most maxGist runes: what is not printable becomes a
// space, runs of spaces one.
func gist[T string | []byte](text T) string {
	return line(text, maxGist)
}

// short is gist for a name or an id.
func short[T string | []byte](text T) string {
	if len(text) <= maxText && plain(text) {
		return string(text)
	}
	return line(text, maxText)
}

// plain is whether text is printable ASCII, which needs no further look.
func plain[T string | []byte](text T) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '!' || text[i] > '~' {
			return false
		}
	}
	return true
}

// line is text as one line of limit runes. Printable ASCII with single spaces, which most
// is, is taken as it stands.
func line[T string | []byte](text T, limit int) string {
	n := min(len(text), limit)
	previous := byte(' ')
	for i := range n {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && previous == ' ' {
			return cleaned(text, limit)
		}
		previous = c
	}
	if len(text) > limit {
		return string(text[:n]) + "…"
	}
	if previous == ' ' {
		return cleaned(text, limit)
	}
	return string(text)
}

func cleaned[T string | []byte](text T, limit int) string {
	// A rune takes 4 bytes at most, so that no more than this is ever looked at.
	cut := len(text) > 8*limit
	s := string(text[:min(len(text), 8*limit)])
	var b strings.Builder
	n, space := 0, false
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		if n >= limit {
			cut = true
			break
		}
		b.WriteRune(r)
		n++
	}
	if cut {
		b.WriteString("…")
	}
	return b.String()
}

// more is a gist with the number of units that it does not show.
func more(gist string, n int64) string {
	rest := "(+" + strconv.FormatInt(n, 10) + ")"
	if gist == "" {
		return rest
	}
	return gist + " " + rest
}

// join is the non-empty words with spaces between.
func join(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return gist(b.String())
}

// bytesOf is a binary payload's size in words.
func bytesOf(n int) string { return strconv.Itoa(n) + " bytes" }
