package redact

import (
	"net/url"
	"strings"
)

// target redacts a path or URL: what a query's parameters are set to, user and password,
// fragments, and segments that look like tokens.
func (r *Redactor) target(s string) string {
	rest, fragment, _ := strings.Cut(s, "#")
	path, query, asked := strings.Cut(rest, "?")
	if scheme, after, ok := strings.Cut(path, "://"); ok {
		host, tail, slash := strings.Cut(after, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			host = r.Token(host[:at]) + host[at:]
		}
		path = scheme + "://" + host
		if slash {
			path += "/" + tail
		}
	}
	segments := strings.Split(path, "/")
	for i := range segments {
		segments[i] = r.name(segments[i])
	}
	out := strings.Join(segments, "/")
	if asked {
		pairs := queryPairs(query)
		for i := range pairs {
			name, value, set := strings.Cut(pairs[i], "=")
			if !set {
				pairs[i] = r.Token(plainValue(name)) // a query that is one value
				continue
			}
			pairs[i] = r.name(name) + "=" + r.Token(plainValue(value))
		}
		out += "?" + strings.Join(pairs, "&")
	}
	if fragment != "" {
		out += "#" + r.Token(fragment)
	}
	return out
}

func queryPairs(query string) []string {
	return strings.FieldsFunc(query, func(c rune) bool { return c == '&' || c == ';' })
}

// plainValue undoes percent encoding, so that a secret has one token however it is written.
func plainValue(s string) string {
	if v, err := url.QueryUnescape(s); err == nil {
		return v
	}
	return s
}

// name is a name as it is, unless it looks like a token.
func (r *Redactor) name(s string) string {
	if looksSecret(s) {
		return r.Token(s)
	}
	return s
}

// looksSecret reports whether a word looks like a token: long, and of letters and digits mixed as
// no name is.
func looksSecret(s string) bool {
	if strings.HasPrefix(s, "eyJ") || strings.HasPrefix(strings.ToLower(s), "base64url.bearer.") {
		return true
	}
	if len(s) < 20 {
		return false
	}
	digits, letters, changes := 0, 0, 0
	var last byte
	for i := range len(s) {
		var kind byte
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
			kind = '0'
		case c >= 'a' && c <= 'z':
			letters++
			kind = 'a'
		case c >= 'A' && c <= 'Z':
			letters++
			kind = 'A'
		case c == '-' || c == '_' || c == '.' || c == '=' || c == '+' || c == '~' || c == '%':
			continue
		default:
			return false
		}
		if last != 0 && kind != last {
			changes++
		}
		last = kind
	}
	return digits+letters >= 16 && (digits >= 4 || changes >= 6)
}
