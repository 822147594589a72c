package behaviour

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// roleName says which part a flow has in its program: host and path without ports,
// addresses, identifiers and query.
func (w *Watcher) roleName(f *record.Flow) string {
	switch {
	case f.Pickup == record.PickupEncrypted && f.TLS != nil && f.TLS.SNI != "":
		return "encrypted " + f.TLS.SNI
	case f.Pickup == record.PickupEncrypted:
		return "encrypted"
	case f.HTTP == nil:
		return "midstream"
	}
	path, _, _ := strings.Cut(f.HTTP.Path, "?")
	host := hostName(f.HTTP.Host)
	for _, p := range []string{path, host + path} {
		if folded := w.names.fold(p); folded != p {
			return host + strings.TrimPrefix(folded, host)
		}
	}
	segments := strings.Split(sockJSPath(path), "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil && looksLikeID(plain) {
			s = "{id}"
		}
		segments[i] = name(s)
	}
	return host + strings.Join(segments, "/")
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

// transport says over what a flow runs.
func transport(f *record.Flow) string {
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
func (r *Role) addFlow(f *record.Flow) {
	r.Flows.add(1)
	if f.Reconnects != 0 {
		r.Reconnects.add(1)
	}
	if isOpen(f) {
		r.Open++
	}
	r.Transport.add(transport(f))
	if f.Handshake == nil || f.Handshake.Result != "rejected" {
		r.addRequest(f)
	}
	if h := f.Handshake; h != nil {
		result := string(h.Result)
		if h.Result == record.Rejected && f.HTTP != nil {
			result = fmt.Sprintf("rejected %d", f.HTTP.Status)
			if f.HTTP.Location != "" {
				result += " to " + place(f.HTTP.Location)
			}
		}
		r.Handshakes.add(result)
		if h.Result == record.Accepted || h.Result == record.Invalid {
			r.Subprotocols.add(orNone(h.Subprotocol))
			r.Extensions.add(orNone(strings.Join(h.Extensions, ", ")))
		}
	}
	if c := f.Close; c != nil && c.How != record.HowNone {
		encrypted := f.Pickup == record.PickupEncrypted
		r.Closes.add(closing(c, encrypted))
		if crosses(c) && !encrypted {
			r.Crossing.add(closeFrame(c.ReplyCode) + " by " + string(senders[1-sender(c.By)]))
		}
	}
	for i := range f.Findings {
		n := &f.Findings[i]
		by := ""
		if n.From != "" {
			by = " by " + string(n.From)
		}
		r.Findings.add(string(n.Severity) + " " + n.Rule + by)
	}
}

// notRejected is how many flows the server did not reject: what those ask with that it does is another matter.
func (r *Role) notRejected() int64 {
	n := r.Flows.sum()
	for result, flows := range r.Handshakes {
		if strings.HasPrefix(result, "rejected") {
			n -= flows
		}
	}
	return n
}

// isOpen says whether a flow had not ended when the capture did.
func isOpen(f *record.Flow) bool {
	return f.Close == nil && f.Handshake != nil && f.Handshake.Result == record.Accepted || f.Close != nil && (f.Close.How == record.HowNone || f.Close.TCP == "capture ended" && f.Close.How == record.HowHalf)
}

// addRequest adds what the opening handshake asks with: values where they are the program's, names where they are the user's.
func (r *Role) addRequest(f *record.Flow) {
	if f.HTTP == nil {
		return
	}
	if f.HTTP.Origin != "" {
		r.Requests.add("header Origin " + place(f.HTTP.Origin))
	}
	if len(f.HTTP.Cookies) > 0 {
		names := slices.Clone(f.HTTP.Cookies)
		for i := range names {
			names[i] = withoutID(names[i])
		}
		slices.Sort(names)
		r.Requests.add("header Cookie " + strings.Join(slices.Compact(names), ", "))
	}
	if f.HTTP.Auth != "" {
		r.Requests.add("header Authorization " + f.HTTP.Auth)
	}
	for _, h := range f.HTTP.RequestHeaders {
		if n := strings.ToLower(h[0]); strings.HasPrefix(n, "x-") || n == "api-key" || n == "apikey" {
			r.Requests.add("header " + h[0])
		}
	}
	if h := f.Handshake; h != nil {
		if len(h.SubprotocolsOffered) > 0 {
			r.Requests.add("subprotocols offered " + strings.Join(foldTokens(h.SubprotocolsOffered), ", "))
		}
		if len(h.ExtensionsOffered) > 0 {
			r.Requests.add("extensions offered " + strings.Join(h.ExtensionsOffered, ", "))
		}
	}
	_, query, _ := strings.Cut(f.HTTP.Path, "?")
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); key != "" && !seen[key] && len(seen) < 32 {
			seen[key] = true
			r.Requests.add("query " + withoutID(key))
		}
	}
	for _, h := range f.HTTP.ResponseHeaders {
		if strings.EqualFold(h[0], "Set-Cookie") {
			key, _, _ := strings.Cut(h[1], "=")
			r.Requests.add("answer header Set-Cookie " + withoutID(key))
		}
	}
}

// foldTokens is a list of subprotocols without those that carry a secret.
func foldTokens(list []string) []string {
	folded := slices.Clone(list)
	for i, s := range folded {
		if len(s) > 40 {
			s = "{id}"
		}
		folded[i] = withoutID(s)
	}
	return folded
}

// place is a URL without its port, query and identifiers.
func place(link string) string {
	u, err := url.Parse(link)
	if err != nil || len(link) > 500 {
		return "{url}"
	}
	host := strings.ToLower(u.Hostname())
	if isAddress(host) {
		host = "{ip}"
	}
	segments := strings.Split(u.Path, "/")
	for i, s := range segments {
		segments[i] = withoutID(s)
	}
	if u.Scheme != "" {
		host = u.Scheme + "://" + host
	}
	return host + strings.Join(segments, "/")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// crosses says whether the second Close is no answer to the first: an answer has the same code, RFC 6455 §5.5.1.
func crosses(c *record.Closing) bool {
	return c.How == record.HowHandshake && (c.By == record.Client || c.By == record.Server) && closeFrame(c.Code) != closeFrame(c.ReplyCode)
}

// closeFrame is what a Close says.
func closeFrame(code *int) string {
	if code == nil {
		return "empty Close"
	}
	return fmt.Sprint(*code)
}

// closing names an end. Of a connection that could not be opened nobody knows the code.
func closing(c *record.Closing, encrypted bool) string {
	what := string(c.How)
	if c.How == record.HowHandshake || c.How == record.HowHalf {
		if what = closeFrame(c.Code); encrypted {
			what = "Close"
		}
		if c.How == record.HowHalf {
			what += ", not answered,"
		}
	}
	if c.By == "" {
		return what
	}
	return what + " by " + string(c.By)
}
