package upgrade

import (
	"strings"
	"testing"

	"wscope/assembly"
)

const (
	ask = "GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	grant = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
	get   = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	empty = "HTTP/1.1 204 No Content\r\n\r\n"
	hello = "\x81\x85\x00\x00\x00\x00Hello" // masked by nothing
	world = "\x81\x05world"
)

func midway(c *assembly.Conn, _ *Hooks) { c.Initiator = false }

func TestUpgradeOverHTTP1(t *testing.T) {
	ends := []string{"A.", "B."}
	found := "1 found client=A http=1.1 @1,1"
	hold(t, []behaviour{
		{name: "first request", script: append(script{"A:" + ask, "B:" + grant, "A:" + hello, "B:" + world}, ends...),
			want: []string{found, "1 answered @2", "1 c: " + hello, "1 s: " + world, "1 c fin 0", "1 s fin 0"}},
		{name: "frames with the 101", script: script{"A:" + ask, "B:" + grant + world + world},
			want: []string{found, "1 answered @2", "1 s: " + world + world}},
		{name: "frames before the 101", script: script{"A:" + ask + hello, "A:" + hello, "B:" + grant + world, "A-3", "A!"},
			want: []string{found, "1 answered @3", "1 c: " + hello + hello, "1 s: " + world, "1 c gap 3", "1 c rst 0"}},
		{name: "the client is who asks", script: script{"B:" + ask, "A:" + grant, "B:" + hello},
			want: []string{"1 found client=B http=1.1 @1,1", "1 answered @2", "1 c: " + hello}},
		{name: "answer before the request", script: script{"B:" + grant + world, "A:" + ask, "A:" + hello},
			want: []string{"1 found client=A http=1.1 @2,2", "1 answered @1", "1 s: " + world, "1 c: " + hello}},
		{name: "head over several packets", script: script{"A:GET /", "A:chat HTTP/1.1\r\nUpgr", "B:", "A:ade: websocket\r\n\r", "A:\n", "B:" + grant},
			want: []string{"1 found client=A http=1.1 @1,5", "1 answered @6"}},
		{name: "bare line feeds", script: script{"A:" + strings.ReplaceAll(ask, "\r", ""), "B:" + strings.ReplaceAll(grant, "\r", "") + world},
			want: []string{found, "1 answered @2", "1 s: " + world}},
		{name: "websocket among others", script: script{"A:GET / HTTP/1.1\r\nUpgrade: h2c\r\nupgrade: foo/1 , WebSocket\r\n\r\n", "B:" + grant + world},
			want: []string{found, "1 answered @2", "1 s: " + world}},
		{name: "a 101 inside a frame is payload", script: script{"A:" + ask, "B:" + grant, "B:\x82\x7e\x00\xff" + grant + get},
			want: []string{found, "1 answered @2", "1 s: \x82\x7e\x00\xff" + grant + get}},
		{name: "through an absolute-form proxy", script: script{"A:GET http://u:p@h.example:8080/x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=absolute-form(h.example:8080) @1,1", "1 answered @2"}},
		{name: "unanswered", script: append(script{"A:" + ask}, ends...),
			want: []string{found, "1 c fin 0", "1 s fin 0"}},
		{name: "unanswered, server first", script: script{"A:" + ask, "B!", "A_"},
			want: []string{found, "1 s rst 0", "1 c captend 0"}},
		{name: "101 for another protocol of those asked", script: script{"A:GET / HTTP/1.1\r\nUpgrade: websocket, TLS/1.0\r\n\r\n",
			"B:HTTP/1.1 101 x\r\nUpgrade: TLS/1.0\r\n\r\n", "B:SSH-2.0-x\r\n"},
			want: []string{found, "1 answered @2", "1 c passed 0", "1 s passed 0"}},
		{name: "nobody takes it", script: script{"A:" + ask, "B:" + grant, "A:" + hello, "A.", "B."},
			want: []string{found}, change: func(_ *assembly.Conn, h *Hooks) {
				inner := h.Found
				h.Found = func(ws *WebSocket, at *assembly.Mark) Receiver { inner(ws, at); return nil }
			}},
	})
}

