package report

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Redactor puts tokens in the place of secrets: payloads, query values, cookies,
// credentials, and names that look like tokens. The same secret has the same token
// throughout a run, whichever goroutine meets it, so that what belongs together can still be seen.
//
// A token is the first 32 bits of HMAC-SHA-256 of the secret. Without the key nobody can
// test a guess against it; two secrets share one in about one run of a thousand that has
// 3,000 of them. What stays is what the traffic itself would show to someone who cannot
// read it: addresses, hosts, paths, times, lengths, counts, and names that are no secrets
// (of headers, cookies, query parameters, rules).
//
// It may be used by several goroutines at once.
type Redactor struct{ key [32]byte }

// NewRedactor makes a redactor. Whoever knows the seed can test guesses of secrets
// against their tokens, so it should be drawn from what receivers of the output do not have, such as
// the capture itself.
func NewRedactor(seed []byte) *Redactor {
	return &Redactor{sha256.Sum256(append([]byte("wscope redaction\x00"), seed...))}
}

// Token is what stands for a secret; of nothing, nothing.
func (r *Redactor) Token(secret string) string {
	if secret == "" || isToken(secret) {
		return secret
	}
	return r.token([]byte(secret))
}

const (
	tokenOpen  = "‹redacted:"
	tokenClose = "›"
)

// isToken says whether a text is a token already. Nothing but one is let through: a peer may write the marks too.
func isToken(s string) bool {
	digits, ok := strings.CutPrefix(s, tokenOpen)
	digits, closed := strings.CutSuffix(digits, tokenClose)
	_, err := hex.DecodeString(digits)
	return ok && closed && err == nil && len(digits) == 8
}

func (r *Redactor) token(secret []byte) string {
	mac := hmac.New(sha256.New, r.key[:])
	mac.Write(secret)
	return tokenOpen + hex.EncodeToString(mac.Sum(nil)[:4]) + tokenClose
}

// Message redacts a record in place. Its Data is replaced, not changed. A hash that no key is in
// is taken out: from short content one can find the other.
func (r *Redactor) Message(m *record.Message) {
	m.SHA256 = ""
	switch {
	case m.Type == "close":
		m.Reason = r.Token(m.Reason)
		if len(m.Data) > 0 {
			m.Data, m.IsText = []byte(r.token(m.Data)), true
		}
	case len(m.Data) > 0:
		m.Data = []byte(r.token(m.Data))
	}
	if m.App != nil {
		m.App = &record.App{
			Protocol: m.App.Protocol, Kind: m.App.Kind, Name: r.Token(m.App.Name), ID: r.Token(m.App.ID),
			Topic: r.Token(m.App.Topic), Error: r.Token(m.App.Error), Gist: r.Token(m.App.Gist), // and nothing decoded
			Answers: m.App.Answers, After: m.App.After, Credential: m.App.Credential,
		}
	}
}

// Frame redacts a record in place. Its Payload is replaced, not changed.
func (r *Redactor) Frame(f *record.Frame) {
	if len(f.Payload) > 0 {
		f.Payload = []byte(r.token(f.Payload))
	}
}

// Summary redacts a summary in place.
func (r *Redactor) Summary(s *record.Summary) {
	for _, list := range []*[]record.Named{&s.Paths, &s.Protocols} {
		redacted := make([]record.Named, len(*list))
		for i, n := range *list {
			redacted[i] = record.Named{Name: r.target(n.Name), Count: n.Count}
		}
		if *list != nil {
			*list = redacted
		}
	}
	s.Apps = slices.Clone(s.Apps)
	for i := range s.Apps {
		s.Apps[i].Slowest = slices.Clone(s.Apps[i].Slowest)
		for j := range s.Apps[i].Slowest {
			op := &s.Apps[i].Slowest[j]
			op.Name = r.Token(op.Name)
		}
	}
}

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

// looksSecret says whether a word looks like a token: long, and of letters and digits mixed as
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
