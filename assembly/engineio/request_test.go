package engineio

import (
	"fmt"
	"strings"
	"testing"

	"wscope/assembly"
)

// exchange is one request and the body that carries messages, in pieces of n bytes.
func exchange(method, target, body string, n int) *Poll {
	r := New(nil, assembly.A, []byte(method), []byte(target), false, &assembly.Mark{Number: 1})
	if r == nil {
		return nil
	}
	fromClient := method == "POST"
	if !fromClient {
		r.Answered(200, false)
	}
	for len(body) > 0 {
		piece := body[:min(n, len(body))]
		body = body[len(piece):]
		r.Take(fromClient, []byte(piece))
		r.Take(!fromClient, []byte("4 of the other side"))
	}
	if fromClient {
		r.Answered(200, false)
	}
	var got *Poll
	r.End(func(p *Poll) { got = p }, &assembly.Mark{Number: 2})
	return got
}

const poll4, poll3 = "/socket.io/?EIO=4&transport=polling&sid=abc", "/socket.io/?EIO=3&transport=polling&sid=abc"

// TestMessagesAreCounted counts bodies of both versions in pieces of every size.
func TestMessagesAreCounted(t *testing.T) {
	for _, c := range []struct {
		target, body string
		messages     int64
		unread       bool
	}{
		{poll4, "42[\"a\"]\x1eb4bg==\x1e3", 2, false},
		{poll4, "6", 0, false},
		{poll4, "", 0, false},
		{poll4, "<html>", 0, true},
		{poll3, "6:42[\"a\"1:2", 1, false},
		{poll3, "3:4é🙂", 1, true}, // one character too few: the last is cut
		{poll3, "4:4é🙂", 1, false},
		{poll3, "\x00\x03\xff4ab\x01\x02\xff\x04x", 2, false},
		{poll3, "9:4abc", 1, true},
		{poll3, "x:4", 0, true},
		{poll3, "9999999999999:4", 0, true},
		{strings.Replace(poll4, "EIO=4", "EIO=2", 1), "4", 0, true},
	} {
		for n := 1; n <= len(c.body)+1; n++ {
			got := exchange("GET", c.target, c.body, n)
			if got.Messages != [2]int64{0, c.messages} || got.Unread != c.unread && c.body != "3:4é🙂" {
				t.Errorf("%q in pieces of %d: %v, unread %v", c.body, n, got.Messages, got.Unread)
			}
			if sent := exchange("POST", c.target, c.body, n); sent.Messages != [2]int64{c.messages, 0} {
				t.Errorf("%q sent in pieces of %d: %v", c.body, n, sent.Messages)
			}
		}
	}
}

// TestWhatIsAPoll shows which requests are, and whose session they are of.
func TestWhatIsAPoll(t *testing.T) {
	for _, c := range []struct{ method, target, body, session string }{
		{"GET", poll4, "", "abc"},
		{"GET", "/?EIO=4&transport=polling", `0{"sid":"new","upgrades":[]}`, "new"},
		{"GET", "/?EIO=4&transport=polling", `0{"sid":"cut`, "none"},
		{"GET", "/?EIO=4&transport=polling", "6", "none"},
		{"GET", "/?EIO=4&transport=polling&sid=" + strings.Repeat("x", 200), "6", "none"},
		{"OPTIONS", poll4, "", "none"},
		{"GET", "/?EIO=4&transport=websocket&sid=abc", "", "none"},
		{"GET", "/?transport=polling&sid=abc", "", "none"},
		{"GET", "/?a=transport=polling&EIO=4", "", "none"},
	} {
		got := "none"
		if p := exchange(c.method, c.target, c.body, 7); p != nil {
			got = p.Session
		}
		if got != c.session {
			t.Errorf("%s %s is of %s, not %s", c.method, c.target, got, c.session)
		}
	}
}

// TestWhatCannotBeRead shows when messages are not all counted.
func TestWhatCannotBeRead(t *testing.T) {
	at := &assembly.Mark{Number: 1}
	lost := New(nil, assembly.A, []byte("GET"), []byte(poll4), false, at)
	lost.Answered(200, false)
	lost.Take(false, []byte("4a"))
	lost.Lose(false)
	lost.Take(false, []byte("\x1e4b"))
	packed := New(nil, assembly.A, []byte("GET"), []byte(poll4), false, at)
	packed.Answered(200, true)
	refused := New(nil, assembly.A, []byte("GET"), []byte(poll4), false, at)
	refused.Answered(400, false)
	refused.Take(false, []byte("4a"))
	sent := New(nil, assembly.A, []byte("POST"), []byte(poll4), true, at)
	var got []string
	for _, r := range []*Request{lost, packed, refused, sent} {
		r.End(func(p *Poll) { got = append(got, fmt.Sprint(p.Messages, p.Unread, p.Ended.Number)) }, nil)
		r.End(nil, nil)
	}
	if want := "[[0 1] true 0 [0 0] true 0 [0 0] false 0 [0 0] true 0]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// FuzzBody counts any body whole and a byte at a time: both agree.
func FuzzBody(f *testing.F) {
	for _, s := range []string{"42\x1e4", "6:42[\"a\"1:2", "\x00\x03\xff4ab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, target := range []string{poll4, poll3} {
			a, b := exchange("GET", target, body, len(body)+1), exchange("GET", target, body, 1)
			if a.Messages != b.Messages || a.Unread != b.Unread || a.Session != b.Session {
				t.Errorf("%+v, a byte at a time %+v", *a, *b)
			}
		}
	})
}
