package wsparse

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"wscope/wsparse/rule"
)

var update = flag.Bool("update", false, "write RULES.md anew")

// rulesTable is the content of RULES.md.
func rulesTable() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nWhat wsparse judges, apart from decoding. The table is made from the code: `go test ./wsparse -run RulesTable -update`.\n")
	for _, part := range []struct {
		title string
		rules []*Rule
	}{{"Frames", rule.Frames}, {"Messages", rule.Messages}, {"Opening handshake", rule.Handshake}} {
		fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | section | what it says |\n| --- | --- | --- | --- |\n", part.title)
		for _, r := range part.rules {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Severity, r.RFC, r.Sentence)
		}
	}
	return b.String()
}

func TestRulesTableIsWhatTheCodeSays(t *testing.T) {
	want := rulesTable()
	if *update {
		if err := os.WriteFile("RULES.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("RULES.md")
	if err != nil || string(got) != want {
		t.Errorf("RULES.md is not up to date (%v): run this test with -update", err)
	}
}

func TestRulesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.ID != strings.ToLower(r.ID) || r.Sentence == "" || !strings.HasPrefix(r.RFC, "RFC ") {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
}

// raw is a frame given by its header's fields.
func raw(h Header, payload string) []byte { return append(AppendHeader(nil, h), payload...) }

// keyed is n empty Pings whose keys are as given.
func keyed(keys ...uint32) (b []byte) {
	for _, k := range keys {
		b = AppendFrame(b, Header{Finished: true, Opcode: Ping, IsMasked: true, MaskKey: k}, nil)
	}
	return b
}

// closing is a Close of a server.
func closing(body string) []byte { return frame(Close, true, 0, body) }

func repeat(n int) string { return strings.Repeat("x", n) }

// deflated messages, each a frame of a server.
func deflated(takeover bool, messages ...string) (b []byte) {
	d := newDeflater(takeover)
	for _, m := range messages {
		b = AppendFrame(b, Header{Finished: true, Reserved: 4, Opcode: Text}, d.message(m))
	}
	return b
}

// packed are compressed messages given by their payloads, each a frame of a server.
func packed(payloads ...string) (b []byte) {
	for _, p := range payloads {
		b = AppendFrame(b, Header{Finished: true, Reserved: 4, Opcode: Text}, []byte(p))
	}
	return b
}

var (
	client = StreamConfig{From: FromClient}
	server = StreamConfig{From: FromServer}
)

func with(cfg StreamConfig, change func(*StreamConfig)) StreamConfig {
	change(&cfg)
	return cfg
}

var (
	serverDeflate = with(server, func(c *StreamConfig) { c.Deflate = bothDeflate })
	noTakeover    = with(server, func(c *StreamConfig) {
		c.Deflate = &DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}
	})
	narrow = with(server, func(c *StreamConfig) {
		c.Deflate = &DeflateParams{ServerMaxWindowBits: 9, ClientMaxWindowBits: 15}
	})
	small = with(serverDeflate, func(c *StreamConfig) { c.MaxMessage = 1000 })
)

// Each rule of frames and messages: bytes that break it, where, and bytes that nearly do.
var ruleTests = []struct {
	rule   *Rule
	cfg    StreamConfig
	breaks []byte
	at     int64
	nearly []byte
}{
	{rule.ClientNotMasked, client, frame(Text, true, 0, "hi"), 1, frame(Text, true, 1, "hi")},
	{rule.ServerMasked, server, frame(Text, true, 1, "hi"), 1, frame(Text, true, 0, "hi")},
	{rule.ReservedBits, server, raw(Header{Finished: true, Reserved: 4, Opcode: Text}, ""), 0, raw(Header{Finished: true, Opcode: Text}, "")},
	{rule.ReservedBits, serverDeflate, raw(Header{Finished: true, Reserved: 2, Opcode: Text}, ""), 0, deflated(true, "hi")},
	{rule.CompressedControl, serverDeflate, raw(Header{Finished: true, Reserved: 4, Opcode: Ping}, ""), 0, frame(Ping, true, 0, "")},
	{rule.CompressedContinuation, serverDeflate,
		slices.Concat(frame(Text, false, 0, "a"), raw(Header{Finished: true, Reserved: 4, Opcode: Continuation}, "")), 3,
		slices.Concat(raw(Header{Reserved: 4, Opcode: Text}, ""), raw(Header{Finished: true}, ""))},
	{rule.ReservedOpcode, server, frame(Reserved3, true, 0, ""), 0, frame(Binary, true, 0, "")},
	{rule.ReservedOpcode, server, frame(ReservedControlB, true, 0, ""), 0, frame(Pong, true, 0, "")},
	{rule.ControlTooLong, server, frame(Ping, true, 0, repeat(126)), 1, frame(Ping, true, 0, repeat(125))},
	{rule.ControlFragmented, server, frame(Ping, false, 0, ""), 0, frame(Text, false, 0, "")},
	{rule.ContinuationAlone, server, frame(Continuation, true, 0, ""), 0,
		slices.Concat(frame(Text, false, 0, ""), frame(Continuation, true, 0, ""))},
	{rule.Interleaved, server, slices.Concat(frame(Text, false, 0, "a"), frame(Binary, true, 0, "b")), 3,
		slices.Concat(frame(Text, false, 0, "a"), frame(Ping, true, 0, "b"), frame(Continuation, true, 0, "c"), frame(Binary, true, 0, "d"))},
	{rule.LengthNotMinimal, server, raw(Header{Finished: true, Opcode: Text, LenPayloadPrimary: 126, LenPayloadExtended1: 125}, repeat(125)), 2,
		frame(Text, true, 0, repeat(126))},
	{rule.LengthNotMinimal, server, raw(Header{Finished: true, Opcode: Text, LenPayloadPrimary: 127, LenPayloadExtended2: 65535}, repeat(65535)), 2,
		frame(Text, true, 0, repeat(65536))},
	{rule.LengthBit63, server, raw(Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 127, LenPayloadExtended2: 1 << 63}, ""), 2,
		raw(Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 127, LenPayloadExtended2: 1<<63 - 1}, "")},
	{rule.DataAfterClose, server, slices.Concat(closing(""), frame(Text, true, 0, "")), 2, slices.Concat(closing(""), frame(Pong, true, 0, ""))},
	{rule.CloseRepeated, server, slices.Concat(closing(""), closing("")), 2, closing("")},
	{rule.FramesRefused, with(server, func(c *StreamConfig) { c.Refused = true }), frame(Text, true, 0, ""), 0, nil},
	{rule.KeyZero, client, keyed(0, 0, 0, 0), 6 + 2, keyed(0, 1, 0, 2, 0)},
	{rule.KeyReused, client, keyed(9, 7, 7, 7, 7), 4*6 + 2, keyed(9, 7, 7, 7, 9, 7, 7, 7)},
	{rule.KeyCounting, client, keyed(100, 101, 102, 103, 104), 4*6 + 2, keyed(100, 101, 102, 103, 105, 106)},

	{rule.TextUTF8, server, frame(Text, true, 0, "abc\xed\xa0\x80"), 2 + 4, frame(Text, true, 0, "abc\xed\x9f\xbf")},
	{rule.TextUTF8, server, frame(Text, true, 0, "abc\xe2\x82"), 2 + 3, frame(Binary, true, 0, "abc\xe2\x82")},
	{rule.TextUTF8, client, frame(Text, true, 0xa1b2c3d4, "abc\xff"), 6 + 3, frame(Text, true, 0xa1b2c3d4, "abcü")},
	{rule.TextUTF8, server, slices.Concat(frame(Text, false, 0, "\xe2\x82"), frame(Ping, true, 0, ""), frame(Continuation, true, 0, "x")), 8,
		slices.Concat(frame(Text, false, 0, "\xe2\x82"), frame(Ping, true, 0, ""), frame(Continuation, true, 0, "\xac"))},
	{rule.TextUTF8, serverDeflate, deflated(true, "ok", "abc\xff"), 6, deflated(true, "ok", "abcü")},
	{rule.CloseOneByte, server, closing("\x03"), 2, closing("\x03\xe8")},
	{rule.CloseNotOnWire, server, closing("\x03\xed"), 2, closing("\x03\xeb")},
	{rule.CloseNotOnWire, server, closing("\x03\xee"), 2, closing("\x03\xef")},
	{rule.CloseNotOnWire, server, closing("\x03\xf7"), 2, closing("\x03\xf6")},
	{rule.CloseRange, server, closing("\x03\xe7"), 2, closing("\x03\xe8")},
	{rule.CloseRange, server, closing("\x13\x88"), 2, closing("\x13\x87")},
	{rule.CloseUnassigned, server, closing("\x03\xec"), 2, closing("\x0b\xb8")},
	{rule.CloseUnassigned, server, closing("\x03\xf8"), 2, closing("\x03\xf6")},
	{rule.CloseUnassigned, server, closing("\x0b\xb7"), 2, closing("\x0b\xb8")},
	{rule.CloseSide, server, closing("\x03\xf2"), 2, closing("\x03\xf3")},
	{rule.CloseReason, server, closing("\x03\xe8ok\xc3("), 7, closing("\x03\xe8ok\xc3\xbc")},
	{rule.CloseReason, server, closing("\x03\xe8ok\xc3"), 6, closing("\x03\xe8ok")},
	{rule.DeflateCorrupt, serverDeflate, raw(Header{Finished: true, Reserved: 4, Opcode: Text, LenPayloadPrimary: 1}, "\x07"), 0, deflated(true, "hi")},
	{rule.DeflateTakeover, noTakeover, deflated(true, "the same words again", "the same words again"), 24, deflated(false, "the same words again", "the same words again")},
	{rule.DeflateWindow, narrow, deflated(true, "a phrase said once and again after a long while: "+noise(600)+"a phrase said once and again"), 0,
		deflated(true, "a phrase said once and again after a long while: "+noise(400)+"a phrase said once and again")},
	{rule.DeflateEnding, serverDeflate, packed("\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"), 0, packed("\xf2\x48\xcd\xc9\xc9\x07\x00")},
	{rule.DeflateEnding, serverDeflate, packed("\xf3\x48\xcd\xc9\xc9\x07\x00"), 0, packed("\xf3\x48\xcd\xc9\xc9\x07\x00\x00")},
	{rule.DeflateEnding, serverDeflate, packed(""), 0, packed("\x00")},
	{rule.DeflateEnding, serverDeflate, packed("\xf3\x48\xcd\xc9\xc9\x07\x00", "\xf3\x48\xcd\xc9\xc9\x07\x00"), 0, packed("\x00\x04\x00\xfb\xff\x41\x42\x43\x44\x00")},
	{rule.DeflatePadding, serverDeflate, packed("\xf3\x48\xcd\xc9\xc9\x07\x20\x00"), 0, packed("\xf2\x48\xcd\xc9\xc9\x07\xc0")},
	{rule.InflatesOver, small, deflated(true, repeat(1001)), 0, deflated(true, repeat(1000))},
}

