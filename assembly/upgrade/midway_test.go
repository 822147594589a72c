package upgrade

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"wscope/assembly"
	"wscope/wsparse"
)

// chatter is n text frames.
func chatter(n int, masked bool) string {
	var b []byte
	for i := range n {
		text := fmt.Sprintf("message %d of the conversation", i)
		b = wsparse.AppendFrame(b, wsparse.Header{Finished: true, Opcode: wsparse.Text, IsMasked: masked, MaskKey: uint32(i+1) * 0x9e3779b9}, []byte(text))
	}
	return string(b)
}

func port(p uint16) func(*assembly.Conn, *Hooks) {
	return func(c *assembly.Conn, h *Hooks) {
		c.Initiator, c.Key.SrcPort, c.Key.DstPort = false, 8008, 50000
		h.DecodeAs = map[uint16]bool{p: true}
	}
}

func TestWithoutAHandshake(t *testing.T) {
	c, s := chatter(8, true), chatter(8, false)
	hold(t, []behaviour{
		{name: "client first", script: script{"A^", "A:" + c, "B^", "B:" + s, "A.", "B."}, change: midway,
			want: []string{"1 found midstream client=A @2,0", "1 c: " + c, "1 s gap -1", "1 s: " + s, "1 c fin 0", "1 s fin 0"}},
		{name: "server alone", script: script{"A^", "A:" + s, "A_", "B_"}, change: midway,
			want: []string{"1 found midstream client=B @2,0", "1 s: " + s, "1 s captend 0", "1 c captend 0"}},
		{name: "too little", script: script{"A^", "A:" + hello, "B^", "B:" + world, "A.", "B."}, change: midway, want: []string{"other unknown"}},
		{name: "not wanted", script: script{"A^", "A:" + c, "B^", "B:" + s, "A.", "B."}, want: []string{"other unknown"},
			change: func(c *assembly.Conn, h *Hooks) { c.Initiator = false; h.NoMidway = true }},
		{name: "told", script: script{"A:" + world, "B:" + hello, "A.", "B."}, change: port(8008),
			want: []string{"1 found told client=B @1,0", "1 s: " + world, "1 c: " + hello, "1 s fin 0", "1 c fin 0"}},
		{name: "told, and joined midway", script: script{"A^", "A:" + world}, change: port(8008),
			want: []string{"1 found told client=B @2,0", "1 s: " + world}},
		{name: "told, and joined inside a frame", script: script{"A^", "A:rld" + world}, change: port(8008),
			want: []string{"1 found told client=B @2,0", "1 s: rld" + world}},
		{name: "told, but it is HTTP", script: script{"B:" + ask, "A:" + grant + world}, change: port(8008),
			want: []string{"1 found client=B http=1.1 @1,1", "1 answered @2", "1 s: " + world}},
		{name: "told of another port", script: script{"A:" + world, "A.", "B."}, change: port(80), want: []string{"other unknown"}},
	})
}

