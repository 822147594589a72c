package report

import (
	"slices"
	"strings"

	"wscope/analyzer"
)

// Flow is a redacted copy of a flow's record.
func (r *Redactor) Flow(f *analyzer.Flow) *analyzer.Flow {
	c := *f
	secrets := &spoken{redactor: r}
	if f.HTTP != nil {
		h := *f.HTTP
		secrets.query(h.Path)
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
		h.Subprotocol = r.name(h.Subprotocol)
		h.SubprotocolsOffered, h.ExtensionsOffered, h.Extensions = r.each(h.SubprotocolsOffered), r.each(h.ExtensionsOffered), r.each(h.Extensions)
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
		c.Findings = make([]analyzer.Finding, len(f.Findings))
		for i := range f.Findings {
			c.Findings[i] = f.Findings[i]
			c.Findings[i].Detail = secrets.hide(f.Findings[i].Detail)
		}
	}
	return &c
}

// app is a redacted copy of what a subprotocol said: what it quotes of payloads goes, its
// kinds and counts stay.
func (r *Redactor) app(a *analyzer.AppSummary) *analyzer.AppSummary {
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

// Finding redacts a finding that comes without its flow: words that look like tokens.
func (r *Redactor) Finding(v *analyzer.Finding) *analyzer.Finding {
	c := *v
	c.Detail = (&spoken{redactor: r}).hide(v.Detail)
	return &c
}

// each redacts the names of a list that look like tokens.
func (r *Redactor) each(names []string) []string {
	c := slices.Clone(names)
	for i := range c {
		c[i] = r.name(c[i])
	}
	return c
}

// schemes are those of Authorization; what is none of them may be a secret itself.
var schemes = []string{"basic", "bearer", "digest", "negotiate", "ntlm", "hoba", "mutual", "oauth", "scram-sha-1", "scram-sha-256", "vapid", "aws4-hmac-sha256", "token", "apikey"}

// openHeaders are the headers whose values hold no secrets; all others are redacted.
var openHeaders = []string{
	":method", ":scheme", ":authority", ":protocol", ":status", "host", "upgrade", "connection", "accept", "accept-encoding",
	"accept-language", "cache-control", "content-length", "content-type", "content-encoding", "date", "pragma", "server", "user-agent", "vary", "via",
	"sec-websocket-key", "sec-websocket-accept", "sec-websocket-version", "sec-websocket-extensions", "sec-fetch-dest", "sec-fetch-mode",
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

// query notes the values of a target's query.
func (s *spoken) query(target string) {
	_, query, _ := strings.Cut(target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if _, value, ok := strings.Cut(pair, "="); ok {
			s.add(value)
			s.add(plainValue(value))
		}
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
			s.query(value)
			c[i][1] = s.redactor.target(value)
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
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, s.redactor.Token(secret))
	}
	words := strings.Split(text, " ")
	for i := range words {
		words[i] = s.redactor.name(words[i])
	}
	return strings.Join(words, " ")
}
