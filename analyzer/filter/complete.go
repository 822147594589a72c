package filter

import (
	"slices"
	"strings"
)

// Complete gives what the last word of an expression may become: names that a kind of records has.
func Complete(source string, kind Kind) (list []string) {
	from := len(source) - len(lastWord(source))
	word := source[from:]
	for path := range namesOf(kind) {
		if strings.HasPrefix(path, word) && strings.Count(path[len(word):], ".") <= 1 {
			list = append(list, source[:from]+path)
		}
	}
	slices.Sort(list)
	return list
}

func lastWord(s string) string {
	i := len(s)
	for i > 0 && (s[i-1] == '.' || s[i-1] == '_' || s[i-1] >= '0' && s[i-1] <= '9' || s[i-1] >= 'a' && s[i-1] <= 'z') {
		i--
	}
	return s[i:]
}
