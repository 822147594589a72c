package report

import "strings"

// tied is a space at which no line is broken; it is written as a space.
const tied = "\u00a0"

// wrap breaks a clean text into lines of at most n columns, at spaces, or inside a word
// that is longer than a line. The first line is shorter by first columns. n of 0 breaks nothing.
func wrap(s string, n, first int) []string {
	if n <= 0 || width(s) <= n-first {
		return []string{strings.ReplaceAll(s, tied, " ")}
	}
	n = max(n, 8)
	var lines []string
	room := max(n-first, 4)
	line := ""
	end := func() {
		lines = append(lines, strings.ReplaceAll(line, tied, " "))
		line, room = "", n
	}
	for word := range strings.SplitSeq(s, " ") {
		switch {
		case line == "" && len(lines) == 0 && room > 0 && width(word) <= room:
			line = word
		case line != "" && width(line)+1+width(word) <= room:
			line += " " + word
		default:
			if line != "" {
				end()
			}
			for width(word) > room {
				head := prefix(word, room)
				line = head
				end()
				word = word[len(head):]
			}
			line = word
		}
	}
	if line != "" || len(lines) == 0 {
		end()
	}
	return lines
}

// prefix is the longest beginning of s, at least a character, that takes at most n columns.
func prefix(s string, n int) string {
	head := strings.TrimSuffix(cut(s, n+1), "…")
	for head != "" && width(head) > n {
		runes := []rune(head)
		head = string(runes[:len(runes)-1])
	}
	if head == "" || !strings.HasPrefix(s, head) {
		return string([]rune(s)[:1])
	}
	return head
}
