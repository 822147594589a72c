package report

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// Flow is a redacted copy of a flow's record.
func (r *Redactor) Flow(f *record.Flow) *record.Flow {
	c, _ := r.flow(f)
	return c
}

// flow is Flow, with the secrets that were found in the record, for prose that may quote them.
func (r *Redactor) flow(f *record.Flow) (*record.Flow, *spoken) {
	c := *f
	secrets := &spoken{redactor: r}
	if f.HTTP != nil {
		h := *f.HTTP
		secrets.target(h.Path)
		secrets.target(h.Location)
		secrets.add(h.Body)
		for _, name := range h.Cookies {
			secrets.name(name)
		}
		h.RequestHeaders = secrets.headers(h.RequestHeaders)
		h.ResponseHeaders = secrets.headers(h.ResponseHeaders)
		h.Path, h.Location = r.target(h.Path), r.target(h.Location)
		h.Origin = r.target(h.Origin)
		h.Body = r.Token(h.Body)
		if h.Auth != "" && !slices.Contains(schemes, strings.ToLower(h.Auth)) {
			secrets.add(h.Auth)
			h.Auth = r.Token(h.Auth)
		}
		h.Cookies = r.each(h.Cookies)
		c.HTTP = &h
	}
	if f.Handshake != nil {
		h := *f.Handshake
		for _, name := range append([]string{h.Subprotocol}, h.SubprotocolsOffered...) {
			secrets.name(name)
		}
		h.Subprotocol = r.name(h.Subprotocol)
		h.SubprotocolsOffered = r.each(h.SubprotocolsOffered)
		h.ExtensionsOffered, h.Extensions = r.eachProse(h.ExtensionsOffered), r.eachProse(h.Extensions)
		c.Handshake = &h
	}
	if f.Close != nil {
		h := *f.Close
		secrets.add(h.Reason)
		h.Reason = r.Token(h.Reason)
		c.Close = &h
	}
	c.App = r.app(f.App)
	c.Via = slices.Clone(f.Via)
	for i := range c.Via {
		c.Via[i].Target = r.target(c.Via[i].Target)
	}
	if f.Findings != nil {
		c.Findings = make([]record.Finding, len(f.Findings))
		for i := range f.Findings {
			c.Findings[i] = f.Findings[i]
			c.Findings[i].Detail = secrets.hide(f.Findings[i].Detail)
		}
	}
	return &c, secrets
}

// app is a redacted copy of what a subprotocol said: what it quotes of payloads goes, its
// kinds and counts stay.
func (r *Redactor) app(a *record.AppSummary) *record.AppSummary {
	if a == nil {
		return nil
	}
	c := *a
	c.Session = r.Token(a.Session)
	c.Names, c.Operations, c.Waiting, c.Failures = slices.Clone(a.Names), slices.Clone(a.Operations), slices.Clone(a.Waiting), slices.Clone(a.Failures)
	for i := range c.Names {
		c.Names[i].Name = r.Token(c.Names[i].Name)
	}
	for i := range c.Operations {
		c.Operations[i].Name = r.Token(c.Operations[i].Name)
	}
	for i := range c.Waiting {
		c.Waiting[i].Name, c.Waiting[i].ID = r.Token(c.Waiting[i].Name), r.Token(c.Waiting[i].ID)
	}
	for i := range c.Failures {
		c.Failures[i] = r.Token(c.Failures[i])
	}
	return &c
}

// Finding redacts a finding that comes apart from its flow: what the flow's record, which may be
// nil, holds of secrets, and words that look like tokens.
func (r *Redactor) Finding(v *record.Finding, f *record.Flow) *record.Finding {
	secrets := &spoken{redactor: r}
	if f != nil {
		_, secrets = r.flow(f)
	}
	c := *v
	c.Detail = secrets.hide(v.Detail)
	return &c
}

// Prose is a text with tokens in the place of words that look like tokens of somebody.
func (r *Redactor) Prose(text string) string { return (&spoken{redactor: r}).hide(text) }

// each redacts the names of a list that look like tokens.
func (r *Redactor) each(names []string) []string {
	c := slices.Clone(names)
	for i := range c {
		c[i] = r.name(c[i])
	}
	return c
}

