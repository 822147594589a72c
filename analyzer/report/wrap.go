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
		case line == "" && len(lines) == 0 && room > 0 && !beyond(word, room):
			line = word
		case line != "" && !beyond(word, room) && width(line)+1+width(word) <= room:
			line += " " + word
		default:
			if line != "" {
				end()
			}
			for beyond(word, room) {
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

// beginning is so much of s as is looked at to fill n columns: a payload is one word at worst,
// and to measure all of it for each of its lines takes the square of its length.
func beginning(s string, n int) string {
	most := 16 * (n + 1)
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xc0 == 0x80 {
		most--
	}
	return s[:most]
}

// beyond reports whether s does not fit n columns, or is too long for what takes so few.
func beyond(s string, n int) bool {
	b := beginning(s, n)
	return len(b) < len(s) || width(b) > n
}

// prefix is the longest beginning of s, at least a character, that takes at most n columns.
func prefix(s string, n int) string {
	s = beginning(s, n)
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