func TestHTTPJoinedMidway(t *testing.T) {
	c, s := chatter(8, true), chatter(8, false)
	hold(t, []behaviour{
		{name: "in a body", script: script{"B^", "B:...rest of a body\n", "A^", "A:" + ask, "B:" + grant + world}, change: midway, uncut: true,
			want: []string{"1 found client=A http=1.1 @4,4", "1 answered @5", "1 s: " + world}},
		{name: "with an answer", script: script{"B^", "B:" + empty, "A^", "A:" + ask, "B:" + grant + world}, change: midway,
			want: []string{"1 found client=A http=1.1 @4,4", "1 answered @5", "1 s: " + world}},
		{name: "a gap in a body of known length", script: script{"A:POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab", "A-6", "A:c" + ask, "B:" + empty + grant + world},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world}},
		{name: "a gap in an answer's body", script: script{"A:" + get + ask, "B:HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nab", "B-7", "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @4", "1 s: " + world}},
		{name: "an answer lost", script: script{"A:" + get, "B-30", "A:" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world}},
		{name: "a request lost", script: script{"A-30", "B:" + empty, "A:" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world}},
		{name: "the answer to the upgrade lost", script: script{"A:" + ask, "B-129", "B:" + s, "A:" + c, "A.", "B."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 s gap 129", "1 s: " + s, "1 c: " + c, "1 c fin 0", "1 s fin 0"}},
		{name: "the server not captured", script: script{"A:" + ask, "A:" + hello, "A.", "B."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 c: " + hello, "1 c fin 0", "1 s fin 0"}},
		{name: "the upgrade lost", script: script{"A:" + get, "B:" + empty, "A-140", "B-129", "A:" + c, "B:" + s},
			want: []string{"1 found midstream client=A @5,0", "1 c gap 140", "1 s gap 129", "1 c: " + c, "1 s: " + s}},
	})
}

func TestPacketsCutByTheCapture(t *testing.T) {
	cut := "\x82\xfe\x01\x00abcdefgh"
	hold(t, []behaviour{
		{name: "both heads", script: script{"A:" + ask[:30], "A/99", "B:" + grant[:30], "B/99", "A:" + cut, "A/252", "B:" + world},
			want: []string{"1 found midstream client=A @5,0", "1 c: " + cut, "1 c gap 252", "1 s: " + world}, uncut: true},
		{name: "in the request line", script: script{"A:GET /a/long/path?with=a", "A/99", "B:" + grant[:30], "B/99", "B:" + world, "A:" + hello},
			want: []string{"1 found midstream client=A @5,0", "1 s: " + world, "1 c: " + hello}, uncut: true},
		{name: "the answer alone", script: script{"A:" + ask, "B:" + grant[:30], "B/99", "B:" + world, "A:" + hello, "A.", "B."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 s: " + world, "1 c: " + hello, "1 c fin 0", "1 s fin 0"}, uncut: true},
		{name: "a refusal", script: script{"A:" + ask, "B:HTTP/1.1 403 Forbidden\r\nDate: x", "B/99", "A.", "B."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @3", "1 c fin 0", "1 s fin 0"}},
		{name: "no WebSocket", script: script{"A:" + get[:20], "A/9", "B:HTTP/1.1 200 OK\r\nDate", "B/99", "B:body", "A:" + get[:20], "A/9", "A.", "B."},
			want: []string{"other http/1.1"}},
		{name: "a 101 to something else", script: script{"A:" + get[:20], "A/9", "B:" + grant[:30], "B/99", "B:220 mail\r\n", "A.", "B."},
			want: []string{"other http/1.1"}},
	})
}

func TestHTTP2JoinedMidway(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	cc, ss := chatter(8, true), chatter(8, false)
	hold(t, []behaviour{{name: "streams known by their bytes", change: midway, uncut: true, script: script{"A^", "A:" + c.data(5, false, cc) + c.ping() + c.window(0), "B^",
		"B:" + s.ping() + s.data(5, false, ss) + s.ping(), "A:" + c.reset(5, 8), "A.", "B."},
		want: []string{"1 found midstream client=A http=2 stream=5 @2,0", "1 c: " + cc, "1 s: " + ss, "1 c rst 8", "1 s rst 8"}}})
}

func TestNothingIsInvented(t *testing.T) {
	random := make([]byte, 200<<10)
	rand.New(rand.NewSource(1)).Read(random)
	for name, b := range map[string]string{
		"random":  string(random),
		"zeros":   strings.Repeat("\x00", 200<<10),
		"text":    strings.Repeat("Some text that goes on and on.\r\n", 7<<10),
		"numbers": strings.Repeat("\x00\x00\x00\x07", 50<<10),
		"period":  strings.Repeat("\x00\x6e"+strings.Repeat("en", 55), 2<<10),
		"ones":    strings.Repeat("\x81\x00", 100<<10),
	} {
		for _, sc := range []script{{"A:" + b, "A.", "B."}, {"A^", "A:" + b, "B^", "B:" + b, "A.", "B."}} {
			rec, conn := run(t, sc, func(n int) []int {
				var p []int
				for ; n > 1400; n -= 1400 {
					p = append(p, 1400)
				}
				return append(p, n)
			}, midway)
			if len(rec.lines) != 1 || rec.lines[0] != "other unknown" || !conn.Ignored {
				t.Errorf("%s: %q, ignored %v", name, rec.lines, conn.Ignored)
			}
		}
	}
}

// Inside TLS it is known who the client is: what looks like frames and is masked the wrong way
// is none.
func TestMidwayInsideTLSKnowsTheClient(t *testing.T) {
	masked := ""
	for i := range uint32(16) {
		masked += string(wsparse.AppendFrame(nil, wsparse.Header{Finished: true, Opcode: wsparse.Text, IsMasked: true, MaskKey: 0x01020304 * (i + 1)}, []byte("hello")))
	}
	for _, c := range []struct {
		side  assembly.Side
		text  string
		found bool
	}{{assembly.A, masked, true}, {assembly.B, masked, false}, {assembly.A, strings.Repeat(world, 20), false}, {assembly.B, strings.Repeat(world, 20), true}} {
		rec := new(recorder)
		l := &layer{root: &root{conn: &assembly.Conn{}, hooks: rec.hooks()}, secure: "tls", client: assembly.A}
		l.stage = newSniffer(l)
		at := &assembly.Mark{Number: 1}
		l.Gap(c.side, -1, assembly.Lost, at)
		l.Data(c.side, []byte(c.text), at)
		l.End(assembly.A, assembly.FIN, at)
		l.End(assembly.B, assembly.FIN, at)
		if found := len(rec.flows) == 1; found != c.found || found && rec.flows[0].Client != assembly.A {
			t.Errorf("side %d, %.10q: %q", c.side, c.text, rec.lines)
		}
	}
}
