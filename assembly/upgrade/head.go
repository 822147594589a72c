package upgrade

import (
	"bytes"
	"math"
)

// This file reads no more of an HTTP/1 head than it takes to know where the message ends
// and what it asks for, and allocates nothing: heads of plain HTTP go by in millions.
// Those that matter are read in full by wsparse.

// cutLine splits off the first line, without its end.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), b[i+1:]
}

// requestLine reads a request's first line. ok is false where it is none of HTTP/1.
func requestLine(head []byte) (method, target []byte, ok bool) {
	line, _ := cutLine(head)
	i := bytes.IndexByte(line, ' ')
	j := bytes.LastIndexByte(line, ' ')
	if i <= 0 || j <= i || !isVersion(line[j+1:]) {
		return nil, nil, false
	}
	for _, c := range line[:i] {
		if !isToken(c) {
			return nil, nil, false
		}
	}
	return line[:i], line[i+1 : j], true
}

// statusLine reads a response's first line. ok is false where it is none of HTTP/1.
func statusLine(head []byte) (status int, ok bool) {
	line, _ := cutLine(head)
	if len(line) < len("HTTP/1.1 101") || !isVersion(line[:8]) || line[8] != ' ' {
		return 0, false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return 0, false
		}
		status = status*10 + int(c-'0')
	}
	return status, status >= 100 && (len(line) == 12 || line[12] == ' ')
}

// isVersion reports whether b is "HTTP/1.0", "HTTP/1.1" or another HTTP/1.
func isVersion(b []byte) bool {
	return len(b) == 8 && string(b[:7]) == "HTTP/1." && b[7] >= '0' && b[7] <= '9'
}

// isToken reports whether c may stand in a method, RFC 9110 §5.6.2.
func isToken(c byte) bool {
	switch {
	case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		return true
	}
	return bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
}

// cutField splits off the next field of a head whose first line is gone. Lines that are no
// fields are passed over. name is nil at the end.
func cutField(b []byte) (name, value, rest []byte) {
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		if i := bytes.IndexByte(line, ':'); i > 0 {
			return bytes.TrimRight(line[:i], " \t"), bytes.TrimSpace(line[i+1:]), b
		}
	}
	return nil, nil, nil
}

// framing is what the fields of a head say of its body, RFC 9112 §6, and whether another
// protocol is spoken of.
type framing struct {
	length  int64 // Content-Length; -1 where there is none
	coded   bool  // a Transfer-Encoding is there
	chunked bool  // and chunked is its last
	packed  bool  // Content-Encoding is not identity
	upgrade bool  // an Upgrade is there
	key     bool  // a Sec-WebSocket-Key is there
}

func readFraming(head []byte) framing {
	f := framing{length: -1}
	_, rest := cutLine(head)
	for {
		var name, value []byte
		name, value, rest = cutField(rest)
		switch {
		case name == nil:
			return f
		case len(name) == 7 && bytes.EqualFold(name, []byte("upgrade")):
			f.upgrade = true
		case len(name) == 14 && bytes.EqualFold(name, []byte("content-length")):
			if f.length < 0 {
				f.length = decimal(value)
			}
		case len(name) == 17 && bytes.EqualFold(name, []byte("transfer-encoding")):
			f.coded = true
			last := value[bytes.LastIndexByte(value, ',')+1:]
			f.chunked = bytes.EqualFold(bytes.TrimSpace(last), []byte("chunked"))
		case len(name) == 17 && bytes.EqualFold(name, []byte("sec-websocket-key")):
			f.key = true
		case len(name) == 16 && bytes.EqualFold(name, []byte("content-encoding")):
			f.packed = !bytes.EqualFold(value, []byte("identity"))
		}
	}
}

// decimal reads a Content-Length; -1 where it is none. Of "5, 5" the first counts.
func decimal(b []byte) int64 {
	n, digits := int64(0), 0
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		if n > (math.MaxInt64-9)/10 {
			return -1
		}
		n, digits = n*10+int64(c-'0'), digits+1
	}
	if digits == 0 {
		return -1
	}
	return n
}

// upgrades reports whether an Upgrade field of the head names the protocol (lower case,
// without a version), RFC 9110 §7.8.
func upgrades(head []byte, protocol string) bool {
	_, rest := cutLine(head)
	for {
		var name, value []byte
		name, value, rest = cutField(rest)
		if name == nil {
			return false
		}
		if len(name) == 7 && bytes.EqualFold(name, []byte("upgrade")) && lists(value, protocol) {
			return true
		}
	}
}

// lists reports whether a comma-separated list has the protocol.
func lists(value []byte, protocol string) bool {
	for len(value) > 0 {
		var item []byte
		item, value, _ = bytes.Cut(value, []byte{','})
		item, _, _ = bytes.Cut(bytes.TrimSpace(item), []byte{'/'})
		if bytes.EqualFold(item, []byte(protocol)) {
			return true
		}
	}
	return false
}
