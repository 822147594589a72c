package flow

import (
	"net/url"
	"strings"

	"wscope/analyzer/record"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// checkConnect reports an extended CONNECT that the server's SETTINGS, which were captured before
// it, had not allowed.
func (f *flow) checkConnect(ws *upgrade.WebSocket) {
	if ws.Enabled == upgrade.Off {
		f.findings.report(f, record.RuleConnect, "client", "", &ws.Asked)
	}
}

// checkHandshake adds what the handshake shows beside the RFCs' rules. Details name
// where a secret stands, never the secret.
func (f *flow) checkHandshake() {
	h := f.ws.Handshake
	if h == nil || h.Request == nil {
		return
	}
	q := httpRecord(h, f.ws)
	at := &f.ws.Asked
	if p := h.Deflate; p != nil && f.ws.Secure != nil {
		f.leak = &leak{takeover: [2]bool{!p.ClientNoContextTakeover, !p.ServerNoContextTakeover}}
	}
	if h.Result == wsparse.Accepted && crossSite(q.Origin, q.Host) {
		f.findings.report(f, record.RuleOrigin, "client", "Origin "+q.Origin+", Host "+q.Host, at)
	}
	_, query, _ := strings.Cut(q.Path, "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if secretName(name) && len(value) >= record.SecretLeast && value != "undefined" || looksLikeToken(value) {
			f.findings.report(f, record.RuleToken, "client", "query parameter "+name, at)
			break
		}
	}
	if f.ws.Secure != nil {
		return
	}
	switch {
	case q.Auth != "":
		f.findings.report(f, record.RuleClear, "client", "Authorization: "+q.Auth, at)
	case sessionCookie(q.Cookies) != "":
		f.findings.report(f, record.RuleClear, "client", "cookie "+sessionCookie(q.Cookies), at)
	default:
		for _, p := range h.SubprotocolsOffered {
			if looksLikeToken(p) {
				f.findings.report(f, record.RuleClear, "client", "a subprotocol that looks like a token", at)
				return
			}
		}
	}
}

// crossSite reports whether an Origin's host is another than the request's.
func crossSite(origin, host string) bool {
	if origin == "" || origin == "null" || host == "" {
		return false
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	name := func(h string) string {
		if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") {
			h = h[:i]
		}
		if h = strings.ToLower(h); h == "127.0.0.1" || h == "[::1]" {
			return "localhost"
		}
		return h
	}
	return site(name(u.Host)) != site(name(host))
}

// site is the last two labels of a name, which is near enough to the registrable domain
// for a note; addresses stand for themselves.
func site(host string) string {
	if host == "" || host[len(host)-1] >= '0' && host[len(host)-1] <= '9' || host[0] == '[' {
		return host
	}
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(len(labels)-2, 0):], ".")
}

// secretName reports whether a query parameter's name is one that secrets go by.
func secretName(name string) bool {
	switch strings.ToLower(name) {
	case "token", "access_token", "auth", "auth_token", "authtoken", "jwt", "apikey", "api_key", "api-key", "key", "password", "passwd",
		"secret", "session", "sessionid", "id_token", "bearer", "signature", "sig":
		return true
	}
	return false
}

// looksLikeToken reports whether a value is a JSON web token.
func looksLikeToken(s string) bool {
	return strings.HasPrefix(s, "eyJ") && strings.Count(s, ".") == 2 && len(s) >= 40
}

// sessionCookie is the first cookie whose name says that it holds a session; "" if none.
func sessionCookie(names []string) string {
	for _, n := range names {
		l := strings.ToLower(n)
		if strings.Contains(l, "sess") || strings.Contains(l, "token") || strings.Contains(l, "auth") || l == "sid" || l == "connect.sid" || strings.HasSuffix(l, "_sid") {
			return n
		}
	}
	return ""
}
