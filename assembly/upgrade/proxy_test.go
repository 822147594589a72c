package upgrade

import (
	"strings"
	"testing"

	"wscope/assembly"
)

func TestThroughProxies(t *testing.T) {
	socks5 := "\x05\x02\x00\x02"
	noAuth := "\x05\x00"
	toName := "\x05\x01\x00\x03\x06ws.lan\x1f\x90"
	done := "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
	to4 := "\x04\x01\x00\x50\x0a\x00\x00\x02joe\x00"
	to4a := "\x04\x01\x00\x50\x00\x00\x00\x01joe\x00ws.lan\x00"
	done4 := "\x00\x5a\x00\x00\x00\x00\x00\x00"
	v2 := proxyV2Sig + "\x21\x11\x00\x0f\x0a\x00\x00\x01\x0a\x00\x00\x02\xc3\x50\x00\x50\x03\x00\x00"
	v26 := proxyV2Sig + "\x21\x21\x00\x24" + strings.Repeat("\x00", 15) + "\x01" + strings.Repeat("\x00", 15) + "\x02\xc3\x50\x00\x50"
	local := proxyV2Sig + "\x20\x00\x00\x00"
	connect := "CONNECT ws.lan:443 HTTP/1.1\r\nHost: ws.lan:443\r\n\r\n"
	ok := "HTTP/1.1 200 Connection established\r\n\r\n"
	hold(t, []behaviour{
		{name: "PROXY v1", script: script{"A:PROXY TCP4 10.0.0.1 10.0.0.2 50000 80\r\n" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 via=proxy-v1(10.0.0.2:80) real=10.0.0.1:50000 @1,1", "1 answered @2", "1 s: " + world}},
		{name: "PROXY v1 unknown", script: script{"A:PROXY UNKNOWN\r\n" + ask},
			want: []string{"1 found client=A http=1.1 via=proxy-v1() @1,1"}},
		{name: "no PROXY", script: script{"A:PROXY NONSENSE 1\r\n" + ask, "A.", "B."}, want: []string{"other unknown"}},
		{name: "PROXY v2", script: script{"A:" + v2 + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=proxy-v2(10.0.0.2:80) real=10.0.0.1:50000 @1,1", "1 answered @2"}},
		{name: "PROXY v2, IPv6", script: script{"A:" + v26, "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=proxy-v2([::2]:80) real=[::1]:50000 @2,2", "1 answered @3"}},
		{name: "PROXY v2 of the balancer itself", script: script{"A:" + local + ask},
			want: []string{"1 found client=A http=1.1 via=proxy-v2() @1,1"}},
		{name: "too many", script: script{"A:" + strings.Repeat("PROXY UNKNOWN\r\n", 9) + ask}, want: []string{"other unknown"}},

		{name: "SOCKS5", script: script{"A:" + socks5, "B:" + noAuth, "A:" + toName, "B:" + done, "A:" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 via=socks5(ws.lan:8080) @5,5", "1 answered @6", "1 s: " + world}},
		{name: "SOCKS5 with a password", script: script{"A:" + socks5, "B:\x05\x02", "A:\x01\x03joe\x06secret", "B:\x01\x00", "A:" + toName, "B:" + done, "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=socks5(ws.lan:8080) @7,7", "1 answered @8"}},
		{name: "SOCKS5 refused", script: script{"A:" + socks5, "B:" + noAuth, "A:" + toName, "B:\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", "A.", "B."}, want: []string{"other socks"}},
		{name: "SOCKS4", script: script{"A:" + to4, "B:" + done4, "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=socks4a(10.0.0.2:80) @3,3", "1 answered @4"}},
		{name: "SOCKS4a", script: script{"A:" + to4a, "B:" + done4, "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=socks4a(ws.lan:80) @3,3", "1 answered @4"}},
		{name: "not SOCKS after all", script: script{"A:" + to4, "B:" + to4, "A.", "B."}, want: []string{"other unknown"}},

		{name: "CONNECT", script: script{"A:" + connect, "B:" + ok, "A:" + ask, "B:" + grant + world},
			want: []string{"1 found client=A http=1.1 via=connect(ws.lan:443) @3,3", "1 answered @4", "1 s: " + world}},
		{name: "CONNECT in a hurry", script: script{"A:" + connect + ask, "B:" + ok + grant + world},
			want: []string{"1 found client=A http=1.1 via=connect(ws.lan:443) @1,1", "1 answered @2", "1 s: " + world}},
		{name: "CONNECT refused, then granted", script: script{"A:" + connect, "B:HTTP/1.1 407 x\r\nContent-Length: 2\r\n\r\nno", "A:" + connect, "B:" + ok, "A:" + ask},
			want: []string{"1 found client=A http=1.1 via=connect(ws.lan:443) @5,5"}},
		{name: "all of them", script: script{"A:PROXY TCP4 10.0.0.1 10.0.0.2 50000 80\r\n" + socks5, "B:" + noAuth, "A:" + toName, "B:" + done, "A:" + connect, "B:" + ok, "A:" + ask, "B:" + grant},
			want: []string{"1 found client=A http=1.1 via=proxy-v1(10.0.0.2:80) via=socks5(ws.lan:8080) via=connect(ws.lan:443) real=10.0.0.1:50000 @7,7", "1 answered @8"}},
		{name: "CONNECT to mail", script: script{"A:" + connect, "B:" + ok + "220 mail ESMTP\r\n", "A:EHLO x\r\n", "A.", "B."}, want: []string{"other unknown"}},
	})
}

// uncovered opens "TLS" that is no more than a first record of six bytes.
func uncovered(_ *assembly.Conn, h *Hooks) {
	h.Security = func(_ *assembly.Conn, client assembly.Side, inner assembly.Handler) (assembly.Handler, any) {
		return &sixBytes{Handler: inner, client: client}, "tls"
	}
}

type sixBytes struct {
	assembly.Handler
	client assembly.Side
	n      int
	own    int64 // bytes that were none of Handler's
}

func (x *sixBytes) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	if s == x.client {
		k := min(6-x.n, len(b))
		x.n += k
		x.own += int64(k)
		b = b[k:]
	}
	if len(b) > 0 {
		x.Handler.Data(s, b, at)
	}
}

func TestInsideTLS(t *testing.T) {
	hello := "\x16\x03\x01\x00\x05\x01"
	hold(t, []behaviour{
		{name: "HTTP/1.1", script: script{"A:" + hello + ask, "B:" + grant + world, "A.", "B."}, change: uncovered,
			want: []string{"1 found client=A http=1.1 in=tls @1,1", "1 answered @2", "1 s: " + world, "1 c fin 0", "1 s fin 0"}},
		{name: "behind CONNECT", script: script{"A:CONNECT x:443 HTTP/1.1\r\n\r\n", "B:HTTP/1.1 200 x\r\n\r\n", "A:" + hello, "A:" + ask, "B:" + grant}, change: uncovered,
			want: []string{"1 found client=A http=1.1 via=connect(x:443) in=tls @4,4", "1 answered @5"}},
		{name: "not opened", script: script{"A:" + hello, "A.", "B."}, want: []string{"other tls"}},
		{name: "joined midway", script: script{"A:\x17\x03\x03\x00\x10\x99", "A.", "B."}, want: []string{"other tls"}},
		{name: "SSH", script: script{"B:SSH-2.0-x\r\n", "A.", "B."}, want: []string{"other ssh"}},
	})
	_, c := run(t, script{"A:" + hello}, whole, nil)
	if !c.Ignored {
		t.Error("TLS that nobody opens is not ignored")
	}
}