// noise is n letters that deflate finds nothing in.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = 'a' + byte(x>>24)%26
	}
	return string(b)
}

// findings are those of a direction given whole.
func findings(cfg StreamConfig, b []byte) (all []Finding) {
	s := NewStream(cfg)
	var ev Event
	take := func() {
		for s.Next(&ev) {
			if ev.Kind == Violation {
				all = append(all, ev.Finding)
			}
		}
	}
	s.Feed(b)
	take()
	s.End()
	take()
	return all
}

func TestEachRuleOfFramesAndMessages(t *testing.T) {
	tested := map[*Rule]bool{}
	for _, test := range ruleTests {
		tested[test.rule] = true
		got := findings(test.cfg, test.breaks)
		i := slices.IndexFunc(got, func(f Finding) bool { return f.Rule == test.rule })
		if i < 0 || got[i].Offset != test.at {
			t.Errorf("%s: % x: %v, want it at %d", test.rule.ID, test.breaks[:min(40, len(test.breaks))], ids(got), test.at)
		}
		if len(got) > 1 && test.rule != rule.ReservedBits {
			t.Errorf("%s: also %v", test.rule.ID, ids(got))
		}
		for _, f := range findings(test.cfg, test.nearly) {
			if f.Rule == test.rule || f.Rule.Severity == Error && test.rule != rule.ControlFragmented {
				t.Errorf("%s: % x should not break it: %v", test.rule.ID, test.nearly[:min(40, len(test.nearly))], f)
			}
		}
		quiet := test.cfg
		quiet.NoCheck = true
		if got := findings(quiet, test.breaks); len(got) > 0 {
			t.Errorf("%s: told though checking is off", test.rule.ID)
		}
	}
	for _, r := range slices.Concat(rule.Frames, rule.Messages) {
		if !tested[r] {
			t.Errorf("no test for %s", r.ID)
		}
	}
}

