package upgrade

import (
	"fmt"
	"testing"
	"wscope/assembly/engineio"
	"wscope/assembly/h2"

	"wscope/assembly"
)

// pollOf is a polling request; with a body it is a POST.
func pollOf(version, sid, body string) string {
	query := "EIO=" + version + "&transport=polling&t=x"
	if sid != "" {
		query += "&sid=" + sid
	}
	if body == "" {
		return "GET /socket.io/?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n"
	}
	return fmt.Sprintf("POST /socket.io/?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body)
}

func ok(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

const opens = `0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000}`

// TestPollingIsTold shows the requests of Engine.IO's polling, in pieces of any size.
func TestPollingIsTold(t *testing.T) {
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n4hell\r\n3\r\no\x1e4\r\n2\r\n\x1e6\r\n0\r\n\r\n"
	hold(t, []behaviour{
		{name: "the answer names the session", script: script{"A:" + pollOf("4", "", ""), "B:" + ok(opens), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 0", "other http/1.1"}},
		{name: "messages of both sides, one after another", script: script{
			"A:" + pollOf("4", "abc", "40\x1e42[\"a\"]\x1eb4bg==\x1e3"), "B:" + ok("ok"),
			"A:" + pollOf("4", "abc", ""), "B:" + ok("42[\"x\"]\x1e2"), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 3 0", "poll abc client=A @3,4 status 200 messages 0 1", "other http/1.1"}},
		{name: "chunks", script: script{"A:" + pollOf("4", "abc", ""), "B:" + chunked, "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 2", "other http/1.1"}},
		{name: "until the connection closes", script: script{"A:" + pollOf("4", "abc", ""), "B:HTTP/1.1 200 OK\r\n\r\n40\x1e41", "B.", "A."},
			want: []string{"poll abc client=A @1,3 status 200 messages 0 2", "other http/1.1"}},
		{name: "pipelined among others", script: script{
			"A:GET /a HTTP/1.1\r\n\r\n" + pollOf("4", "abc", "") + "GET /b HTTP/1.1\r\n\r\n" + pollOf("4", "abc", ""),
			"B:" + ok("42 not a poll") + ok("42[1]") + ok("4") + ok("6"), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 1", "poll abc client=A @1,2 status 200 messages 0 0", "other http/1.1"}},
		{name: "an error", script: script{"A:" + pollOf("4", "gone", ""), "B:HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\n4444", "A.", "B."},
			want: []string{"poll gone client=A @1,2 status 400 messages 0 0", "other http/1.1"}},
		{name: "never answered", script: script{"A:" + pollOf("4", "abc", ""), "A!", "B!"},
			want: []string{"poll abc client=A @1,0 status 0 messages 0 0", "other http/1.1"}},
		{name: "compressed", script: script{"A:" + pollOf("4", "abc", ""), "B:HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n4444", "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 0 unread", "other http/1.1"}},
		{name: "JSONP", script: script{"A:" + pollOf("4", "abc", ""), "B:" + ok(`___eio[0]("40");`), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 0 unread", "other http/1.1"}},
		{name: "a body with a hole", script: script{"A:" + pollOf("4", "abc", ""), "B:HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n42[\"a\"]", "B-8", "B:abcde", "A.", "B."},
			want: []string{"poll abc client=A @1,4 status 200 messages 0 1 unread", "other http/1.1"}},
		{name: "version 3, where a length counts characters; the second body's is wrong", script: script{
			"A:" + pollOf("3", "abc", "10:42[\"grü\"]x4:4😀!2:40"), "B:" + ok("ok"), "A:" + pollOf("3", "abc", "11:42[\"grüß\"]9:42[\"😀✓\"]2:401:2"), "B:" + ok("ok"), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 3 0", "poll abc client=A @3,4 status 200 messages 1 0 unread", "other http/1.1"}},
		{name: "version 3 in bytes", script: script{"A:" + pollOf("3", "abc", ""),
			"B:" + ok("\x00\x02\xff40\x01\x05\xff\x04\xff\x80\xfe\x01\x00\x01\xff2"), "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 2", "other http/1.1"}},
		{name: "an upgrade of the same connection", script: script{"A:" + pollOf("4", "abc", ""), "B:" + ok("40"),
			"A:" + ask, "B:" + grant, "A.", "B."},
			want: []string{"poll abc client=A @1,2 status 200 messages 0 1", "1 found client=A http=1.1 @3,3", "1 answered @4", "1 c fin 0", "1 s fin 0"}},
		{name: "what asks whether it may", script: script{"A:OPTIONS /?EIO=4&transport=polling&sid=abc HTTP/1.1\r\n\r\n", "B:" + ok(""), "A.", "B."},
			want: []string{"other http/1.1"}},
		{name: "another transport", script: script{"A:GET /?EIO=4&transport=pollings&sid=abc HTTP/1.1\r\n\r\n", "B:" + ok("40"), "A.", "B."},
			want: []string{"other http/1.1"}},
	})
}

// TestPollingOverHTTP2IsTold is the same for streams.
func TestPollingOverHTTP2IsTold(t *testing.T) {
	c, s := newH2Side(), newH2Side()
	ask := func(id uint32, method, body string) string {
		b := c.headers(id, body == "", ":method: "+method, ":scheme: https", ":path: /socket.io/?EIO=4&transport=polling&sid=abc", ":authority: x")
		if body != "" {
			b += c.data(id, true, body)
		}
		return b
	}
	sc := script{"A:" + h2.Preface + c.settings() + ask(1, "GET", "") + ask(3, "POST", "40\x1e41") + ask(5, "GET", ""),
		"B:" + s.settings() + s.headers(3, false, ":status: 200") + s.data(3, true, "ok") + s.headers(1, false, ":status: 200") + s.data(1, false, "42") +
			s.data(1, true, "[]\x1e40") + s.headers(5, true, ":status: 502"), "A.", "B."}
	hold(t, []behaviour{{name: "three streams", script: sc, want: []string{
		"poll abc client=A @1,2 status 200 messages 2 0", "poll abc client=A @1,2 status 200 messages 0 2", "poll abc client=A @1,2 status 502 messages 0 0", "other h2"}}})
}

// TestPollsThatWaitAreBounded asks without end and is never answered.
func TestPollsThatWaitAreBounded(t *testing.T) {
	told := 0
	h := New(&assembly.Conn{Initiator: true}, &Hooks{Polled: func(*engineio.Poll) { told++ }})
	at := new(assembly.Mark)
	for range 1000 {
		h.Data(assembly.A, []byte(pollOf("4", "abc", "")), at)
	}
	if told != 1000-maxQueue {
		t.Errorf("%d of 1000 were told before the end, want all but %d", told, maxQueue)
	}
	h.End(assembly.A, assembly.FIN, at)
	h.End(assembly.B, assembly.FIN, at)
	if told != 1000 {
		t.Errorf("%d of 1000 were told", told)
	}
}
