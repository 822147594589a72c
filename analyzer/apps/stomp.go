package apps

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// stomp reads STOMP 1.0 to 1.2 (https://stomp.github.io/stomp-specification-1.2.html): a
// command, headers, an empty line, a body and a NUL. A message that is nothing but ends of
// lines is a heart-beat. Frames may be cut over messages.
type stomp struct {
	sides [2]packets
	tail  [2]bool // a frame too long to be held goes on to the next NUL
}

func openStomp() dialect { return new(stomp) }

// stompSpot knows the client's first frame.
func stompSpot(b []byte, from side) bool {
	return from == client && (bytes.HasPrefix(b, []byte("CONNECT\n")) || bytes.HasPrefix(b, []byte("STOMP\n")) ||
		bytes.HasPrefix(b, []byte("CONNECT\r\n")) || bytes.HasPrefix(b, []byte("STOMP\r\n")))
}

var stompCommands = []string{
	"CONNECT", "STOMP", "CONNECTED", "SEND", "SUBSCRIBE", "UNSUBSCRIBE", "ACK", "NACK", "BEGIN", "COMMIT", "ABORT",
	"DISCONNECT", "MESSAGE", "RECEIPT", "ERROR",
}

func (d *stomp) lost(from side) {
	d.sides[from].reset()
	d.tail[from] = false
}

func (d *stomp) read(c *conversation, m *record.Message) bool {
	p := &d.sides[c.from]
	b := p.take(m.Data)
	if d.tail[c.from] {
		end := bytes.IndexByte(b, 0)
		if end < 0 {
			return true
		}
		b, d.tail[c.from] = b[end+1:], false
	}
	if len(b) > 0 && len(bytes.TrimLeft(b, "\r\n")) == 0 && len(p.held) == 0 {
		c.add(unit{kind: "heart-beat", part: shows})
		return true
	}
	for {
		if b = bytes.TrimLeft(b, "\r\n"); len(b) == 0 {
			p.done()
			return true
		}
		f, rest, ok := cutFrame(b)
		if !ok {
			p.reset()
			return false
		}
		if rest == nil {
			if p.keep(b) {
				return true
			}
			p.reset()
			if f.headers == nil {
				return false
			}
			p.skip, d.tail[c.from] = f.missing, f.missing == 0
			rest = b[len(b):]
		}
		c.add(d.unit(c, &f))
		b = rest
	}
}

// stompFrame is a frame as it lies in a message.
type stompFrame struct {
	command string
	headers []byte // lines; nil where their end is missing
	body    []byte // what there is of it
	missing uint64 // bytes up to its NUL; 0 where the length is not known
}

// cutFrame cuts the first frame off. rest is nil where its end is missing.
func cutFrame(b []byte) (f stompFrame, rest []byte, ok bool) {
	line, after, found := bytes.Cut(b, []byte("\n"))
	command := string(bytes.TrimSuffix(line[:min(len(line), 16)], []byte("\r")))
	if !found {
		begins := func(s string) bool { return strings.HasPrefix(s, command) }
		return f, nil, slices.ContainsFunc(stompCommands, begins)
	}
	if !slices.Contains(stompCommands, command) {
		return f, nil, false
	}
	f.command = command
	end := 0
	for {
		line, _, found := bytes.Cut(after[end:], []byte("\n"))
		if !found {
			return f, nil, true
		}
		at := end
		end += len(line) + 1
		if len(bytes.TrimSuffix(line, []byte("\r"))) == 0 {
			f.headers = after[:at]
			break
		}
	}
	f.body = after[end:]
	n := bytes.IndexByte(f.body, 0)
	// A body with a length may hold NULs.
	if s := f.header("content-length"); s != "" {
		length, err := strconv.ParseUint(s, 10, 31)
		if err != nil || int(length) < len(f.body) && f.body[length] != 0 {
			return f, nil, false
		}
		if n = int(length); n >= len(f.body) {
			f.missing, n = length+1-uint64(len(f.body)), -1
		}
	}
	if n < 0 {
		return f, nil, true
	}
	rest, f.body = f.body[n+1:], f.body[:n]
	return f, rest, true
}

// header is a header's value; the first counts where it is repeated.
func (f *stompFrame) header(name string) string {
	for rest := f.headers; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		k, v, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\r")), []byte(":"))
		if ok && string(k) == name {
			return short(stompEscapes.Replace(string(v[:min(len(v), 8*maxText)])))
		}
	}
	return ""
}

// stompEscapes are those of 1.2, "Value Encoding".
var stompEscapes = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\c`, ":", `\\`, `\`)

func (d *stomp) unit(c *conversation, f *stompFrame) unit {
	u := unit{kind: f.command, topic: f.header("destination"), gist: payloadGist(f.body)}
	switch f.command {
	case "CONNECT", "STOMP":
		u.part, u.key = asks, "connect"
		if f.header("passcode") != "" {
			c.credential("STOMP CONNECT passcode")
		} else if f.header("Authorization") != "" || f.header("authorization") != "" || f.header("token") != "" {
			c.credential("STOMP CONNECT header")
		}
		u.gist = join("accept-version", f.header("accept-version"), "heart-beat", f.header("heart-beat"))
	case "CONNECTED":
		u.part, u.key = answers, "connect"
		c.version = f.header("version")
		c.session = f.header("session")
		u.gist = join("version", c.version, "heart-beat", f.header("heart-beat"))
	case "MESSAGE":
		u.id = f.header("message-id")
	case "RECEIPT":
		u.part, u.id = answers, f.header("receipt-id")
		u.key = "receipt " + u.id
	case "ERROR":
		u.part, u.err, u.id = fails, f.header("message"), f.header("receipt-id")
		if u.err == "" {
			u.err = "ERROR"
		}
		u.key = "receipt " + u.id
		if u.id == "" {
			u.key = "connect"
		}
	default:
		u.id = f.header("id")
		if u.id == "" {
			u.id = f.header("transaction")
		}
		if receipt := f.header("receipt"); receipt != "" {
			u.part, u.id, u.key, u.op = asks, receipt, "receipt "+receipt, f.command
		}
	}
	return u
}

// stompMidway knows a frame by its command and its NUL.
func stompMidway(g *glance) int {
	b := bytes.TrimLeft(g.b, "\r\n")
	if len(b) == 0 {
		if len(g.b) == 1 || string(g.b) == "\r\n" {
			return 10
		}
		return 0
	}
	if len(b) < 8 || b[0] < 'A' || b[0] > 'Z' {
		return 0
	}
	f, rest, ok := cutFrame(b)
	if !ok || rest == nil || f.headers == nil {
		return 0
	}
	if f.header("destination") != "" || f.header("receipt-id") != "" || f.header("version") != "" || f.header("id") != "" {
		return certain
	}
	return 50
}
