package query

import (
	"strings"
	"testing"

	"wscope/analyzer/record"
)

func TestExpressionsOverRecords(t *testing.T) {
	code := 1000
	lat := record.Seconds(2e6)
	f := &record.Flow{
		Flow: 3, Pickup: "handshake", HTTP: &record.HTTP{Path: "/chat?x=1", Host: "h"},
		Handshake: &record.Handshake{Result: "accepted", Latency: &lat, Extensions: []string{"permessage-deflate"}},
		Close:     &record.Closing{How: "handshake", Code: &code},
		Findings:  []record.Finding{{Rule: "r", Severity: "error"}},
	}
	m := &record.Message{From: "client", Type: "text", Length: 9, IsText: true, Data: []byte(`{"op":"hi","n":[1,2]}`)}
	flow := OfFlow(f)
	message := OfMessage(m, flow, true)
	for _, c := range []struct {
		names  Names
		values Values
		source string
		want   bool
	}{
		{Flow(), flow, `flow.flow == 3 && http.path startsWith "/chat" && flow.http.host == "h"`, true},
		{Flow(), flow, `close.code == 1000`, true},
		{Flow(), flow, `ping == nil`, true},
		{Flow(), flow, `ping.rtt_p99 == nil`, true},
		{Flow(), flow, `handshake.latency < 0.01`, true},
		{Flow(), flow, `any(handshake.extensions, # contains "deflate")`, true},
		{Flow(), flow, `any(findings, .severity == "error")`, true},
		{Flow(), flow, `client_to_server.messages.text == 0`, true},
		{Flow(), flow, `duration < 1 and start < date("2030-01-01")`, true},
		{Message(), message, `type == "text" and from == "client"`, true},
		{Message(), message, `json.op == "hi" && json.n[1] == 2`, true},
		{Message(), message, `json.missing == nil && json?.a?.b == nil`, true},
		{Message(), message, `text matches "^\\{" && http.host == "h"`, true},
		{Message(), message, `message.length == 9 && flow.http.host == "h" && message.json.op == "hi"`, true},
		{Message(), message, `app.kind == "event"`, false},
	} {
		p, err := Condition(c.source, c.names, nil)
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		if got, err := p.True(c.values); err != nil || got != c.want {
			t.Errorf("%s is %v, %v", c.source, got, err)
		}
	}
}

func TestBadExpressions(t *testing.T) {
	for source, want := range map[string]string{
		"":                                 "1:1: the expression is empty",
		"typ == 'text'":                    "1:1: unknown name typ; did you mean type?",
		"type == 'a' &&\n lenth > 3":       "2:2: unknown name lenth; did you mean length?",
		"length":                           "must be true or false, but is a number",
		"length == 'x'":                    "mismatched types",
		"http.pat == 'x'":                  "unknown field pat",
		"length >":                         "1:8: unexpected token EOF",
		"text matches '('":                 "no regular expression",
		"text matches type":                "must be written out",
		"any(1..1000000, true)":            "ranges",
		"all(via, any(via, true))":         "one loop over a list inside another",
		"any(via, text == .kind)":          "cannot be used inside a loop",
		"let a = text + text; a == a + a":  "let is not part",
		"repeat('x', 1000000) == text":     "unknown name repeat",
		"now() == time":                    "unknown name now",
		"fromJSON(text).n == 2":            "unknown name fromJSON; a message's JSON is json",
		"reduce(via, #acc + #acc) == 1":    "reduce is not part",
		strings.Repeat("!", 5000) + "true": "",
		strings.Repeat("(", 9000):          "longer than",
	} {
		_, err := Condition(source, Message(), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q gives %v, want %q", source, err, want)
		}
	}
}
