package behaviour

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Names are patterns of paths, topics and kinds with identifiers in them: "/ocpp/{id}", "site/{id}/temp". A part in
// braces stands for one segment between slashes, colons or dots, whatever it holds.
type Names []string

// CheckName says what is wrong with a pattern.
func CheckName(pattern string) error {
	switch {
	case strings.TrimSpace(pattern) == "":
		return fmt.Errorf("an entry of names is empty")
	case len(pattern) > 500:
		return fmt.Errorf("an entry of names is longer than 500 bytes")
	case !strings.Contains(pattern, "{") || strings.Count(pattern, "{") != strings.Count(pattern, "}"):
		return fmt.Errorf("%q has no part in braces, such as /devices/{id}", pattern)
	}
	return nil
}

// fold is a name by the first pattern that fits it, or one of its words; else the name.
func (n Names) fold(name string) string {
	for _, pattern := range n {
		if fits(pattern, name) {
			return pattern
		}
		if words := strings.Split(name, " "); len(words) > 1 {
			for i, w := range words {
				if fits(pattern, w) {
					words[i] = pattern
					return strings.Join(words, " ")
				}
			}
		}
	}
	return name
}

// fits says whether a name is like a pattern.
func fits(pattern, name string) bool {
	for {
		before, rest, braces := strings.Cut(pattern, "{")
		if !strings.HasPrefix(name, before) {
			return false
		}
		name = name[len(before):]
		if !braces {
			return name == ""
		}
		_, behind, closed := strings.Cut(rest, "}")
		if !closed {
			return false
		}
		end := strings.IndexAny(name, "/:.")
		if next := strings.IndexByte(behind, '{'); behind != "" && next != 0 && !strings.ContainsRune("/:.", rune(behind[0])) {
			end = strings.IndexByte(name, behind[0])
			if end < 0 {
				return false
			}
		}
		if end < 0 {
			end = len(name)
		}
		if end == 0 {
			return false
		}
		pattern, name = behind, name[end:]
	}
}

// name is a kind's or topic's name without the identifiers in it.
func name(s string) string {
	if id := withoutID(s); id != s {
		return id
	}
	for _, separator := range []string{"/", ":", "."} {
		if !strings.Contains(s, separator) {
			continue
		}
		words := strings.Split(s, separator)
		for i, w := range words {
			words[i] = withoutID(w)
		}
		s = strings.Join(words, separator)
	}
	if len(s) > 100 {
		s = s[:100]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s
}

// withoutID is a word, or {id} where it is an identifier by its looks.
func withoutID(s string) string {
	if looksLikeID(s) {
		return "{id}"
	}
	return s
}

// looksLikeID says whether a word is an identifier by its looks alone: a number, a UUID, hexadecimal digits, letters and digits well
// mixed, a number behind a prefix, an address of mail or of IP, a time. Names that come and go between runs and do not look it
// are found by align.
func looksLikeID(s string) bool {
	if len(s) == 0 || len(s) > 200 {
		return false
	}
	digits, hex, letters, changes, upper, lower := 0, 0, 0, 0, 0, 0
	kind := byte(0)
	for i := range len(s) {
		c := s[i]
		k := byte('-')
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
			k = '9'
		case c >= 'a' && c <= 'z':
			lower++
			letters++
			k = 'a'
		case c >= 'A' && c <= 'Z':
			upper++
			letters++
			k = 'A'
		}
		if c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == '-' {
			hex++
		}
		if k != '-' && kind != 0 && k != kind && (k == '9' || kind == '9' || k == 'A' && kind == 'a') {
			changes++
		}
		if k != '-' {
			kind = k
		}
	}
	switch n := len(s); {
	case digits == n:
		return true
	case hex == n && n >= 8 && digits > 0, n >= 16 && digits >= 3 && !strings.ContainsAny(s, " .:/@"):
		return true
	case digits == 0:
		return strings.Contains(s, "@") && strings.Contains(s[strings.IndexByte(s, '@'):], ".")
	case strings.Contains(s, "@"):
		return strings.Contains(s[strings.IndexByte(s, '@'):], ".")
	case isTime(s), isAddress(s):
		return true
	case digits+letters == n && n >= 6 && digits >= 2 && changes >= 3: // k3j9x2q
		return true
	case digits+letters == n && n >= 8 && upper >= 2 && lower >= 2 && changes >= 3: // aB3dE6gH9k
		return true
	}
	return isNumbered(s) || isToken(s)
}

// isNumbered says whether a word is a number behind a prefix and a hyphen or underscore: CP-1234, user_42.
func isNumbered(s string) bool {
	i := strings.LastIndexAny(s, "-_#")
	if i < 1 || i > 24 || len(s)-i-1 < 2 {
		return false
	}
	for _, c := range []byte(s[i+1:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isToken says whether a word is a token behind a short prefix: usr_aB3dE6gH.
func isToken(s string) bool {
	prefix, rest, ok := strings.Cut(s, "_")
	if !ok || len(prefix) > 6 || len(rest) < 6 || strings.ContainsAny(rest, "_-") {
		return false
	}
	digits, upper, lower := 0, 0, 0
	for _, c := range []byte(rest) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			lower++
		default:
			return false
		}
	}
	return digits > 0 && (digits >= 2 || upper >= 2 && lower >= 1)
}

// isTime says whether a word is a time as ISO 8601 writes it.
func isTime(s string) bool {
	return len(s) >= 10 && s[4] == '-' && s[7] == '-' && (len(s) == 10 || s[10] == 'T' || s[10] == ' ') && strings.Trim(s[:4]+s[5:7]+s[8:10], "0123456789") == ""
}

func isAddress(s string) bool {
	if strings.Count(s, ".") != 3 && strings.Count(s, ":") < 2 {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(s)
	return err == nil
}
