package wsparse

import (
	"iter"
	"slices"
	"strings"
)

// lookup gives the first value of a field, in whatever case its name was sent, and how
// often it was sent.
func lookup(fields []Field, name string) (value string, times int) {
	for i := range fields {
		if strings.EqualFold(fields[i].Name, name) {
			if times == 0 {
				value = fields[i].Value
			}
			times++
		}
	}
	return value, times
}

// elements are those of a list field, of a repeated field one after the other. Commas inside
// quotes part nothing. Empty elements are left out, RFC 9110 §5.6.1.
func elements(fields []Field, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range fields {
			if !strings.EqualFold(fields[i].Name, name) {
				continue
			}
			for e := range splitQuoted(fields[i].Value, ',') {
				if e = strings.Trim(e, " \t"); e != "" && !yield(e) {
					return
				}
			}
		}
	}
}

// list gives the elements of a list field.
func list(fields []Field, name string) []string { return slices.Collect(elements(fields, name)) }

// hasToken reports whether a list field has a token, in any case.
func hasToken(fields []Field, name, token string) bool {
	for e := range elements(fields, name) {
		if strings.EqualFold(e, token) {
			return true
		}
	}
	return false
}

// splitQuoted splits at sep outside quoted strings (RFC 9110 §5.6.4).
func splitQuoted(s string, sep byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, quoted := 0, false
		for i := 0; i < len(s); i++ {
			switch {
			case quoted && s[i] == '\\':
				i++
			case s[i] == '"':
				quoted = !quoted
			case s[i] == sep && !quoted:
				if !yield(s[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(s[start:])
	}
}

// isToken reports whether s is a token, RFC 9110 §5.6.2.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
