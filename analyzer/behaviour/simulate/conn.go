package simulate

import (
	"cmp"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// upgrade is what an opening handshake says.
type upgrade struct {
	path        string
	headers     [][2]string // of the request
	offered     []string    // subprotocols
	agreed      string
	deflate     bool
	status      int // 0 is 101
	answers     [][2]string
	answerDelay time.Duration
}

// event is what one side puts on the wire.
type event struct {
	at     time.Duration
	order  int
	client bool
	bytes  []byte
	flags  byte // besides PSH and ACK
}

// conn is a TCP connection of the run, as its capture sees it. The capture is made on the server's side.
type conn struct {
	port   uint16
	opened time.Duration
	events []event
	order  int
	last   [2]time.Duration // of what each side sent: TCP keeps order
	dead   bool             // nothing more comes
}

func side(client bool) int {
	if client {
		return 0
	}
	return 1
}

// put notes bytes at a time, or just after what the same side sent before.
func (c *conn) put(at time.Duration, client bool, bytes []byte, flags byte) time.Duration {
	if at <= c.last[side(client)] {
		at = c.last[side(client)] + 2*time.Microsecond
	}
	c.last[side(client)] = at
	c.order++
	c.events = append(c.events, event{at, c.order, client, bytes, flags})
	return at
}

// frame is a WebSocket frame.
func frame(client bool, opcode byte, payload []byte, key uint32) []byte {
	b := []byte{0x80 | opcode}
	mask := byte(0)
	if client {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, mask|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, mask|127), uint64(n))
	}
	if !client {
		return append(b, payload...)
	}
	k := binary.BigEndian.AppendUint32(nil, key)
	b = append(b, k...)
	for i, p := range payload {
		b = append(b, p^k[i%4])
	}
	return b
}

// request is the text that asks for a WebSocket, and answer the one that grants or refuses it.
func (u *upgrade) texts(key string) (request, answer string) {
	var q, a strings.Builder
	fmt.Fprintf(&q, "GET %s HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n", u.path, key)
	for _, h := range u.headers {
		fmt.Fprintf(&q, "%s: %s\r\n", h[0], h[1])
	}
	if len(u.offered) > 0 {
		fmt.Fprintf(&q, "Sec-WebSocket-Protocol: %s\r\n", strings.Join(u.offered, ", "))
	}
	q.WriteString("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
	if u.status != 0 {
		fmt.Fprintf(&a, "HTTP/1.1 %d Refused\r\nContent-Length: 0\r\n", u.status)
		for _, h := range u.answers {
			fmt.Fprintf(&a, "%s: %s\r\n", h[0], h[1])
		}
		a.WriteString("\r\n")
		return q.String(), a.String()
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(&a, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	for _, h := range u.answers {
		fmt.Fprintf(&a, "%s: %s\r\n", h[0], h[1])
	}
	if u.agreed != "" {
		fmt.Fprintf(&a, "Sec-WebSocket-Protocol: %s\r\n", u.agreed)
	}
	if u.deflate {
		a.WriteString("Sec-WebSocket-Extensions: permessage-deflate\r\n")
	}
	a.WriteString("\r\n")
	return q.String(), a.String()
}

// segments are the connection's, with TCP's handshake and acknowledgements.
func (c *conn) segments(rtt time.Duration) (list []segment) {
	seq := [2]uint32{1000 + uint32(c.port), 5000 + uint32(c.port)}
	n := 0
	add := func(at time.Duration, client bool, flags byte, payload []byte) {
		n++
		s, o := side(client), 1-side(client)
		ack := seq[o]
		if flags&flagACK == 0 {
			ack = 0
		}
		list = append(list, segment{at, n, client, c.port, flags, seq[s], ack, payload})
		seq[s] += uint32(len(payload))
		if flags&(flagSYN|flagFIN) != 0 {
			seq[s]++
		}
	}
	add(c.opened, true, flagSYN, nil)
	add(c.opened+20*time.Microsecond, false, flagSYN|flagACK, nil)
	add(c.opened+20*time.Microsecond+rtt, true, flagACK, nil)
	slices.SortStableFunc(c.events, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	for _, e := range c.events {
		flags := byte(flagACK) | e.flags
		if len(e.bytes) > 0 {
			flags |= flagPSH
		}
		for rest := e.bytes; ; {
			part := rest[:min(len(rest), 1400)]
			rest = rest[len(part):]
			add(e.at, e.client, flags, part)
			if len(rest) == 0 {
				break
			}
		}
		if e.flags&flagRST == 0 && len(e.bytes) > 0 {
			add(e.at+5*time.Microsecond, !e.client, flagACK, nil)
		}
	}
	return list
}
