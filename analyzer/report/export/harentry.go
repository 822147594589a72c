package export

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// The objects of HAR 1.2 as far as a WebSocket fills them, with the members that Chromium adds.
// Sizes are -1 where unknown, times are milliseconds.
type (
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Headers     []harPair `json:"headers"`
		QueryString []harPair `json:"queryString"`
		Cookies     []harPair `json:"cookies"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
	}
	harResponse struct {
		Status       int        `json:"status"`
		StatusText   string     `json:"statusText"`
		HTTPVersion  string     `json:"httpVersion"`
		Headers      []harPair  `json:"headers"`
		Cookies      []harPair  `json:"cookies"`
		Content      harContent `json:"content"`
		RedirectURL  string     `json:"redirectURL"`
		HeadersSize  int        `json:"headersSize"`
		BodySize     int        `json:"bodySize"`
		TransferSize int        `json:"_transferSize"`
		Error        *string    `json:"_error"`
		ByWorker     bool       `json:"_fetchedViaServiceWorker"`
	}
	harTimings struct {
		Blocked float64 `json:"blocked"`
		DNS     float64 `json:"dns"`
		SSL     float64 `json:"ssl"`
		Connect float64 `json:"connect"`
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
		Queued  float64 `json:"_blocked_queueing"`
	}
	harInitiator struct {
		Type string `json:"type"`
	}
	harFlow struct {
		Flow         json.RawMessage `json:"_wscope"`
		Initiator    harInitiator    `json:"_initiator"`
		Priority     *string         `json:"_priority"`
		ResourceType string          `json:"_resourceType"`
		Connection   string          `json:"connection"`
		Started      record.Time     `json:"startedDateTime"`
		Time         float64         `json:"time"`
		Request      harRequest      `json:"request"`
		Response     harResponse     `json:"response"`
		Cache        struct{}        `json:"cache"`
		Timings      harTimings      `json:"timings"`
		ServerIP     string          `json:"serverIPAddress"`
	}
)

// harEntry is a flow's entry without its messages and without the last brace.
func harEntry(f *record.Flow) []byte {
	e := harFlow{
		Flow: bytes.TrimSpace(report.FlowJSON(f)), Initiator: harInitiator{"other"}, ResourceType: "websocket", Connection: strconv.Itoa(int(f.Client.Port)),
		Started: f.Start, ServerIP: f.Server.IP,
	}
	e.Request = harRequest{Method: "GET", URL: harURL(f), HTTPVersion: "unknown", HeadersSize: -1, BodySize: 0}
	e.Response = harResponse{HTTPVersion: "unknown", HeadersSize: -1, BodySize: -1, Content: harContent{MimeType: "x-unknown"}}
	if h := f.HTTP; h != nil {
		e.Request.Method, e.Request.HTTPVersion, e.Response.HTTPVersion = h.Method, "HTTP/"+h.Version, "HTTP/"+h.Version
		e.Request.Headers, e.Response.Headers = harHeaders(h.RequestHeaders), harHeaders(h.ResponseHeaders)
		e.Response.Status, e.Response.StatusText = h.Status, http.StatusText(h.Status)
		e.Response.RedirectURL = h.Location
		e.Request.Cookies = harCookies(h.RequestHeaders, "cookie")
		e.Response.Cookies = harCookies(h.ResponseHeaders, "set-cookie")
	}
	e.Request.QueryString = harQuery(e.Request.URL)
	e.Time, e.Timings = harTimes(f)
	for _, list := range []*[]harPair{&e.Request.Headers, &e.Request.Cookies, &e.Request.QueryString, &e.Response.Headers, &e.Response.Cookies} {
		if *list == nil {
			*list = []harPair{} // the specification asks for a list
		}
	}
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(&e); err != nil {
		panic("export: an entry that is no JSON: " + err.Error()) // it holds only what JSON can say
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
}

// harURL is the address that the client asked for, or one made of what is known.
func harURL(f *record.Flow) string {
	scheme, host, path := "ws", net.JoinHostPort(f.Server.IP, strconv.Itoa(int(f.Server.Port))), "/"
	if f.TLS != nil {
		scheme = "wss"
		if f.TLS.SNI != "" {
			host = f.TLS.SNI
			if f.Server.Port != 443 {
				host = net.JoinHostPort(host, strconv.Itoa(int(f.Server.Port)))
			}
		}
	}
	if h := f.HTTP; h != nil {
		if h.Host != "" {
			host = h.Host
		}
		path = h.Path
		if rest, ok := strings.CutPrefix(path, "http://"); ok { // absolute-form, RFC 9112 §3.2.2
			return scheme + "://" + harEscape(rest)
		}
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
	}
	return scheme + "://" + harEscape(host+path)
}

// harEscape escapes what cannot stand in a URL: a capture's bytes are not to break a reader.
func harEscape(s string) string {
	const bad = "\"<>\\^`{|} #"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || strings.IndexByte(bad, c) >= 0 {
			b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)+0x100, 16)[1:]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func harHeaders(list [][2]string) []harPair {
	out := make([]harPair, len(list))
	for i, h := range list {
		out[i] = harPair{h[0], h[1]}
	}
	return out
}

// harCookies are the cookies of all headers of a name, without their attributes.
func harCookies(list [][2]string, name string) (out []harPair) {
	for _, h := range list {
		if !strings.EqualFold(h[0], name) {
			continue
		}
		for i, part := range strings.Split(h[1], ";") {
			if i > 0 && name == "set-cookie" {
				break
			}
			if k, v, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
				out = append(out, harPair{k, v})
			}
		}
	}
	return out
}

// harQuery is the query of a URL, not decoded.
func harQuery(url string) (out []harPair) {
	_, query, ok := strings.Cut(url, "?")
	if !ok || query == "" {
		return nil
	}
	for _, part := range strings.Split(query, "&") {
		k, v, _ := strings.Cut(part, "=")
		out = append(out, harPair{k, v})
	}
	return out
}

// harTimes is how long the flow took, and on what; the parts but for ssl, which is within
// connect, add up to the whole.
func harTimes(f *record.Flow) (float64, harTimings) {
	ms := func(s record.Seconds) float64 { return float64(s) / 1e6 }
	t := harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Queued: -1}
	left := f.Duration
	http1 := f.HTTP == nil || f.HTTP.StreamID == 0 && f.QUIC == nil
	if http1 && f.TCP != nil && f.TCP.SYNACK != nil {
		connect := *f.TCP.SYNACK
		if f.TLS != nil && f.TLS.Latency != nil {
			connect += *f.TLS.Latency
			t.SSL = ms(*f.TLS.Latency)
		}
		connect = min(connect, left)
		t.Connect, left = ms(connect), left-connect
	}
	if f.Handshake != nil && f.Handshake.Latency != nil {
		wait := max(0, min(*f.Handshake.Latency, left))
		t.Wait, left = ms(wait), left-wait
	}
	t.Receive = ms(left)
	return ms(f.Duration), t
}
