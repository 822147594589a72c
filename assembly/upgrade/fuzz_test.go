package upgrade

import (
	"testing"
	"wscope/assembly/engineio"
	"wscope/assembly/h2"

	"wscope/assembly"
	"wscope/wsparse"
)

// judge is a Receiver that knows what may follow what.
type judge struct {
	t        *testing.T
	given    *int64 // bytes given to all judges
	answered bool
	ended    [2]bool
}

func (j *judge) Answered(*assembly.Mark) {
	if j.answered {
		j.t.Error("answered twice")
	}
	j.answered = true
}

func (j *judge) Data(from wsparse.Role, b []byte, at *assembly.Mark) {
	j.live(from, "data")
	if from == wsparse.FromClient || from == wsparse.FromServer {
		*j.given += int64(len(b))
	}
}

func (j *judge) Gap(from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark) {
	j.live(from, "gap")
}

func (j *judge) live(from wsparse.Role, what string) {
	if from != wsparse.FromClient && from != wsparse.FromServer {
		j.t.Errorf("%s from %d", what, from)
	} else if j.ended[from-wsparse.FromClient] {
		j.t.Errorf("%s after the end", what)
	}
}

func (j *judge) End(from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark) {
	j.live(from, "end")
	j.ended[from-wsparse.FromClient] = true
}

// converse lets fuzzed bytes speak: an operation a byte (side; data, gap or a known
// phrase), then its length, then its bytes. All flows must have ended in the end.
func converse(t *testing.T, in []byte, phrases []string) {
	var judges []*judge
	var opened []*sixBytes
	var fed, given, spent int64
	hooks := &Hooks{
		Found: func(ws *WebSocket, at *assembly.Mark) Receiver {
			if ws.Pickup == ByHandshake && ws.Handshake == nil {
				t.Error("no handshake")
			}
			j := &judge{t: t, given: &given}
			judges = append(judges, j)
			return j
		},
		Polled: func(p *engineio.Poll) {
			if p.Session == "" || p.Messages[0] < 0 || p.Messages[1] < 0 || len(p.Session) > 128 {
				t.Errorf("poll %+v", p)
			}
		},
		Spent: func(_ *assembly.Conn, _ assembly.Side, n int64, _ Spending) { spent += n },
		Security: func(_ *assembly.Conn, client assembly.Side, inner assembly.Handler) (assembly.Handler, any) {
			h := &sixBytes{Handler: inner, client: client}
			opened = append(opened, h)
			return h, "tls"
		},
	}
	if len(in)%3 == 0 { // nothing may wait
		hooks.Waiting = NoWaiting()
	}
	c := &assembly.Conn{Initiator: len(in)%2 == 0}
	h := New(c, hooks)
	at := &assembly.Mark{Time: 1}
	for len(in) >= 2 && !c.Ignored {
		op, n := in[0], int(in[1])
		s := assembly.Side(op & 1)
		in = in[2:]
		at.Index++
		switch op >> 1 & 3 {
		case 0, 1:
			n = min(n, len(in))
			if n > 0 {
				fed += int64(n)
				h.Data(s, in[:n:n], at)
			}
			in = in[n:]
		case 2:
			h.Gap(s, int64(n)-1, assembly.Cause(n%4), at)
		case 3:
			p := []byte(phrases[n%len(phrases)])
			fed += int64(len(p))
			h.Data(s, p[:len(p):len(p)], at)
		}
	}
	h.End(assembly.A, assembly.FIN, at)
	h.End(assembly.B, assembly.RST, at)
	if n := hooks.Waiting.Kept(); n != 0 {
		t.Errorf("%d bytes wait after the end", n)
	}
	for _, h := range opened {
		spent += h.own
	}
	if !c.Ignored && fed != given+spent {
		t.Errorf("%d bytes fed: %d given to WebSockets, %d for heads and others", fed, given, spent)
	}
	for i, j := range judges {
		if !j.ended[0] || !j.ended[1] {
			t.Errorf("flow %d of %d: ended %v", i+1, len(judges), j.ended)
		}
	}
}

func FuzzConversation(f *testing.F) {
	phrases := []string{ask, grant, get, empty, hello, world, "CONNECT x:1 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 x\r\n\r\n",
		"HTTP/1.1 401 x\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n", "0\r\n\r\n",
		"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "\x05\x01\x00", "\x05\x00", "\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50",
		"\x04\x01\x00\x50\x00\x00\x00\x01joe\x00h\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00", "\x16\x03\x01\x00\x05\x01", h2.Preface,
		"HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n", chatter(8, true), chatter(8, false),
		pollOf("4", "abc", "40\x1e41"), pollOf("4", "", ""), pollOf("3", "abc", "2:402:41"), ok(opens)}
	f.Add([]byte{6, 0, 7, 1, 6, 4, 7, 5})                   // upgrade and frames
	f.Add([]byte{6, 0, 7, 8, 6, 0, 7, 1})                   // refused, then granted
	f.Add([]byte{6, 6, 7, 7, 6, 19, 6, 0, 7, 1})            // CONNECT, TLS, upgrade
	f.Add([]byte{6, 13, 7, 14, 6, 15, 7, 16, 6, 0, 7, 1})   // SOCKS5
	f.Add([]byte{6, 0, 5, 0, 7, 23, 6, 22})                 // the answer lost
	f.Add([]byte{4, 0, 6, 22, 7, 23})                       // midway
	f.Add([]byte{6, 24, 6, 25, 7, 27, 6, 26, 5, 3, 7, 27})  // Engine.IO's polling
	f.Add([]byte{0, 3, 'G', 'E', 'T', 6, 5, 4, 9, 7, 9, 7}) // nonsense
	f.Fuzz(func(t *testing.T, in []byte) { converse(t, in, phrases) })
}

func h2phrases() []string {
	c, s := newH2Side(), newH2Side()
	return []string{h2.Preface, c.settings(), s.settings(), c.headers(1, false, wsFields...), s.headers(1, false, okFields...), c.headers(3, true, getFields...),
		s.headers(3, false, pageFields...), c.data(1, false, hello), s.data(1, false, world), c.reset(1, 8), s.goAway(1, 2), c.pieces(3, 5, wsFields...),
		s.headers(5, true, ":status: 403"), c.padded(5, hello, 9), c.headers(7, false, ":method: CONNECT", ":authority: x:1"), s.headers(7, false, okFields...),
		c.data(7, false, ask), s.data(7, false, grant+world), c.data(9, false, chatter(8, true)), s.data(9, true, chatter(8, false)), s.ping()}
}

func FuzzHTTP2(f *testing.F) {
	phrases := h2phrases()
	f.Add([]byte{6, 0, 6, 1, 7, 2, 6, 3, 7, 4, 6, 7, 7, 8, 6, 9})
	f.Add([]byte{6, 0, 6, 1, 7, 2, 6, 14, 7, 15, 6, 16, 7, 17})
	f.Add([]byte{6, 0, 6, 1, 6, 11, 7, 12, 6, 13, 7, 10})
	f.Add([]byte{6, 18, 6, 20, 7, 19, 7, 20, 4, 0, 6, 20, 6, 18})
	f.Fuzz(func(t *testing.T, in []byte) { converse(t, append([]byte{6, 0}, in...), phrases) })
}
