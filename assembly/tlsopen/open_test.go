package tlsopen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wscope/assembly"
)

// heard is an inner handler that keeps what it is given.
type heard struct {
	plain  [2][]byte
	events []string // gaps and ends
	marks  [2][]int64
	failed string
	told   [2]int64 // bytes of gaps of known length
	limits [2]int   // gaps of cause Limit
}

func (h *heard) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	h.plain[s] = append(h.plain[s], b...)
	for range b {
		h.marks[s] = append(h.marks[s], at.Index)
	}
	if len(b) == 0 {
		h.failed = "empty Data"
	}
}

func (h *heard) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	h.events = append(h.events, fmt.Sprintf("gap %d %d", s, n))
	h.plain[s] = append(h.plain[s], '|')
	h.told[s] += max(n, 0)
	if why == assembly.Limit {
		h.limits[s]++
	}
	h.marks[s] = append(h.marks[s], -1)
}

func (h *heard) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	h.events = append(h.events, fmt.Sprintf("end %d", s))
}

// tapOpen is an opened connection under test.
type tapOpen struct {
	heard
	tcp       assembly.Conn
	info      *Info
	h         assembly.Handler
	encrypted int
	index     int64
}

func open(keys *Keys, wait bool) *tapOpen {
	o := &tapOpen{}
	o.h, o.info = New(&o.tcp, assembly.A, &o.heard, Options{Keys: keys, Wait: wait,
		Encrypted: func(*assembly.Mark) { o.encrypted++ }})
	return o
}

func (o *tapOpen) data(s assembly.Side, b []byte) {
	if !o.tcp.Ignored {
		o.h.Data(s, b, &assembly.Mark{Index: o.index, Time: 1000 + o.index})
	}
	o.index++
}

func (o *tapOpen) gap(s assembly.Side, n int64) {
	if !o.tcp.Ignored {
		o.h.Gap(s, n, assembly.Lost, &assembly.Mark{Index: o.index, Time: 1000 + o.index})
	}
}

func (o *tapOpen) end() {
	o.h.End(assembly.A, assembly.FIN, &assembly.Mark{Index: o.index})
	o.h.End(assembly.B, assembly.FIN, &assembly.Mark{Index: o.index})
}

func keysOf(text string) *Keys {
	k := NewKeys()
	k.Add([]byte(text))
	return k
}

// whole fails the test where a conversation was not opened byte for byte.
func (o *tapOpen) whole(t *testing.T, c *conversation) {
	t.Helper()
	for s := range o.plain {
		if string(o.plain[s]) != c.plain[s] {
			t.Errorf("%s: side %d: opened %d bytes %.40q, want %d bytes %.40q (why %q)", c.name, s,
				len(o.plain[s]), o.plain[s], len(c.plain[s]), c.plain[s], o.info.Why)
		}
	}
	if got := fmt.Sprint(o.events); got != "[end 0 end 1]" && got != "[end 1 end 0]" {
		t.Errorf("%s: events %v", c.name, got)
	}
	if o.failed != "" || o.encrypted != 0 || !o.info.Decrypted || o.info.Why != "" || o.tcp.Ignored {
		t.Errorf("%s: %s encrypted %d decrypted %v why %q", c.name, o.failed, o.encrypted, o.info.Decrypted, o.info.Why)
	}
}

func TestConversationsOpen(t *testing.T) {
	for _, c := range conversations(t) {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			o := open(keysOf(c.keys), false)
			for _, s := range c.sent {
				o.data(s.side, s.b)
			}
			o.end()
			o.whole(t, c)
			i := o.info
			if i.SNI != "chat.example.com" || i.ALPN != "http/1.1" || fmt.Sprint(i.ALPNOffered) != "[h2 http/1.1]" ||
				i.Cipher != c.cipher || i.Hello == 0 || i.Finished <= i.Hello {
				t.Errorf("%s: info %+v", c.name, *i)
			}
		})
	}
}

// The same bytes cut at random, or each alone, give the same.
func TestAnyCut(t *testing.T) {
	for _, c := range conversations(t) {
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 1))
			limit := []int{1, 7, 100, 1460}[seed]
			o := open(keysOf(c.keys), seed%2 == 0)
			for _, s := range c.sent {
				for b := s.b; len(b) > 0; {
					n := min(len(b), 1+r.IntN(limit))
					o.data(s.side, b[:n])
					b = b[n:]
				}
			}
			o.end()
			o.whole(t, c)
		}
	}
}

// A server's compatibility ChangeCipherSpec (RFC 8446 §D.4) behind its HelloRetryRequest may be
// captured after the client's second ClientHello, which it does not wait for.
func TestRetryOvertakesChangeCipherSpec(t *testing.T) {
	c := *conversationNamed(t, "1.3 HelloRetryRequest")
	first := func(x assembly.Side, kind byte, from int) int {
		for i := from; i < len(c.sent); i++ {
			if c.sent[i].side == x && c.sent[i].b[0] == kind {
				return i
			}
		}
		t.Fatalf("no record of kind %d", kind)
		return 0
	}
	hello := first(assembly.A, typeHandshake, 1)
	late := first(assembly.B, typeCCS, 0)
	if late < hello { // else it happened while it was recorded
		order := append([]sent(nil), c.sent[:late]...)
		order = append(append(order, c.sent[late+1:hello+1]...), c.sent[late])
		c.sent = append(order, c.sent[hello+1:]...)
	}
	o := open(keysOf(c.keys), false)
	for _, s := range c.sent {
		o.data(s.side, s.b)
	}
	o.end()
	o.whole(t, &c)
}