func (r *Redactor) eachProse(list []string) []string {
	c := slices.Clone(list)
	for i := range c {
		c[i] = r.Prose(c[i])
	}
	return c
}

// schemes are those of Authorization; what is none of them may be a secret itself.
var schemes = []string{"basic", "bearer", "digest", "negotiate", "ntlm", "hoba", "mutual", "oauth", "scram-sha-1", "scram-sha-256", "vapid", "aws4-hmac-sha256", "token", "apikey"}

// openHeaders are the headers whose values hold no secrets; all others are redacted.
var openHeaders = []string{
	":method", ":scheme", ":authority", ":protocol", ":status", "host", "upgrade", "connection", "accept", "accept-encoding",
	"accept-language", "cache-control", "content-length", "content-type", "content-encoding", "date", "pragma", "server", "user-agent", "vary", "via",
	"sec-websocket-key", "sec-websocket-accept", "sec-websocket-version", "sec-fetch-dest", "sec-fetch-mode",
	"sec-fetch-site", "transfer-encoding", "keep-alive", "x-powered-by", "access-control-allow-origin", "retry-after", "http2-settings",
}

// spoken is the secrets of one flow, so that they can be hidden in prose too.
type spoken struct {
	redactor *Redactor
	secrets  []string
}

// add notes a secret that prose may quote. Short ones would be found where they are not.
func (s *spoken) add(secret string) {
	if len(secret) >= 4 {
		s.secrets = append(s.secrets, secret)
	}
}

// name notes a name that looks like a token.
func (s *spoken) name(name string) {
	if looksSecret(name) {
		s.add(name)
	}
}

// target notes what is secret in a path or URL: user and password, segments that look like tokens, the values of
// the query, the fragment.
func (s *spoken) target(target string) {
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

// headers redacts header fields and notes what was in them.
func (s *spoken) headers(list [][2]string) [][2]string {
	c := slices.Clone(list)
	for i := range c {
		name, value := strings.ToLower(c[i][0]), c[i][1]
		switch {
		case name == "cookie":
			c[i][1] = s.pairs(value, false)
		case name == "set-cookie":
			c[i][1] = s.pairs(value, true)
		case name == "authorization" || name == "proxy-authorization":
			c[i][1] = s.credentials(value)
		case name == "sec-websocket-protocol":
			parts := strings.Split(value, ",")
			for k := range parts {
				parts[k] = s.redactor.name(strings.TrimSpace(parts[k]))
			}
			c[i][1] = strings.Join(parts, ", ")
		case name == ":path" || name == "location" || name == "origin" || name == "referer":
			s.target(value)
			c[i][1] = s.redactor.target(value)
		case name == "sec-websocket-extensions":
			c[i][1] = s.redactor.Prose(value)
		case !slices.Contains(openHeaders, name):
			s.add(value)
			c[i][1] = s.redactor.Token(value)
		}
	}
	return c
}

// pairs redacts the values of cookies. Of Set-Cookie only the first pair is one.
func (s *spoken) pairs(value string, setting bool) string {
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
func (s *spoken) credentials(value string) string {
	scheme, secret, ok := strings.Cut(value, " ")
	if !ok || !slices.Contains(schemes, strings.ToLower(scheme)) {
		s.add(value)
		return s.redactor.Token(value)
	}
	s.add(secret)
	return scheme + " " + s.redactor.Token(secret)
}

// hide redacts prose: the flow's secrets, and words that look like tokens.
func (s *spoken) hide(text string) string {
	// A status line, as the finding of a refusal has it: its reason is the server's to choose.
	if status, reason, ok := strings.Cut(text, " "); ok && len(status) == 3 {
		if code, err := strconv.Atoi(status); err == nil && http.StatusText(code) != reason {
			return status + " " + s.redactor.Token(reason)
		}
	}
	// The longest first: one may be a part of another.
	slices.SortStableFunc(s.secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range s.secrets {
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

// inWord says whether a byte may be a part of a token, as looksSecret has them.
func inWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_.=+~%", c) >= 0
}
