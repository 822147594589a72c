package wsparse

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wscope/wsparse/rule"
)

const (
	goodRequest = "GET /chat HTTP/1.1\nHost: server.example.com\nUpgrade: websocket\nConnection: keep-alive, Upgrade\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n" +
		"Sec-WebSocket-Protocol: chat, superchat\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, bbf-usp-protocol\n"
	goodAnswer = "HTTP/1.1 101 Switching Protocols\nUpgrade: WebSocket\nConnection: upgrade\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\nSec-WebSocket-Protocol: chat\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_no_context_takeover\n"
)

// edit replaces old by new in a head.
type edit struct{ old, new string }

func (e edit) in(t *testing.T, head string) []byte {
	if !strings.Contains(head, e.old) {
		t.Fatalf("no %q in the head", e.old)
	}
	return []byte(strings.ReplaceAll(strings.Replace(head, e.old, e.new, 1)+"\n", "\n", "\r\n"))
}

// shake judges a request and its answer.
func shake(t *testing.T, request, answer edit) *Handshake {
	t.Helper()
	q, err := ParseRequest(request.in(t, goodRequest))
	if err != nil {
		t.Fatal(err)
	}
	r, err := ParseResponse(answer.in(t, goodAnswer))
	if err != nil {
		t.Fatal(err)
	}
	h := JudgeRequest(q)
	h.Answer(r)
	return h
}

func broken(h *Handshake) (s []string) {
	for _, f := range h.Findings {
		s = append(s, f.From.String()+" "+f.Rule.ID)
	}
	return s
}

func TestGoodHandshake(t *testing.T) {
	h := shake(t, edit{}, edit{})
	if h.Result != Accepted || !h.AcceptValid || len(h.Findings) > 0 || h.Extended {
		t.Errorf("%+v", h)
	}
	if h.Subprotocol != "chat" || !slices.Equal(h.SubprotocolsOffered, []string{"chat", "superchat"}) {
		t.Errorf("%+v", h)
	}
	if !slices.Equal(h.ExtensionsOffered, []string{"permessage-deflate; client_max_window_bits", "bbf-usp-protocol"}) {
		t.Errorf("%q", h.ExtensionsOffered)
	}
	if want := (DeflateParams{ServerNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 10}); *h.Deflate != want {
		t.Errorf("%+v", h.Deflate)
	}
	if h.Request.Host != "server.example.com" || h.Request.Target != "/chat" || !h.Request.IsUpgrade() {
		t.Errorf("%+v", h.Request)
	}
}