func TestEarlierRequestsOnTheConnection(t *testing.T) {
	hold(t, []behaviour{
		{name: "keep-alive", script: script{"A:" + get, "B:HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "A:" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world}},
		{name: "pipelined", script: script{"A:" + get + get + ask, "B:" + empty + empty, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @3", "1 s: " + world}},
		{name: "HEAD has no body", script: script{"A:HEAD / HTTP/1.1\r\n\r\n" + ask, "B:HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + grant},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2"}},
		{name: "304 has none", script: script{"A:" + get + ask, "B:HTTP/1.1 304 x\r\nContent-Length: 3000\r\n\r\n" + grant},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2"}},
		{name: "100 is no answer", script: script{"A:POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
			"B:HTTP/1.1 100 Continue\r\n\r\n", "A:body" + ask, "B:" + empty + "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + grant + world},
			want: []string{"1 found client=A http=1.1 @3,3", "1 answered @4", "1 s: " + world}},
		{name: "chunked", script: script{"A:POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n5;x=y\r\nhello\r\n1a\r\n" + get[:26] + "\r\n0\r\nTrailer: x\r\n\r\n" + ask,
			"B:HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + grant + world},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 s: " + world}},
		{name: "a body that looks like a request", script: script{"A:POST / HTTP/1.1\r\nContent-Length: 145\r\n\r\n" + ask, "B:" + empty, "A.", "B."},
			want: []string{"other http/1.1"}},
		{name: "a body that looks like an answer", script: script{"A:" + get, "B:HTTP/1.1 200 OK\r\n\r\n" + grant + grant, "B.", "A."},
			want: []string{"other http/1.1"}},
		{name: "empty lines between", script: script{"A:" + get + "\r\n" + ask, "B:" + empty + "\r\n\r\n" + grant},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2"}},
		{name: "request with a body asks", script: script{"A:" + strings.Replace(ask, "\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n", 1) + "ab" + hello, "B:" + grant},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 c: " + hello}},
	})
}

func TestRefusedUpgrade(t *testing.T) {
	refusal := "HTTP/1.1 401 Unauthorized\r\nContent-Length: 8\r\n\r\nno\r\nmore"
	rec, _ := run(t, script{"A:" + ask, "B:" + refusal, "A:" + ask, "B:" + grant + world, "A.", "B."}, bytewise, nil)
	if got := rec.flows[0].BodyLine; got != "no" {
		t.Errorf("BodyLine %q", got)
	}
	hold(t, []behaviour{
		{name: "then granted", script: script{"A:" + ask, "B:" + refusal, "A:" + ask, "B:" + grant + world, "A.", "B."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 c passed 0", "1 s passed 0",
				"2 found client=A http=1.1 @3,3", "2 answered @4", "2 s: " + world, "2 c fin 0", "2 s fin 0"}},
		{name: "and closed", script: script{"A:" + ask, "B:HTTP/1.1 403 x\r\n\r\n" + grant, "B.", "A."},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 s fin 0", "1 c fin 0"}},
		{name: "while the next waits", script: script{"A:" + ask + ask, "B:" + empty + grant + world},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 c passed 0", "1 s passed 0",
				"2 found client=A http=1.1 @1,1", "2 answered @2", "2 s: " + world}},
		{name: "chunked body", script: script{"A:" + ask, "B:HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\nt\r\n0\r\n\r\n", "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 c passed 0", "1 s passed 0",
				"2 found client=A http=1.1 @3,3", "2 answered @4"}},
	})
}

func TestOther101s(t *testing.T) {
	hold(t, []behaviour{
		{name: "docker's tcp", script: script{"A:POST /attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
			"B:HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n" + world, "A:" + hello, "A.", "B."},
			want: []string{"other http/1.1 upgraded to another protocol"}},
		{name: "the answer alone", script: script{"B:" + grant + world, "A:" + hello, "B."},
			want: []string{"1 found midstream client=A @1,0", "1 s: " + world, "1 c: " + hello, "1 s fin 0"}, change: midway},
		{name: "GET to an SSH server", script: script{"A:GET / HTTP/1.0\r\n\r\n", "B:SSH-2.0-OpenSSH_9.0\r\nProtocol mismatch.\r\n", "B.", "A."},
			want: []string{"other http/1.1"}},
		{name: "mail with a 101 in it", script: script{"B:220 mail\r\n", "A:EHLO x\r\n", "B:250 ok\r\nHTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", "A.", "B."},
			want: []string{"other unknown"}},
	})
}

func TestHeadBeyondTheLimit(t *testing.T) {
	big := "X-Big: " + strings.Repeat("x", 3*maxHead) + "\r\n"
	long := strings.Replace(ask, "\r\n\r\n", "\r\n"+big+"\r\n", 1)
	hold(t, []behaviour{{name: "request", script: script{"A:" + long, "B:" + grant + world},
		want: []string{"1 found client=A http=1.1 @1,1", "1 answered @2", "1 s: " + world}, uncut: true}})
	rec, _ := run(t, script{"A:" + long, "B:" + strings.Replace(grant, "\r\n\r\n", "\r\n"+big+"\r\n", 1) + world}, bytewise, nil)
	if len(rec.lines) != 3 {
		t.Errorf("byte by byte: %q", rec.lines)
	}
}
