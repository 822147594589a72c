package redact

import (
	"strings"
	"testing"

	"wscope/analyzer/record"
)

var sensor = New([]byte("the beginning of a capture"))

// token is what stands for a secret here.
func token(secret string) string { return sensor.Token(secret) }

const jwt = "eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl"

// TestTokens are the same for the same secret and key, and stand for nothing twice.
func TestTokens(t *testing.T) {
	if first, again := token("a"), token("a"); first != again || token("a") == token("b") || token("a") == New([]byte("another")).Token("a") {
		t.Error("tokens are not those of their secrets and key")
	}
	if token("") != "" || sensor.Token(token("a")) != token("a") {
		t.Error("nothing, or a token, got a token")
	}
	if forged := tokenOpen + "secret!!" + tokenClose; token(forged) == forged {
		t.Error("what only looks like a token was let through")
	}
}

// TestTextsByClass shows what each class does.
func TestTextsByClass(t *testing.T) {
	for _, c := range []struct {
		class      record.Class
		text, want string
	}{
		{record.Open, "10.0.0.1", "10.0.0.1"},
		{record.Unclassed, "anything", token("anything")},
		{record.Secret, "reason", token("reason")},
		{record.Said, "event", token("event")},
		{record.Name, "chat", "chat"},
		{record.Name, jwt, token(jwt)},
		{record.Target, "/chat?room=1&x", "/chat?room=" + token("1") + "&" + token("x")},
		{record.Target, "/chat?alone", "/chat?" + token("alone")},
		{record.Target, "https://u:p@host/" + jwt + "#part", "https://" + token("u:p") + "@host/" + token(jwt) + "#" + token("part")},
		{record.Target, "/a?q=%41", "/a?q=" + token("A")},
		{record.Scheme, "Bearer", "Bearer"},
		{record.Scheme, "hunter2", token("hunter2")},
		{record.Scheme, "", ""},
		{record.Prose, "the server sent " + jwt + " twice", "the server sent " + token(jwt) + " twice"},
		{record.Prose, "401 Unauthorized", "401 Unauthorized"},
		{record.Prose, "401 go away", "401 " + token("go away")},
		{record.Drop, "hash", ""},
	} {
		if got := (&secrets{redactor: sensor}).Text(c.class, c.text); got != c.want {
			t.Errorf("class %d: %q gives %q, not %q", c.class, c.text, got, c.want)
		}
	}
}

