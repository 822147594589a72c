package apps

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// TestNothingIsLeftOutOfTheCounts packs publishes and their acknowledgements into messages of any size, cut anywhere: what is
// counted, asked and answered is what was sent, however few units of a message are shown.
func TestNothingIsLeftOutOfTheCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		n := 1 + r.IntN(900)
		var asks, acks []byte
		for i := range n {
			id := binary.BigEndian.AppendUint16(nil, uint16(i+1))
			asks = append(append(append(asks, 0x32, 7, 0, 3), "a/b"...), id...)
			acks = append(append(acks, 0x40, 2), id...)
		}
		c := opened("/", "mqtt")
		for _, x := range []struct {
			from string
			b    []byte
		}{{"client", asks}, {"server", acks}} {
			for len(x.b) > 0 {
				k := 1 + r.IntN(len(x.b))
				if r.IntN(3) == 0 {
					k = min(k, 5)
				}
				c.Message(said(x.from, "binary", x.b[:k]))
				x.b = x.b[k:]
			}
		}
		var f record.Flow
		c.Done(&f)
		a := f.App
		if a.Messages != int64(2*n) || a.Unread != 0 || a.Unanswered != 0 || a.Operations[0].Count != int64(n)-a.Untracked {
			t.Fatalf("%d publishes: %+v", n, a)
		}
	}
}

// TestPacketsBeyondWhatIsHeldAreCountedOnce sends a SUBSCRIBE that is longer than what is held, cut anywhere.
func TestPacketsBeyondWhatIsHeldAreCountedOnce(t *testing.T) {
	var filters []byte
	for i := range 900 {
		s := fmt.Sprintf("some/longer/topic/of/number/%d", i)
		filters = append(binary.BigEndian.AppendUint16(filters, uint16(len(s))), s...)
		filters = append(filters, 1)
	}
	n := len(filters) + 2
	packet := append([]byte{0x82, byte(n&0x7f | 0x80), byte(n>>7&0x7f | 0x80), byte(n >> 14), 0, 9}, filters...)
	for size := 1; size < len(packet); size += 1 + size/3 {
		c := opened("/", "mqtt")
		for b := packet; len(b) > 0; {
			k := min(size, len(b))
			c.Message(said("client", "binary", b[:k]))
			b = b[k:]
		}
		c.Message(said("server", "binary", []byte("\x90\x04\x00\x09\x01\x01")))
		var f record.Flow
		if c.Done(&f); f.App.Messages != 2 || f.App.Unread != 0 || f.App.Unanswered != 0 {
			t.Fatalf("in pieces of %d: %+v", size, f.App)
		}
	}
}

// TestTheFirstRequestOfAKeyIsAnswered asks twice by one key: answers come in the order asked.
func TestTheFirstRequestOfAKeyIsAnswered(t *testing.T) {
	c := opened("/", "jsonrpc")
	at := func(from, data string, ms int64) *record.App {
		m := said(from, "text", []byte(data))
		m.Time, m.End = record.Time(ms*1e6), record.Time(ms*1e6)
		return c.Message(m)
	}
	at("client", `{"jsonrpc":"2.0","id":1,"method":"first"}`, 0)
	at("client", `{"jsonrpc":"2.0","id":1,"method":"second"}`, 10)
	if a := at("server", `{"jsonrpc":"2.0","id":1,"result":1}`, 15); a.Name != "first" || int64(*a.After) != 15e6 {
		t.Errorf("the first answer is told as %+v", a)
	}
	if a := at("server", `{"jsonrpc":"2.0","id":1,"result":1}`, 30); a.Name != "second" || int64(*a.After) != 20e6 {
		t.Errorf("the second answer is told as %+v", a)
	}
}

// TestOperationsAreNamedByThemselves holds the names of GraphQL's operations to the specification, not to what words the document has.
func TestOperationsAreNamedByThemselves(t *testing.T) {
	for _, x := range []struct{ query, want string }{
		{`query Q { a }`, "Q"},
		{`mutation CreateUser($n: String = "query X {") { createUser { query } }`, "CreateUser"},
		{`subscription Watch { watch(query: "mutation B") { query id } }`, "Watch"},
		{"# query of the greeting\nquery Hi { hi }", "Hi"},
		{`fragment F on User { mutation query } query UserF { user { ...F } }`, "UserF"},
		{`fragment F on User { a } { user { ...F } }`, "user"},
		{`{ shown: hidden(a: 1) { b } }`, "hidden"},
		{`query ($a: Int = 1) @d(x: {y: 1}) { field }`, "field"},
		{`query { # {x}
			"""not this""" field }`, "field"},
		{`subscription{ticks}`, "ticks"},
		{`query query { a }`, "query"},
		{`{ ...F } fragment F on Q { x }`, "F"},
		{``, ""},
		{`{`, "query"},
	} {
		if got := documentName([]byte(x.query)); got != x.want {
			t.Errorf("%s is called %q, want %q", x.query, got, x.want)
		}
	}
}

