package filter

import (
	"testing"

	"wscope/analyzer/record"
)

func code(n int) *int { return &n }

// sample is a flow over TLS and one without HTTP, with a message each.
var (
	sample = &record.Flow{
		Flow: 3, Start: 1e18, Duration: 2_500_000_000, Pickup: "handshake",
		Client: record.Endpoint{IP: "10.0.0.1", Port: 5000}, Server: record.Endpoint{IP: "10.0.0.2", Port: 443},
		TLS:       &record.TLS{SNI: "x.example", Version: "1.3"},
		HTTP:      &record.HTTP{Host: "x", Path: "/a?b=c", Status: 101, RequestHeaders: [][2]string{{"Host", "x"}}},
		Handshake: &record.Handshake{Result: "accepted", SubprotocolsOffered: []string{"mqtt"}},
		Close:     &record.Closing{How: "handshake", Code: code(1000)},
		Findings:  []record.Finding{{Rule: "ping-unanswered", Severity: "error"}},
	}
	bare = &record.Flow{Flow: 4, Pickup: "midstream"}
)

func TestFlowsAreChosen(t *testing.T) {
	for _, c := range []struct {
		expr         string
		sample, bare bool
	}{
		{`flow.http.host == "x"`, true, false},
		{`flow.http.host == ""`, false, true},
		{`flow.http == nil`, false, true},
		{`flow.close.code == 1000`, true, false},
		{`flow.close.code != 1000`, false, true},
		{`flow.duration > 2.4 and flow.duration < 2.6`, true, false},
		{`flow.start > date("2001-01-01T00:00:00Z")`, true, false},
		{`any(flow.findings, .severity == "error")`, true, false},
		{`len(flow.findings) == 0`, false, true},
		{`"mqtt" in flow.handshake.subprotocols_offered`, true, false},
		{`flow.http.path matches "^/a"`, true, false},
		{`flow.http.path startsWith "/a" || flow.pickup == "midstream"`, true, true},
		{`flow.flow in [4, 5]`, false, true},
		{`flow.ping.rtt_p99 == 0 && flow.tls.latency == 0`, true, true},
		{`flow.client_to_server.messages.text == 0`, true, true},
	} {
		f, err := Compile(c.expr, Flows)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		choose := f.Flow()
		if got := choose(sample); got != c.sample {
			t.Errorf("%s: of the sample %v", c.expr, got)
		}
		if got := choose(bare); got != c.bare {
			t.Errorf("%s: of the bare flow %v", c.expr, got)
		}
	}
}

func TestMessagesAreChosen(t *testing.T) {
	json := &record.Message{Type: "text", Length: 20, IsText: true, Data: []byte(`{"op":"subscribe","args":{"n":3}}`)}
	text := &record.Message{Type: "text", IsText: true, Data: []byte("hello")}
	for _, c := range []struct {
		expr       string
		json, text bool
	}{
		{`flow.http.host == "x" && message.type == "text" && message.json.op == "subscribe"`, true, false},
		{`message.json.args.n > 2`, true, false},
		{`message.json.op.deeper == 1`, false, false},
		{`message.json.nothing.at.all == nil`, true, true},
		{`message.json["op"] == "subscribe"`, true, false},
		{`message.text contains "ell"`, false, true},
		{`message.code == 0`, true, true},
		{`message.app.protocol == ""`, true, true},
	} {
		f, err := Compile(c.expr, Messages)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		choose := f.Message()
		if got := choose(sample, json); got != c.json {
			t.Errorf("%s: of JSON %v", c.expr, got)
		}
		if got := choose(sample, text); got != c.text {
			t.Errorf("%s: of a text %v", c.expr, got)
		}
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		expr string
		kind Kind
		want string
	}{
		{`flow.http.hots == "x"`, Flows, `1:11: unknown name flow.http.hots; did you mean flow.http.host?`},
		{`message.type == "text"`, Flows, `1:9: message.type: flows are chosen by flow. alone`},
		{`flow.close.code == 1000`, Messages, `1:6: flow.close is known only when the flow has ended: choose flows by it (wscope flows), then give --flow N`},
		{`flow.flow == 3`, Messages, `1:6: flow.flow is not known here: give --flow N`},
		{`flow.http.status == "101"`, Flows, `1:18: invalid operation: == (mismatched types int and string)`},
		{`type == "text"`, Flows, `1:1: unknown name type; message.type is of messages: wscope messages chooses by it`},
		{`flow == 1`, Flows, `1:1: flow is an object: name one of its members, such as flow.http.host`},
		{`flow.duration`, Flows, `1:1: the expression must be true or false, but is a number`},
		{`flow.http.host ==`, Flows, `1:17: unexpected token EOF`},
		{`frame.opcode == "ping"`, Messages, `1:7: frame.opcode: messages are chosen by flow. and message.`},
	} {
		_, err := Compile(c.expr, c.kind)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.expr, err, c.want)
		}
	}
}

func TestWhatTheHandshakeDecidesIsSelectedByIt(t *testing.T) {
	for _, c := range []struct {
		expr  string
		kind  Kind
		early int
	}{
		{`flow.http.host == "y" && message.type == "text"`, Messages, 1},
		{`flow.http.host == "y" && flow.tls.sni == "y" && flow.close.code == 1`, Flows, 2},
		{`flow.http.host == "y" || message.type == "text"`, Messages, 0},
		{`message.type == "text"`, Messages, 0},
	} {
		f, err := Compile(c.expr, c.kind)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.early) != c.early {
			t.Errorf("%s: early %q", c.expr, f.early)
		}
		if s := f.Select(); s != nil && s()(sample) {
			t.Errorf("%s: selects the sample", c.expr)
		}
	}
}
