package apps

import (
	"bytes"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// sip reads SIP over WebSocket, RFC 7118: a message is one request or response of RFC 3261.
//
// A response belongs to the request of its Call-ID and CSeq; what is below 200 is provisional, and no answer yet. A challenge
// (401, 407) answers, and is no error: the request comes again with credentials.
type sip struct{ stateless }

func openSIP() dialect { return sip{} }

// sipSpot knows a first line.
func sipSpot(b []byte, _ side) bool {
	line, _, ok := bytes.Cut(b[:min(len(b), 4<<10)], []byte("\r\n"))
	if !ok {
		return false
	}
	if bytes.HasPrefix(line, []byte("SIP/2.0 ")) {
		return true
	}
	return bytes.HasSuffix(line, []byte(" SIP/2.0")) && len(line) > 12
}

func (sip) read(c *conversation, m *record.Message) bool {
	b := m.Data
	switch string(b) { // RFC 5626 §4.4.1, as RFC 7118 §6 allows them
	case "\r\n\r\n":
		c.add(unit{kind: "keep-alive", part: beats})
		return true
	case "\r\n":
		c.add(unit{kind: "keep-alive", part: returns})
		return true
	}
	if !sipSpot(b, c.from) {
		return false
	}
	line, rest, _ := bytes.Cut(b, []byte("\r\n"))
	head, body, _ := bytes.Cut(rest, []byte("\r\n\r\n"))
	h := sipHeaders(head)
	number, method, _ := strings.Cut(h.cseq, " ")
	method = short(strings.TrimSpace(method))
	u := unit{name: method, id: short(h.call), key: short(h.call) + " " + short(number) + " " + method, topic: short(h.to)}
	c.version = "2.0"
	if code, reason, _ := bytes.Cut(bytes.TrimPrefix(line, []byte("SIP/2.0 ")), []byte(" ")); bytes.HasPrefix(line, []byte("SIP/2.0 ")) {
		status, err := strconv.Atoi(string(code))
		if err != nil || status < 100 || status > 699 {
			return false
		}
		u.kind, u.gist = "response", join(string(code), gist(reason))
		switch {
		case status < 200:
			u.kind = "provisional"
		case status >= 300 && status != 401 && status != 407:
			u.part, u.err = fails, u.gist
		default:
			u.part = answers
		}
		c.add(u)
		return true
	}
	word, uri, _ := bytes.Cut(line, []byte(" "))
	u.kind, u.name = "request", short(word)
	u.gist = join(u.name, string(bytes.TrimSuffix(uri, []byte(" SIP/2.0"))), sizeWords(len(body)))
	if u.name != "ACK" {
		u.part = asks
	}
	if h.secret {
		c.credential("SIP Authorization")
	}
	c.add(u)
	return true
}

func sizeWords(n int) string {
	if n == 0 {
		return ""
	}
	return bytesOf(n)
}

// sipHead is what is looked at of the headers.
type sipHead struct {
	call, cseq, to string
	secret         bool
}

func sipHeaders(b []byte) (h sipHead) {
	for line := range bytes.SplitSeq(b[:min(len(b), maxHeld)], []byte("\r\n")) {
		name, v, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) > 20 {
			continue
		}
		v = bytes.TrimSpace(v)
		switch strings.ToLower(string(bytes.TrimSpace(name))) {
		case "call-id", "i":
			h.call = short(v)
		case "cseq":
			h.cseq = short(v)
		case "to", "t":
			h.to = sipAddress(v)
		case "authorization", "proxy-authorization":
			h.secret = true
		}
	}
	return h
}

// sipAddress is the URI of a header without its parameters.
func sipAddress(v []byte) string {
	if _, after, ok := bytes.Cut(v, []byte("<")); ok {
		v, _, _ = bytes.Cut(after, []byte(">"))
	}
	v, _, _ = bytes.Cut(v, []byte(";"))
	return short(v)
}

func sipMidway(g *glance) int {
	if sipSpot(g.b, g.from) {
		return certain
	}
	return 0
}
