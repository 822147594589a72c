package flow

import (
	"testing"

	"wscope/wsparse"
)

// TestSecretsBesideForeignTextAreTold gives the messages of both sides in turn, and who is told to leak what.
func TestSecretsBesideForeignTextAreTold(t *testing.T) {
	type said struct {
		from     int
		text     string
		compress bool
		want     string
	}
	secret := `{"access_token":"7f3c9a5e1b8d","note":"`
	for name, c := range map[string]struct {
		takeover bool
		said     []said
	}{
		"in one message":  {false, []said{{fromClient, "find my words", false, ""}, {fromServer, secret + `find my words"}`, true, "access_token"}}},
		"in one context":  {true, []said{{fromClient, "find my words", false, ""}, {fromServer, `{"q":"find my words"}`, true, ""}, {fromServer, secret + `"}`, true, "access_token"}}},
		"once":            {true, []said{{fromClient, "find my words", false, ""}, {fromServer, secret + `find my words"}`, true, "access_token"}, {fromServer, secret + `find my words"}`, true, ""}}},
		"in two contexts": {false, []said{{fromClient, "find my words", false, ""}, {fromServer, `{"q":"find my words"}`, true, ""}, {fromServer, secret + `"}`, true, ""}}},
		"not compressed":  {true, []said{{fromClient, "find my words", false, ""}, {fromServer, secret + `find my words"}`, false, ""}}},
		"an echo":         {true, []said{{fromClient, secret + `"}`, true, ""}, {fromServer, secret + `"}`, true, ""}}},
		"no secret":       {true, []said{{fromClient, "find my words", false, ""}, {fromServer, `{"token":"short","note":"find my words"}`, true, ""}}},
		"a short word":    {true, []said{{fromClient, "hi", false, ""}, {fromServer, secret + `hi"}`, true, ""}}},
	} {
		l := &leak{takeover: [2]bool{c.takeover, c.takeover}}
		for i, x := range c.said {
			m := &wsparse.Message{Opcode: wsparse.Text, Data: []byte(x.text), Compressed: x.compress}
			if got := l.message(x.from, m); got != x.want {
				t.Errorf("%s: message %d is told as %q, want %q", name, i+1, got, x.want)
			}
		}
	}
}

// TestQuotedTextIsCutAnywhere gives every prefix of a message.
func TestQuotedTextIsCutAnywhere(t *testing.T) {
	text := []byte(`{"a\"b" : "c", "password" : "hunter2hunter2", "x`)
	for n := range text {
		l := &leak{takeover: [2]bool{true, true}}
		l.message(fromClient, &wsparse.Message{Data: text[:n], Compressed: true})
	}
	if got := secretMember(text, nil); got != "password" {
		t.Errorf("%q", got)
	}
	if got := longestText(text); string(got) != "hunter2hunter2" {
		t.Errorf("%q", got)
	}
}

// TestOpeningsAreTheirsAlone shows what is taken for another protocol, and what only begins like it.
func TestOpeningsAreTheirsAlone(t *testing.T) {
	for data, want := range map[string]bool{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": true, "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03": true,
		"\x16\x03\x01 some message of ours": false, "\x16\x03": false, "": false,
	} {
		if tlsHello([]byte(data)) != want {
			t.Errorf("%q: not %v", data, want)
		}
	}
}
