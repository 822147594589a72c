package wsparse

import "strings"

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

// list gives the elements of a list field, those of a repeated field one after the other.
// Commas inside quotes part nothing. Empty elements are left out, RFC 9110 §5.6.1.
func list(fields []Field, name string) []string {
	var all []string
	for i := range fields {
		if strings.EqualFold(fields[i].Name, name) {
			for _, e := range splitQuoted(fields[i].Value, ',') {
				if e = strings.Trim(e, " \t"); e != "" {
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// hasToken says whether a list field has a token, in any case.
func hasToken(fields []Field, name, token string) bool {
	for _, e := range list(fields, name) {
		if strings.EqualFold(e, token) {
			return true
		}
	}
	return false
}

// splitQuoted splits at sep outside quoted strings (RFC 9110 §5.6.4).
func splitQuoted(s string, sep byte) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// isToken says whether s is a token, RFC 9110 §5.6.2.
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
