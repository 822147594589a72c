package behaviour

import (
	"fmt"
	"net/netip"
	"strings"

	"wscope/analyzer"
)

// roleName says which part a flow has in its program: host and path without ports,
// addresses, identifiers and values of the query.
func roleName(f *analyzer.Flow) string {
	switch {
	case f.Pickup == "encrypted" && f.TLS != nil && f.TLS.SNI != "":
		return "encrypted " + f.TLS.SNI
	case f.Pickup == "encrypted":
		return "encrypted"
	case f.HTTP == nil:
		return "midstream"
	}
	path, query, _ := strings.Cut(f.HTTP.Path, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = withoutID(s)
	}
	name := hostName(f.HTTP.Host) + strings.Join(segments, "/")
	separator := "?"
	for pair := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); key != "" {
			name += separator + key
			separator = "&"
		}
	}
	return name
}

// hostName is a host without its port; nothing for this machine and for addresses.
func hostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || host == "localhost" {
		return ""
	}
	return strings.ToLower(host)
}

// withoutID puts {id} in the place of a word that looks like an identifier: a number, a
// UUID, a long row of hexadecimal digits, or letters and digits well mixed.
func withoutID(s string) string {
	if s == "" {
		return s
	}
	digits, hex := 0, 0
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
			hex++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == '-':
			hex++
		}
	}
	switch {
	case digits == len(s), hex == len(s) && len(s) >= 8 && digits > 0, len(s) >= 16 && digits >= 3 && !strings.ContainsAny(s, " ."):
		return "{id}"
	}
	return s
}

// transport says over what a flow runs.
func transport(f *analyzer.Flow) string {
	s := "clear"
	if f.TLS != nil {
		s = "tls " + f.TLS.Version
	}
	if f.HTTP != nil {
		s += ", http " + f.HTTP.Version
	}
	return s
}

// addFlow adds what a finished flow's record says to its role.
func (r *Role) addFlow(f *analyzer.Flow) {
	r.Flows++
	if f.Reconnects != 0 {
		r.Reconnects++
	}
	r.Transport.add(transport(f))
	if h := f.Handshake; h != nil {
		result := h.Result
		if h.Result == "rejected" && f.HTTP != nil {
			result = fmt.Sprintf("rejected %d", f.HTTP.Status)
		}
		r.Handshakes.add(result)
		if h.Result == "accepted" || h.Result == "invalid" {
			r.Subprotocols.add(orNone(h.Subprotocol))
			r.Extensions.add(orNone(strings.Join(h.Extensions, ", ")))
		}
	}
	if c := f.Close; c != nil && c.How != "none" {
		r.Closes.add(closing(c))
	}
	for i := range f.Findings {
		n := &f.Findings[i]
		by := ""
		if n.From != "" {
			by = " by " + n.From
		}
		r.Findings.add(n.Severity + " " + n.Rule + by)
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func closing(c *analyzer.Closing) string {
	what := c.How
	if c.How == "handshake" || c.How == "half" {
		what = "empty Close"
		if c.Code != nil {
			what = fmt.Sprint(*c.Code)
		}
		if c.How == "half" {
			what += ", not answered,"
		}
	}
	if c.By == "" {
		return what
	}
	return what + " by " + c.By
}