func ids(all []Finding) (s []string) {
	for _, f := range all {
		s = append(s, fmt.Sprintf("%s at %d (%s)", f.Rule.ID, f.Offset, f.Detail))
	}
	return s
}

// Unusual, and no rule is broken.
func TestLegalOdditiesAreNoFindings(t *testing.T) {
	for name, test := range map[string]struct {
		cfg  StreamConfig
		data []byte
	}{
		"empty text":                      {server, frame(Text, true, 0, "")},
		"one zero key":                    {client, keyed(0, 5, 0, 9)},
		"empty fragments":                 {server, bytes.Join([][]byte{frame(Text, false, 0, ""), frame(Continuation, false, 0, ""), frame(Continuation, true, 0, "")}, nil)},
		"unsolicited pong":                {server, frame(Pong, true, 0, "nobody asked")},
		"pong after close":                {server, slices.Concat(closing("\x03\xe8"), frame(Pong, true, 0, ""))},
		"close without a body":            {client, frame(Close, true, 1, "")},
		"close with 123 bytes of reason":  {server, closing("\x03\xe8" + repeat(123))},
		"private close code":              {server, closing("\x0f\xa0")},
		"binary that is no text":          {server, frame(Binary, true, 0, "\xff\xfe")},
		"noncharacters":                   {server, frame(Text, true, 0, "\uffff\ufffe\U0010ffff\x00")},
		"uncompressed though negotiated":  {serverDeflate, frame(Text, true, 0, "plain")},
		"a character over three frames":   {server, slices.Concat(frame(Text, false, 0, "\xf0"), frame(Continuation, false, 0, "\x9f\x98"), frame(Continuation, true, 0, "\x80"))},
		"reserved bits with an extension": {with(server, func(c *StreamConfig) { c.Extended = true }), raw(Header{Finished: true, Reserved: 3, Opcode: Binary}, "")},
		"a length of 65536":               {server, frame(Binary, true, 0, repeat(65536))},
	} {
		if got := findings(test.cfg, test.data); len(got) > 0 {
			t.Errorf("%s: %v", name, ids(got))
		}
	}
}