// Each rule of the handshake: what breaks it, what nearly does, and whether a client has
// to refuse such an answer.
var handshakeTests = []struct {
	rule           *Rule
	breaks, nearly edit
	answer         bool // the edits are to the answer
	result         Result
}{
	{rule.Method, edit{"GET ", "POST "}, edit{"GET ", "GET  "}, false, Accepted},
	{rule.HTTPVersion, edit{"HTTP/1.1", "HTTP/1.0"}, edit{"HTTP/1.1", "HTTP/1.2"}, false, Accepted},
	{rule.Target, edit{"/chat", "chat"}, edit{"/chat", "http://server.example.com/chat"}, false, Accepted},
	{rule.Target, edit{"/chat", "ws://server.example.com/chat"}, edit{"/chat", "HTTPS://server.example.com:8443"}, false, Accepted},
	{rule.Target, edit{"/chat", "http:///chat"}, edit{"/chat", "//"}, false, Accepted},
	{rule.Fragment, edit{"/chat", "/chat#part"}, edit{"/chat", "/chat?a=%23"}, false, Accepted},
	{rule.Host, edit{"Host:", "Hose:"}, edit{"Host:", "hOST:"}, false, Accepted},
	{rule.Upgrade, edit{"Upgrade: websocket", "Upgrade: h2c"}, edit{"Upgrade: websocket", "upgrade: h2c\nUPGRADE: WebSocket"}, false, Accepted},
	{rule.Upgrade, edit{"Upgrade: websocket", "Upgrade: websockets"}, edit{"Upgrade: websocket", "Upgrade: h2c ,websocket"}, false, Accepted},
	{rule.Connection, edit{"Connection: keep-alive, Upgrade\n", ""}, edit{"Connection: keep-alive, Upgrade", "Connection: keep-alive\nconnection: Upgrade"}, false, Accepted},
	{rule.Connection, edit{"keep-alive, Upgrade", "keep-alive"}, edit{"keep-alive, Upgrade", "keep-alive,,UPGRADE ,x"}, false, Accepted},
	{rule.KeyMissing, edit{"Sec-WebSocket-Key", "Sec-WebSocket-Kex"}, edit{"Sec-WebSocket-Key", "sec-websocket-key"}, false, Invalid},
	{rule.KeyRepeated, edit{"Sec-WebSocket-V", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-V"}, edit{}, false, Accepted},
	{rule.KeyLength, edit{"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"}, edit{"dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="}, false, Invalid},
	{rule.KeyLength, edit{"dGhlIHNhbXBsZSBub25jZQ==", "not base64!"}, edit{}, false, Invalid},
	{rule.KeyConstant, edit{"dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="}, edit{"dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAQ=="}, false, Invalid},
	{rule.Version, edit{"Version: 13", "Version: 8"}, edit{"Version: 13", "Version:13  "}, false, Accepted},
	{rule.Version, edit{"Sec-WebSocket-Version: 13\n", ""}, edit{}, false, Accepted},
	{rule.VersionRepeated, edit{"Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13\nSec-WebSocket-Version: 13"}, edit{}, false, Accepted},
	{rule.OfferedProtocol, edit{"chat, superchat", "chat, superchat, chat"}, edit{"chat, superchat", "chat, superchat, Chat"}, false, Accepted},
	{rule.OfferedProtocol, edit{"chat, superchat", "chat, super chat"}, edit{"chat, superchat", "chat, v1.super~chat"}, false, Accepted},
	{rule.OfferMalformed, edit{"bbf-usp-protocol", "x other"}, edit{"bbf-usp-protocol", `bbf-usp-protocol; a="b"; c`}, false, Accepted},
	{rule.OfferMalformed, edit{"bbf-usp-protocol", "bbf-usp-protocol; a=b c"}, edit{"bbf-usp-protocol", `bbf-usp-protocol;a = b`}, false, Accepted},
	{rule.Unregistered, edit{", bbf-usp-protocol", ", x-webkit-deflate-frame"}, edit{", bbf-usp-protocol", ",,"}, false, Accepted},
	{rule.DeflateOffer, edit{"client_max_window_bits", "client_max_window_bits; bogus"}, edit{"client_max_window_bits", `client_max_window_bits="12"`}, false, Invalid},
	{rule.DeflateOffer, edit{"client_max_window_bits", "server_max_window_bits"}, edit{"bbf-usp-protocol", "permessage-deflate; server_max_window_bits=8"}, false, Invalid},
	{rule.DeflateOffer, edit{"client_max_window_bits", "client_max_window_bits=16"}, edit{"client_max_window_bits", "client_max_window_bits=15"}, false, Invalid},
	{rule.DeflateOffer, edit{"client_max_window_bits", "client_max_window_bits; client_max_window_bits"}, edit{"client_max_window_bits", "client_max_window_bits; client_no_context_takeover"}, false, Invalid},

	{rule.Refused, edit{"101 Switching Protocols", "403 Forbidden"}, edit{"101 Switching Protocols", "101"}, true, Rejected},
	{rule.AnswerUpgrade, edit{"WebSocket", "h2c"}, edit{"WebSocket", "\tWEBSOCKET "}, true, Invalid},
	{rule.AnswerUpgrade, edit{"WebSocket", "h2c, WebSocket"}, edit{"Upgrade: W", "Upgrade: websocket\nUpgrade: W"}, true, Invalid},
	{rule.AnswerUpgrade, edit{"Upgrade: WebSocket\n", ""}, edit{"Upgrade:", "UPGRADE:"}, true, Invalid},
	{rule.AnswerConnection, edit{"Connection: upgrade", "Connection: close"}, edit{"Connection: upgrade", "Connection: x,Upgrade"}, true, Invalid},
	{rule.AcceptMissing, edit{"Sec-WebSocket-Accept", "Sec-WebSocket-Accent"}, edit{"Sec-WebSocket-Accept: ", "SEC-WEBSOCKET-ACCEPT:"}, true, Invalid},
	{rule.AcceptWrong, edit{"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, edit{}, true, Invalid},
	{rule.AcceptRepeated, edit{"Upgrade:", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\nUpgrade:"}, edit{}, true, Invalid},
	{rule.ProtocolNotOffered, edit{"Protocol: chat", "Protocol: Chat"}, edit{"Protocol: chat", "Protocol: superchat"}, true, Invalid},
	{rule.ProtocolRepeated, edit{"Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat\nSec-WebSocket-Protocol: superchat"}, edit{}, true, Invalid},
	{rule.ExtensionNotOffered, edit{"permessage-deflate;", "x-new, permessage-deflate;"}, edit{"permessage-deflate;", "bbf-usp-protocol, permessage-deflate;"}, true, Invalid},
	{rule.ExtensionsRepeated, edit{"Upgrade:", "Sec-WebSocket-Extensions: bbf-usp-protocol\nUpgrade:"}, edit{"Extensions: permess", "Extensions: bbf-usp-protocol, permess"}, true, Invalid},
	{rule.ExtensionTwice, edit{"permessage-deflate;", "permessage-deflate, permessage-deflate;"}, edit{"permessage-deflate;", "bbf-usp-protocol, permessage-deflate;"}, true, Invalid},
	{rule.DeflateAnswer, edit{"bits=10", "bits"}, edit{"bits=10", `bits="10"`}, true, Invalid},
	{rule.DeflateAnswer, edit{"bits=10", "bits=7"}, edit{"bits=10", "bits=8"}, true, Invalid},
	{rule.DeflateAnswer, edit{"server_no", "server_no_context_takeover; server_no"}, edit{"server_no", "client_no_context_takeover; server_no"}, true, Invalid},
	{rule.DeflateAnswer, edit{"bits=10", "bits=10; bogus=1"}, edit{"bits=10", "bits=10; server_max_window_bits=12"}, true, Invalid},
}

func TestEachRuleOfTheHandshake(t *testing.T) {
	tested := map[*Rule]bool{rule.EarlyData: true, rule.VersionsMissing: true, rule.AcceptsInvalid: true} // these have tests below
	for _, test := range handshakeTests {
		tested[test.rule] = true
		from := FromClient
		breaks, nearly := [2]edit{test.breaks}, [2]edit{test.nearly}
		if test.answer {
			from = FromServer
			breaks, nearly = [2]edit{{}, test.breaks}, [2]edit{{}, test.nearly}
		}
		h := shake(t, breaks[0], breaks[1])
		want := from.String() + " " + test.rule.ID
		if !slices.Contains(broken(h), want) || h.Result != test.result {
			t.Errorf("%s by %q: %v, %v", want, test.breaks.new, broken(h), h.Result)
		}
		h = shake(t, nearly[0], nearly[1])
		if got := broken(h); slices.Contains(got, want) {
			t.Errorf("%s by %q: %v", want, test.nearly.new, got)
		}
	}
	for _, r := range rule.Handshake {
		if !tested[r] {
			t.Errorf("no test for %s", r.ID)
		}
	}
	h := shake(t, edit{}, edit{})
	h.EarlyData(12)
	if got := broken(h); !slices.Equal(got, []string{"client data-before-answer"}) {
		t.Errorf("%v", got)
	}
}

// What a server may and may not answer to a request that is not as it should be.
func TestAnswersToRequestsThatAreWrong(t *testing.T) {
	refusal := edit{"101 Switching Protocols", "426 Upgrade Required"}
	for _, test := range []struct {
		request, answer edit
		rule            *Rule // the server's finding, nil for none but upgrade-refused
		result          Result
	}{
		{edit{"Version: 13", "Version: 99"}, refusal, rule.VersionsMissing, Rejected},
		{edit{"Version: 13", "Version: 99"}, edit{refusal.old, refusal.new + "\nsec-websocket-version: 13, 8"}, nil, Rejected},
		{edit{"Version: 13", "Version: 99"}, edit{refusal.old, "403 Forbidden"}, nil, Rejected},
		{edit{}, refusal, nil, Rejected}, // for another reason than the version

		{edit{"Sec-WebSocket-Version: 13\n", ""}, edit{}, rule.AcceptsInvalid, Accepted},
		{edit{"Version: 13", "Version: 8"}, edit{}, nil, Accepted}, // it may support that one
		{edit{"GET", "POST"}, edit{}, rule.AcceptsInvalid, Accepted},
		{edit{"GET", "POST"}, edit{refusal.old, "400 Bad Request"}, nil, Rejected},
		{edit{"Host: server.example.com\n", ""}, edit{}, rule.AcceptsInvalid, Accepted},
		{edit{"bbf-usp-protocol", "x-private"}, edit{}, nil, Accepted}, // only a note of the client
		{edit{"bbf-usp-protocol", "permessage-deflate; bogus"}, edit{}, nil, Accepted},
	} {
		h := shake(t, test.request, test.answer)
		var got []string
		for _, f := range h.Findings {
			if f.From == FromServer && f.Rule != rule.Refused {
				got = append(got, f.Rule.ID)
			}
		}
		var want []string
		if test.rule != nil {
			want = []string{test.rule.ID}
		}
		if !slices.Equal(got, want) || h.Result != test.result {
			t.Errorf("%q answered by %q: %v, %v", test.request.new, test.answer.new, h.Result, got)
		}
	}
}

// Legal, and seen in the wild: nothing is found.
func TestUnusualHandshakesAreNoFindings(t *testing.T) {
	for name, test := range map[string]struct{ request, answer edit }{
		"names in capitals":             {edit{"Sec-WebSocket-Version", "SEC-WEBSOCKET-VERSION"}, edit{"Sec-WebSocket-Accept", "SEC-WEBSOCKET-ACCEPT"}},
		"white space around values":     {edit{"Version: 13", "Version:  \t13 \t"}, edit{"Accept: s3pP", "Accept: \t s3pP"}},
		"no white space":                {edit{"Upgrade: websocket", "Upgrade:websocket"}, edit{"Connection: upgrade", "Connection:Upgrade"}},
		"Connection in two lines":       {edit{"Connection: keep-alive, Upgrade", "Connection: Upgrade\nConnection: keep-alive"}, edit{"Connection: upgrade", "Connection: keep-alive\nConnection: UPGRADE"}},
		"offers in two lines":           {edit{"client_max_window_bits, bbf", "client_max_window_bits\nSec-WebSocket-Extensions: bbf"}, edit{}},
		"subprotocols in two lines":     {edit{"chat, superchat", "superchat\nSec-WebSocket-Protocol: chat"}, edit{}},
		"no subprotocol chosen":         {edit{}, edit{"Sec-WebSocket-Protocol: chat\n", ""}},
		"no extension chosen":           {edit{}, edit{"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_no_context_takeover\n", ""}},
		"nothing in the list of offers": {edit{"permessage-deflate; client_max_window_bits, bbf-usp-protocol", ""}, edit{"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10; server_no_context_takeover\n", ""}},
		"an absolute target":            {edit{"/chat", "http://server.example.com/chat"}, edit{}},
		"the root":                      {edit{"/chat", "/"}, edit{}},
		"other words than Switching":    {edit{}, edit{"Switching Protocols", "Web Socket Protocol Handshake"}},
		"a quoted value":                {edit{"client_max_window_bits", `client_max_window_bits="10"`}, edit{}},
		"a product behind websocket":    {edit{"Upgrade: websocket", "Upgrade: websocket, foo/2"}, edit{}},
		"a Date and a Server":           {edit{}, edit{"Upgrade:", "Server: x\nDate: Sun, 22 Nov 2026 10:00:00 GMT\nUpgrade:"}},
	} {
		if h := shake(t, test.request, test.answer); h.Result != Accepted || len(h.Findings) > 0 {
			t.Errorf("%s: %v %v", name, h.Result, h.Findings)
		}
	}
}

// RFC 7692 §7.1: which answers fit which offers.
func TestDeflateNegotiation(t *testing.T) {
	for _, test := range []struct {
		offer, answer string
		fits          bool
	}{
		{"", "", true},
		{"", "server_no_context_takeover", true},
		{"", "client_no_context_takeover", true},
		{"", "server_max_window_bits=9", true},
		{"", "client_max_window_bits=9", false},
		{"client_max_window_bits", "", true},
		{"client_max_window_bits", "client_max_window_bits=9", true},
		{"client_max_window_bits=10", "client_max_window_bits=10", true},
		{"client_max_window_bits=10", "client_max_window_bits=11", false},
		{"client_max_window_bits=10", "", true},
		{"server_max_window_bits=10", "", false},
		{"server_max_window_bits=10", "server_max_window_bits=11", false},
		{"server_max_window_bits=10", "server_max_window_bits=8", true},
		{"server_no_context_takeover", "", false},
		{"server_no_context_takeover", "server_no_context_takeover", true},
		{"client_no_context_takeover", "", true},
		{"server_no_context_takeover, permessage-deflate", "", true},
	} {
		h := shake(t, edit{"permessage-deflate; client_max_window_bits, bbf-usp-protocol", "permessage-deflate;" + test.offer},
			edit{"; client_max_window_bits=10; server_no_context_takeover", ";" + test.answer})
		if test.offer == "" {
			h = shake(t, edit{"permessage-deflate; client_max_window_bits, bbf-usp-protocol", "permessage-deflate"},
				edit{"; client_max_window_bits=10; server_no_context_takeover", strings.TrimSuffix("; "+test.answer, "; ")})
		} else if test.answer == "" {
			h = shake(t, edit{"permessage-deflate; client_max_window_bits, bbf-usp-protocol", "permessage-deflate; " + test.offer},
				edit{"; client_max_window_bits=10; server_no_context_takeover", ""})
		}
		if (h.Result == Accepted) != test.fits {
			t.Errorf("offer %q, answer %q: %v %v", test.offer, test.answer, h.Result, broken(h))
		}
	}
}

func TestHandshakeOverHTTP2(t *testing.T) {
	q := &Request{Method: "CONNECT", Target: "/chat", Version: "2", Host: "example.com", Scheme: "https", Protocol: "websocket",
		Fields: []Field{{"sec-websocket-version", "13"}, {"sec-websocket-protocol", "chat"}, {"sec-websocket-extensions", "permessage-deflate"}}}
	for _, test := range []struct {
		status   int
		protocol string
		want     Result
	}{{200, "chat", Accepted}, {200, "other", Invalid}, {403, "", Rejected}, {101, "chat", Rejected}} {
		h := JudgeRequest(q)
		if !q.IsUpgrade() || h.Result != Unanswered || len(h.Findings) > 0 {
			t.Fatalf("%+v", h)
		}
		r := &Response{Version: "2", Status: test.status}
		if test.protocol != "" {
			r.Fields = []Field{{"sec-websocket-protocol", test.protocol}}
		}
		if h.Answer(r); h.Result != test.want || h.Result == Accepted && len(h.Findings) > 0 {
			t.Errorf("%d %q: %v %v", test.status, test.protocol, h.Result, broken(h))
		}
	}
}

func TestHeadEndHoweverItComes(t *testing.T) {
	for _, end := range []string{"\r\n\r\n", "\n\n", "\n\r\n", "\r\n\n"} {
		for _, before := range []string{"", "\r\n", "\r\n\r\n"} {
			head := before + "GET / HTTP/1.1\r\nHost: x" + end
			b := []byte(head + "\x81\x00\n\n")
			for i := range len(head) {
				if got := HeadEnd(b[:i], 0); got != -1 {
					t.Fatalf("%q ends at %d", b[:i], got)
				}
			}
			from := 0
			for i := 1; i <= len(b); i++ {
				got := HeadEnd(b[:i], from)
				if want := len(head); i >= want && got != want || i < want && got != -1 {
					t.Fatalf("%q, from %d: %d", b[:i], from, got)
				}
				if got < 0 {
					from = i
				}
			}
		}
	}
}

func TestHeadsAreKeptAsSent(t *testing.T) {
	r, err := ParseRequest([]byte("get  /a b HTTP/1.1\nhOsT:x\r\nX-Folded: one\r\n two\r\n\tthree\r\nodd line\r\nEmpty:\r\nBytes: \xff\x00\r\nhost: y\r\n\r\nrest"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Field{{"hOsT", "x"}, {"X-Folded", "one two three"}, {"odd line", ""}, {"Empty", ""}, {"Bytes", "\xff\x00"}, {"host", "y"}}
	if !slices.Equal(r.Fields, want) || r.Target != "/a b" || r.Method != "get" || r.Host != "x" {
		t.Errorf("%+v", r)
	}
	for _, bad := range []string{"", "\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/x\r\n\r\n", "\x16\x03\x01\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n"} {
		if r, err := ParseRequest([]byte(bad)); err != ErrNotHTTP {
			t.Errorf("%q: %+v, %v", bad, r, err)
		}
	}
	for _, bad := range []string{"", "HTTP/1.1\r\n\r\n", "HTTP/1.1 x\r\n\r\n", "HTTP/1.1 1010 x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 -10 x\r\n\r\n"} {
		if r, err := ParseResponse([]byte(bad)); err != ErrNotHTTP {
			t.Errorf("%q: %+v, %v", bad, r, err)
		}
	}
	if r, err := ParseResponse([]byte("HTTP/1.1 101\r\n\r\n")); err != nil || r.Status != 101 || r.Reason != "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// FuzzHandshake holds that no head makes the parser or the judge panic, and that a head is
// found at the same place however it comes.
func FuzzHandshake(f *testing.F) {
	f.Add([]byte(goodRequest+"\n"), []byte(goodAnswer+"\n"))
	f.Add([]byte("GET / HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate; a=\"\\\"\r\n\r\n"), []byte("HTTP/1.1 101 \r\nSec-WebSocket-Extensions: permessage-deflate;;=\r\n\r\n"))
	f.Fuzz(func(t *testing.T, request, answer []byte) {
		whole := HeadEnd(request, 0)
		from, parts := 0, -1
		for i := range request {
			if parts = HeadEnd(request[:i+1], from); parts >= 0 {
				break
			}
			from = i + 1
		}
		if whole != parts {
			t.Fatalf("%q ends at %d, or a byte at a time at %d", request, whole, parts)
		}
		q, err := ParseRequest(request)
		if err != nil {
			return
		}
		h := JudgeRequest(q)
		if r, err := ParseResponse(answer); err == nil {
			h.Answer(r)
			if h.Result == Unanswered || h.Result == Accepted && slices.ContainsFunc(h.Findings, func(f HandshakeFinding) bool {
				return f.From == FromServer && f.Rule != rule.AcceptsInvalid
			}) {
				t.Fatalf("%v with %v", h.Result, broken(h))
			}
		}
		first := fmt.Sprint(broken(JudgeRequest(q)))
		if again := fmt.Sprint(broken(JudgeRequest(q))); first != again {
			t.Fatal("judged differently a second time")
		}
	})
}
