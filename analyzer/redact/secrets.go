package redact

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// schemes are those of Authorization; what is none of them may be a secret itself.
var schemes = []string{"basic", "bearer", "digest", "negotiate", "ntlm", "hoba", "mutual", "oauth", "scram-sha-1", "scram-sha-256", "vapid", "aws4-hmac-sha256", "token", "apikey"}

// openHeaders are the headers whose values hold no secrets; all others are redacted.
var openHeaders = []string{
	":method", ":scheme", ":authority", ":protocol", ":status", "host", "upgrade", "connection", "accept", "accept-encoding",
	"accept-language", "cache-control", "content-length", "content-type", "content-encoding", "date", "pragma", "server", "user-agent", "vary", "via",
	"sec-websocket-key", "sec-websocket-accept", "sec-websocket-version", "sec-fetch-dest", "sec-fetch-mode",
	"sec-fetch-site", "transfer-encoding", "keep-alive", "x-powered-by", "access-control-allow-origin", "retry-after", "http2-settings",
}

// secrets is a record.Replacer that notes the secrets of one record, so that they are hidden in its prose too.
type secrets struct {
	redactor *Redactor
	found    []string
}

// add notes a secret that prose may quote. Short ones would be found where they are not.
func (s *secrets) add(secret string) {
	if len(secret) >= 4 {
		s.found = append(s.found, secret)
	}
}

// name notes a name that looks like a token.
func (s *secrets) name(name string) {
	if looksSecret(name) {
		s.add(name)
	}
}

// target notes what is secret in a path or URL: user and password, segments that look like tokens, the values of
// the query, the fragment.
func (s *secrets) target(target string) {
	rest, fragment, _ := strings.Cut(target, "#")
	s.add(fragment)
	path, query, _ := strings.Cut(rest, "?")
	if _, after, ok := strings.Cut(path, "://"); ok {
		if user, _, ok := strings.Cut(after, "@"); ok {
			s.add(user)
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		s.name(segment)
	}
	for _, pair := range queryPairs(query) {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			value = name // a query that is one value
		}
		s.add(value)
		s.add(plainValue(value))
	}
}

// Header is what stands in the place of a header's value.
func (s *secrets) Header(name, value string) string {
	switch name := strings.ToLower(name); {
	case name == "cookie":
		return s.pairs(value, false)
	case name == "set-cookie":
		return s.pairs(value, true)
	case name == "authorization" || name == "proxy-authorization":
		return s.credentials(value)
	case name == "sec-websocket-protocol":
		parts := strings.Split(value, ",")
		for k := range parts {
			parts[k] = s.redactor.name(strings.TrimSpace(parts[k]))
		}
		return strings.Join(parts, ", ")
	case name == ":path" || name == "location" || name == "origin" || name == "referer":
		s.target(value)
		return s.redactor.target(value)
	case name == "sec-websocket-extensions":
		return s.redactor.Prose(value)
	case slices.Contains(openHeaders, name):
		return value
	}
	s.add(value)
	return s.redactor.Token(value)
}

// pairs redacts the values of cookies. Of Set-Cookie only the first pair is one.
func (s *secrets) pairs(value string, setting bool) string {
	parts := strings.Split(value, ";")
	for i := range parts {
		if setting && i > 0 {
			break
		}
		name, secret, ok := strings.Cut(strings.TrimSpace(parts[i]), "=")
		if !ok {
			name, secret = "", name
		}
		s.add(secret)
		parts[i] = s.redactor.Token(secret)
		if ok {
			parts[i] = name + "=" + parts[i]
		}
		if i > 0 {
			parts[i] = " " + parts[i]
		}
	}
	return strings.Join(parts, ";")
}

// credentials redacts what follows the scheme.
func (s *secrets) credentials(value string) string {
	scheme, secret, ok := strings.Cut(value, " ")
	if !ok || !slices.Contains(schemes, strings.ToLower(scheme)) {
		s.add(value)
		return s.redactor.Token(value)
	}
	s.add(secret)
	return scheme + " " + s.redactor.Token(secret)
}

// hide redacts prose: the flow's secrets, and words that look like tokens.
func (s *secrets) hide(text string) string {
	// A status line, as the finding of a refusal has it: its reason is the server's to choose.
	if status, reason, ok := strings.Cut(text, " "); ok && len(status) == 3 {
		if code, err := strconv.Atoi(status); err == nil && http.StatusText(code) != reason {
			return status + " " + s.redactor.Token(reason)
		}
	}
	// The longest first: one may be a part of another.
	slices.SortStableFunc(s.found, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range s.found {
		text = strings.ReplaceAll(text, secret, s.redactor.Token(secret))
	}
	var b strings.Builder
	for text != "" {
		if n := len(tokenOpen) + 8 + len(tokenClose); len(text) >= n && isToken(text[:n]) {
			b.WriteString(text[:n])
			text = text[n:]
			continue
		}
		n := 0
		for n < len(text) && inWord(text[n]) {
			n++
		}
		if n == 0 {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		b.WriteString(s.redactor.name(text[:n]))
		text = text[n:]
	}
	return b.String()
}

// inWord reports whether a byte may be a part of a token, as looksSecret has them.
func inWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_.=+~%", c) >= 0
}
