package wsparse

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// MaxHead is the most bytes that a head should be collected for, 64 KiB: what has not
// ended by then is no handshake.
const MaxHead = 64 << 10

// ErrNotHTTP says that the first line is not that of an HTTP/1 request or response.
var ErrNotHTTP = errors.New("not the first line of an HTTP message")

// Field is one header field as sent: order, case and all. The white space around the
// value is left out, a folded value joined by one space a fold. A line without a colon is
// a Field with the whole line as its Name and no Value.
type Field struct{ Name, Value string }

// Request is the head of an HTTP request. For HTTP/2 Method is CONNECT, Target the :path
// and Protocol the :protocol.
type Request struct {
	Method   string
	Target   string // as sent: origin form, or absolute
	Version  string // "1.1", "1.0", "2"
	Host     string // from Host or :authority
	Scheme   string // HTTP/2's :scheme; empty in HTTP/1
	Protocol string // HTTP/2's :protocol
	Fields   []Field
}

// Response is the head of an HTTP response.
type Response struct {
	Version string
	Status  int
	Reason  string
	Fields  []Field
	Cut     bool // some of the last Fields may be missing: nothing is told of what is not there
}

// HeadEnd is the length of the head at the start of b, its empty line included, or -1
// where it has not ended yet. Line ends are CRLF or bare LF. from is how many bytes of b
// an earlier call has seen (0 at first), so that a head that comes a byte at a time costs
// no more than one that comes whole.
func HeadEnd(b []byte, from int) int {
	first := 0
	for first < len(b) && (b[first] == '\r' || b[first] == '\n') {
		first++ // RFC 9112 §2.2: empty lines before the first one are ignored
	}
	i := max(first, from-2)
	for i < len(b) {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
		if i < len(b) && b[i] == '\n' {
			return i + 1
		}
		if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' {
			return i + 2
		}
	}
	return -1
}

// ParseRequest reads a whole head, up to and including the empty line; see HeadEnd. It is
// as tolerant as it can be, for the sake of showing what was sent: bare LF, folded lines
// and any bytes in values are accepted. The error is ErrNotHTTP or nil. head is not kept.
func ParseRequest(head []byte) (*Request, error) {
	first, rest := firstLine(head)
	method, target, ok := strings.Cut(first, " ")
	if !ok || !isToken(method) {
		return nil, ErrNotHTTP
	}
	i := strings.LastIndexByte(target, ' ')
	if i < 0 {
		return nil, ErrNotHTTP
	}
	version, ok := httpVersion(target[i+1:])
	if !ok {
		return nil, ErrNotHTTP
	}
	r := &Request{Method: method, Target: strings.TrimSpace(target[:i]), Version: version, Fields: readFields(rest)}
	r.Host, _ = lookup(r.Fields, "Host")
	return r, nil
}

// ParseResponse reads the head of a response; see ParseRequest.
func ParseResponse(head []byte) (*Response, error) {
	first, rest := firstLine(head)
	proto, status, ok := strings.Cut(first, " ")
	version, isHTTP := httpVersion(proto)
	if !ok || !isHTTP {
		return nil, ErrNotHTTP
	}
	code, reason, _ := strings.Cut(strings.TrimLeft(status, " "), " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 {
		return nil, ErrNotHTTP
	}
	return &Response{Version: version, Status: int(n), Reason: reason, Fields: readFields(rest)}, nil
}

// IsUpgrade reports whether a request asks for a WebSocket: Upgrade: websocket in any case
// (HTTP/1.1), or :protocol websocket (HTTP/2).
func (r *Request) IsUpgrade() bool {
	if r.http2() {
		return r.Method == "CONNECT" && strings.EqualFold(r.Protocol, "websocket")
	}
	return hasToken(r.Fields, "Upgrade", "websocket")
}

func (r *Request) http2() bool { return r.Version == "2" || r.Version == "3" }

// firstLine cuts the start line off a head.
func firstLine(head []byte) (first, rest string) {
	s := strings.TrimLeft(string(head), "\r\n")
	first, rest, _ = strings.Cut(s, "\n")
	return strings.TrimRight(first, "\r"), rest
}

// httpVersion reads "HTTP/1.1".
func httpVersion(s string) (string, bool) {
	v, ok := strings.CutPrefix(s, "HTTP/")
	return v, ok && len(v) == 3 && isDigit(v[0]) && v[1] == '.' && isDigit(v[2])
}

// readFields reads the lines after the first, up to the empty one.
func readFields(s string) []Field {
	var fields []Field
	for s != "" {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		if n := len(fields); n > 0 && (line[0] == ' ' || line[0] == '\t') {
			f := &fields[n-1]
			f.Value = strings.Trim(f.Value+" "+strings.Trim(line, " \t"), " \t")
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		fields = append(fields, Field{name, strings.Trim(value, " \t")})
	}
	return fields
}