// TestHeaders shows what is hidden of a header's value.
func TestHeaders(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Host", "example.org", "example.org"},
		{"Cookie", "theme=dark; sid=1", "theme=" + token("dark") + "; sid=" + token("1")},
		{"Set-Cookie", "sid=1; Path=/", "sid=" + token("1") + "; Path=/"},
		{"Cookie", "bare", token("bare")},
		{"Authorization", "Basic dTpw", "Basic " + token("dTpw")},
		{"Authorization", "dTpw", token("dTpw")},
		{"X-Own", "value", token("value")},
		{"Origin", "http://u@host", "http://" + token("u") + "@host"},
		{"Sec-WebSocket-Protocol", "chat, " + jwt, "chat, " + token(jwt)},
		{"Sec-WebSocket-Extensions", "permessage-deflate; x=" + jwt, "permessage-deflate; x=" + jwt},
	} {
		got := (&secrets{redactor: sensor}).Header(c.name, c.value)
		if c.name == "Sec-WebSocket-Extensions" {
			if strings.Contains(got, jwt) || !strings.HasPrefix(got, "permessage-deflate; ") {
				t.Errorf("%s gives %q", c.name, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s: %q gives %q, not %q", c.name, c.value, got, c.want)
		}
	}
}

// TestProseQuotesNoSecretOfItsRecord hides in findings what the flow holds elsewhere.
func TestProseQuotesNoSecretOfItsRecord(t *testing.T) {
	f := &record.Flow{
		HTTP:     &record.HTTP{Path: "/?key=hunter2", Cookies: []string{jwt}, RequestHeaders: [][2]string{{"X-Own", "own value"}}},
		Close:    &record.Closing{Reason: "good bye"},
		Findings: []record.Finding{{Rule: "token-in-url", Detail: "hunter2, own value, good bye"}},
	}
	want := token("hunter2") + ", " + token("own value") + ", " + token("good bye")
	if got := sensor.Flow(f).Findings[0].Detail; got != want {
		t.Errorf("the finding says %q, not %q", got, want)
	}
	if got := sensor.Finding(&f.Findings[0], f).Detail; got != want {
		t.Errorf("apart from its flow it says %q", got)
	}
	if got := sensor.Finding(&f.Findings[0], nil).Detail; got != f.Findings[0].Detail {
		t.Errorf("of no flow it says %q", got)
	}
	if f.Findings[0].Detail != "hunter2, own value, good bye" || f.Close.Reason != "good bye" {
		t.Error("the record itself was changed")
	}
	if got := sensor.Prose("word " + jwt); got != "word "+token(jwt) {
		t.Errorf("prose is %q", got)
	}
}

// kept is a sink that keeps the latest of each.
type kept struct {
	record.NopSink
	flow    *record.Flow
	message *record.Message
	frame   *record.Frame
	finding *record.Finding
	gaps    int
}

func (k *kept) FlowBegun(f *record.Flow) error           { k.flow = f; return nil }
func (k *kept) FlowUpdate(f *record.Flow) error          { k.flow = f; return nil }
func (k *kept) FlowEnded(f *record.Flow) error           { k.flow = f; return nil }
func (k *kept) Message(m *record.Message) error          { k.message = m; return nil }
func (k *kept) Frame(f *record.Frame) error              { k.frame = f; return nil }
func (k *kept) Gap(*record.Gap) error                    { k.gaps++; return nil }
func (k *kept) Finding(_ int64, f *record.Finding) error { k.finding = f; return nil }

// TestSinkRedactsAll that it hands on, as records and rendered.
func TestSinkRedactsAll(t *testing.T) {
	k := &kept{}
	s := sensor.Sink(k)
	events, ok := s.(record.EventSink)
	if !ok {
		t.Fatal("a sink of events became one of none")
	}
	if _, ok := sensor.Sink(record.NopSink{}).(record.EventSink); ok {
		t.Error("a sink of no events became one")
	}
	f := &record.Flow{Flow: 1, Close: &record.Closing{Reason: "good bye"}}
	for _, take := range []func(*record.Flow) error{s.FlowBegun, s.FlowUpdate} {
		if take(f); k.flow.Close.Reason != token("good bye") {
			t.Errorf("the flow's reason is %q", k.flow.Close.Reason)
		}
	}
	events.Finding(1, &record.Finding{Detail: "said good bye"})
	if k.finding.Detail != "said "+token("good bye") {
		t.Errorf("the finding says %q", k.finding.Detail)
	}
	if s.FlowEnded(f); k.flow.Close.Reason != token("good bye") {
		t.Error("the ended flow is as it was")
	}
	events.Gap(&record.Gap{})
	data := []byte("secret")
	s.Message(&record.Message{Type: "text", IsText: true, Data: data, SHA256: "00"})
	if string(k.message.Data) != token("secret") || k.message.SHA256 != "" || string(data) != "secret" {
		t.Errorf("the message is %+v", k.message)
	}
	s.Message(&record.Message{Type: "close", Data: []byte("\x03\xe8bye"), Reason: "bye"})
	if !k.message.IsText || k.message.Reason != token("bye") {
		t.Errorf("the close is %+v", k.message)
	}
	s.Frame(&record.Frame{Payload: data})
	if string(k.frame.Payload) != token("secret") || k.gaps != 1 {
		t.Errorf("the frame is %+v, %d gaps", k.frame, k.gaps)
	}
	r := sensor.Renderer(plain{})
	if got := string(r.Frame(r.Message(nil, &record.Message{Data: data}), &record.Frame{Payload: data})); got != token("secret")+token("secret") {
		t.Errorf("rendered: %q", got)
	}
}

type plain struct{}

func (plain) Message(dst []byte, m *record.Message) []byte { return append(dst, m.Data...) }
func (plain) Frame(dst []byte, f *record.Frame) []byte     { return append(dst, f.Payload...) }

// TestSummary hides what names in it may give away.
func TestSummary(t *testing.T) {
	s := &record.Summary{
		Hosts: []record.Named{{Name: "example.org"}}, Paths: []record.Named{{Name: "/?a=b"}},
		Apps: []record.AppTotal{{Protocol: "mqtt", Slowest: []record.AppOp{{Name: "topic"}}}},
	}
	sensor.Summary(s)
	if s.Hosts[0].Name != "example.org" || s.Paths[0].Name != "/?a="+token("b") || s.Apps[0].Protocol != "mqtt" || s.Apps[0].Slowest[0].Name != token("topic") {
		t.Errorf("%+v", s)
	}
}