// TestWhatComesBackIsLearned gives conversations of protocols that nobody knows.
func TestWhatComesBackIsLearned(t *testing.T) {
	for _, x := range []struct {
		name, ask, answer string // with the number or text of a request
		n, answered       int    // requests, and those that are answered
		want, unanswered  int64
	}{
		{"a known name, and an answer that looks the part", `{"cmd":"get","id":%d}`, `{"id":%d,"result":1}`, 5, 5, 5, 0},
		{"two names", `{"do":"get","reqNo":%d}`, `{"done":"get","forReq":%d}`, 6, 6, 6, 0},
		{"inside a head", `{"head":{"seq":%d},"body":{"x":1}}`, `{"head":{"re":%d},"body":{}}`, 6, 6, 6, 0},
		{"one is not answered", `{"type":"say","id":%d}`, `{"type":"ack","id":%d}`, 5, 4, 4, 1},
		{"nothing comes back", `{"type":"say","id":%d}`, `{"type":"news","n":"x%d"}`, 5, 5, 0, 0},
	} {
		c := opened("/", "")
		for i := range x.n {
			c.Message(said("client", "text", fmt.Appendf(nil, x.ask, i+100)))
			if i < x.answered {
				c.Message(said("server", "text", fmt.Appendf(nil, x.answer, i+100)))
			}
		}
		var f record.Flow
		c.Done(&f)
		var got int64
		for _, o := range f.App.Operations {
			got += o.Count
		}
		if got != x.want || f.App.Unanswered != x.unanswered {
			t.Errorf("%s: %d answers and %d unanswered, want %d and %d", x.name, got, f.App.Unanswered, x.want, x.unanswered)
		}
	}
}

// TestTopicsAreNoRequests subscribes to what is then published again and again.
func TestTopicsAreNoRequests(t *testing.T) {
	c := opened("/", "")
	for _, s := range []string{"BTC", "ETH", "XRP"} {
		c.Message(said("client", "text", fmt.Appendf(nil, `{"op":"subscribe","instrument":"%s"}`, s)))
	}
	for i := range 30 {
		c.Message(said("server", "text", fmt.Appendf(nil, `{"instrument":"%s","price":%d}`, []string{"BTC", "ETH", "XRP"}[i%3], i)))
		c.Message(said("server", "text", fmt.Appendf(nil, `{"instrument":"%s","price":%d}`, "BTC", i)))
	}
	var f record.Flow
	if c.Done(&f); len(f.App.Operations) > 0 || f.App.Unanswered > 0 {
		t.Errorf("prices are taken for answers: %+v", f.App.Operations)
	}
}

// TestAPathThatPromisesTooMuch shows that a path or a subprotocol silences nothing.
func TestAPathThatPromisesTooMuch(t *testing.T) {
	for _, path := range []string{"/echo/123/abc/websocket", "/socket/websocket?vsn=2.0.0", "/app/x?protocol=7", "/devtools/page/1", "/socket.io/?EIO=4&transport=websocket"} {
		for _, subprotocol := range []string{"", "mqtt", "wamp.2.json", "xmpp"} {
			c := opened(path, subprotocol)
			for i := range 6 {
				c.Message(said("client", "text", fmt.Appendf(nil, `{"type":"say","number":%d}`, i)))
			}
			var f record.Flow
			if c.Done(&f); f.App == nil || f.App.Protocol != "json" || f.App.Messages != 6 || f.App.Unread != 0 {
				t.Errorf("%s %s: JSON is read as %+v", path, subprotocol, f.App)
			}
		}
	}
}

// TestPingTextsDoNotEndTheSearch begins with heartbeats, as a conversation joined midway may.
func TestPingTextsDoNotEndTheSearch(t *testing.T) {
	for _, x := range []struct{ ping, pong, then, want string }{
		{"ping", "pong", `{"jsonrpc":"2.0","id":1,"result":1}`, "json-rpc"},
		{"2", "3", `42["news",1]`, "socket.io"},
		{"h", "", `a["x"]`, "sockjs"},
		{"ping", "pong", `{"type":"a"}`, "json"},
		{"ping", "pong", "", "text"},
	} {
		c := opened("/", "")
		for range 12 {
			if x.want == "sockjs" {
				c.Message(said("server", "text", []byte(x.ping)))
				continue
			}
			c.Message(said("client", "text", []byte(x.ping)))
			c.Message(said("server", "text", []byte(x.pong)))
		}
		if x.then != "" {
			c.Message(said("server", "text", []byte(x.then)))
		}
		var f record.Flow
		if c.Done(&f); f.App == nil || !strings.HasPrefix(f.App.Protocol, x.want) || f.App.Unread > 8 {
			t.Errorf("%s, %s: read as %+v", x.ping, x.then, f.App)
		}
	}
}
