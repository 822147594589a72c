package rules

import (
	"fmt"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// runMessages gives a checker a flow of texts, from client and server by turns, 10 ms apart.
func runMessages(c *Checker, texts ...string) {
	f := &record.Flow{Flow: 1, Pickup: "handshake", HTTP: &record.HTTP{Host: "h", Path: "/"}}
	c.FlowBegun(f)
	for i, text := range texts {
		from := []string{"client", "server"}[i%2]
		at := record.Time(i) * 10e6
		c.Message(&record.Message{Flow: 1, Message: int64(i + 1), From: record.Peer(from), Type: "text", Time: at, End: at, Complete: true,
			Length: int64(len(text)), IsText: true, Data: []byte(text)})
		f.End = at
	}
	f.Close = &record.Closing{How: "handshake"}
	c.FlowEnded(f)
}

// plain is the folder of captures by real peers, invalid of those that break rules.
const (
	plainFolder   = "../../testdata/peers/plain/"
	invalidFolder = "../../testdata/peers/invalid/"
	closedFolder  = "../../testdata/peers/tls/" // whose keys a checker is not given
)

func shopAfter(name string) string { return shopFolder + "/" + name + ".after.pcap.gz" }

// TestReadyMadeRules gives each a capture that keeps it and one that breaks it.
func TestReadyMadeRules(t *testing.T) {
	kept := shopFolder + "/same-1.before.pcap.gz"
	quotes := `{request: 'json.type == "quote"', answer: 'json.type == "price"', key: json.id, `
	cases := map[string]struct{ with, kept, broken string }{
		"no-errors":              {"", kept, shopAfter("protocol-violation")},
		"no-warnings":            {"", plainFolder + "ws-subprotocol.pcap", shopAfter("reconnect-loop")},
		"no-abnormal-close":      {"", kept, shopAfter("wrong-close-code")},
		"no-unanswered-ping":     {"", kept, shopAfter("missing-pong")},
		"handshake-under":        {"{time: 50us}", "", kept},
		"latency-under":          {quotes + "time: 55ms}", kept, shopAfter("slower-operation")},
		"order":                  {`{first: 'json.type == "filled"', then: 'json.type == "receipt"', within: 1s}`, kept, shopAfter("out-of-order")},
		"every-request-answered": {`{request: 'json.type == "order"', answer: 'json.type == "filled"', key: '"order"'}`, kept, shopAfter("renamed-event")},
		"max-message":            {"{size: 512B}", kept, shopAfter("larger-payload")},
		"compression-agreed":     {"", kept, shopAfter("compression-off")},
		"subprotocol":            {"{name: chat}", "", kept},
		"payload-schema":         {`{messages: 'json.type == "price"', schema: {required: [bid]}}`, kept, shopAfter("dropped-field")},
		"no-secrets-in-clear":    {`{pattern: 'ada@example\.com'}`, "", kept},
		"no-reconnect-storm":     {"", kept, shopAfter("reconnect-loop")},
		"sealed-heartbeat":       {"{every: 250ms}", "", closedFolder + "tls13-dropped.pcap"},
		"sealed-close":           {"", closedFolder + "tls13-node.pcap", closedFolder + "tls13-dropped.pcap"},
		"sealed-sizes":           {"{client-least: 300B, client-most: 400B}", closedFolder + "tls13-node.pcap", closedFolder + "tls13-dropped.pcap"},
	}
	for _, ready := range ReadyMade() {
		c, ok := cases[ready.Name]
		if !ok {
			t.Errorf("%s is not tested", ready.Name)
			continue
		}
		text := "rules:\n  - use: " + ready.Name + "\n"
		if c.with != "" {
			text += "    with: " + c.with + "\n"
		}
		set, err := Load("wscope.yaml", []byte(text))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if c.kept != "" {
			r := judge(t, set, c.kept)
			if got := broken(r); got != nil || r.Results[0].Judged == 0 {
				t.Errorf("%s: %+v of %s", ready.Name, r.Results[0], c.kept)
			}
		}
		if got := broken(judge(t, set, c.broken)); got == nil {
			t.Errorf("%s is kept by %s", ready.Name, c.broken)
		}
	}
	for _, c := range []struct{ rule, capture string }{
		{"{use: handshake-under, with: {time: 30s}}", kept},
		{"{use: subprotocol, with: {name: chat.v2}}", plainFolder + "ws-subprotocol.pcap"},
		{"no-secrets-in-clear", plainFolder + "ws-subprotocol.pcap"},
		{"every-request-answered", kept},
		{"{use: sealed-heartbeat, with: {every: 300ms}}", closedFolder + "tls13-dropped.pcap"},
		{"{use: sealed-heartbeat, with: {every: 100s}}", closedFolder + "tls13-node.pcap"}, // they live for less than four
		{"{use: no-errors, with: {except: length-not-minimal}}", shopAfter("protocol-violation")},
	} {
		set, err := Load("wscope.yaml", []byte("rules: ["+c.rule+"]"))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if r := judge(t, set, c.capture); broken(r) != nil {
			t.Errorf("%s: %+v", c.rule, r.Results[0])
		}
	}
}

// TestReconnectsOfClosedConnections holds that clients which come back are counted where nothing could be opened, and that
// such a verdict is one.
func TestReconnectsOfClosedConnections(t *testing.T) {
	for _, c := range []struct {
		rule           string
		broken, judged bool
	}{
		{"{use: no-reconnect-storm, with: {at-most: 1}}", true, true},
		{"{use: no-reconnect-storm, with: {at-most: 2}}", false, true},
		{"no-errors", false, false},
		{`{name: own, where: sealed.likely == "websocket", expect: sealed.client_to_server.messages_about < 3}`, true, true},
	} {
		set, err := Load("wscope.yaml", []byte("rules: ["+c.rule+"]"))
		if err != nil {
			t.Fatal(err)
		}
		r := judge(t, set, closedFolder+"tls13-dropped.pcap")
		if got := broken(r) != nil; got != c.broken || r.JudgedSealed() != c.judged {
			t.Errorf("%s: broken %v, judged %v: %+v", c.rule, got, r.JudgedSealed(), r.Results[0])
		}
	}
}

// TestLatencyPercentiles holds 20 answers, of which every tenth takes 40 ms and the others 10, against times.
func TestLatencyPercentiles(t *testing.T) {
	for with, want := range map[string]string{
		"time: 20ms, percentile: p50":                  "",
		"time: 20ms, percentile: p90":                  "",
		"time: 20ms, percentile: p99":                  "p99 of 20 answers is 0.04 s, which is more than 0.02 s",
		"time: 50ms, percentile: p99":                  "",
		"time: 50ms, percentile: max":                  "",
		"time: 20ms, percentile: max":                  "the answer came 0.04 s after the request, which is more than 0.02 s",
		"time: 20ms":                                   "the answer came 0.04 s after the request, which is more than 0.02 s",
		"time: 20ms, percentile: p50, by: json.method": "p50 of 2 answers to slow is 0.04 s, which is more than 0.02 s",
	} {
		set, err := Load("wscope.yaml", []byte(`rules: [{use: latency-under, with: {request: 'from == "client"', answer: 'from == "server"', key: json.id, `+with+`}}]`))
		if err != nil {
			t.Fatal(err)
		}
		c := set.Checker()
		c.FlowBegun(&record.Flow{Flow: 1, Pickup: "handshake"})
		say := func(from, text string, ms int64) {
			at := record.Time(ms * 1e6)
			c.Message(&record.Message{Flow: 1, From: record.Peer(from), Type: "text", Time: at, End: at, Complete: true, IsText: true, Data: []byte(text)})
		}
		for i := range int64(20) {
			method, took := "quick", int64(10)
			if i%10 == 9 {
				method, took = "slow", 40
			}
			say("client", fmt.Sprintf(`{"id":%d,"method":%q}`, i, method), i*100)
			say("server", fmt.Sprintf(`{"id":%d}`, i), i*100+took)
		}
		c.FlowEnded(&record.Flow{Flow: 1})
		got := ""
		for _, b := range c.Report(&record.Summary{}).Results[0].Breaches {
			got = b.Message
		}
		if got != want {
			t.Errorf("%s: %q", with, got)
		}
	}
}

func TestSecretsAreFoundAndNotTold(t *testing.T) {
	set, err := Load("wscope.yaml", []byte("rules: [no-secrets-in-clear]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{
		`{"user":"a","password":"hunter2"}`, "Authorization: Bearer abcdefghijklmnopqrst", "AKIAIOSFODNN7EXAMPLE",
		"-----BEGIN RSA PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
	} {
		c := set.Checker()
		runMessages(c, secret)
		r := c.Report(&record.Summary{})
		if r.Results[0].Failed != 1 || strings.Contains(fmt.Sprint(r.Results[0].Breaches), secret[5:]) {
			t.Errorf("%s: %+v", secret, r.Results[0])
		}
	}
}

func TestAggregates(t *testing.T) {
	texts := []string{`{"n":1}`, `{"n":2}`, `{"n":3}`, `{"n":40}`}
	for expression, want := range map[string]bool{
		`count(messages) == 4`:                                          true,
		`count(messages, from == "server") == 2`:                        true,
		`sum(messages, json.n) == 46 and avg(messages, json.n) == 11.5`: true,
		`min(messages, json.n) == 1 and max(messages, json.n) == 40`:    true,
		`p50(messages, json.n) == 2 and p99(messages, json.n) == 40`:    true,
		`ratio(messages, json.n > 2) == 0.5`:                            true,
		`max(messages, json.n, from == "client") == 3`:                  true,
		`p90(messages, json.missing) == nil`:                            true,
		`count(findings) == 0 and p99(ping.rtt) == nil`:                 true,
		`max(messages.length) == 8`:                                     true,
		`rate(messages) > 1`:                                            false,
		`p50(messages, json.missing) > 1`:                               false,
	} {
		set, err := Load("wscope.yaml", []byte(fmt.Sprintf("rules:\n  - name: a\n    expect: %q\n", expression)))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		c := set.Checker()
		runMessages(c, texts...)
		if got := c.rules[0].result.Failed == 0; got != want {
			t.Errorf("%s is %v: %v", expression, got, c.rules[0].result.Breaches)
		}
	}
}

func TestPingsRoundTripsAreSummedUp(t *testing.T) {
	set, err := Load("wscope.yaml", []byte("rules:\n  - name: a\n    scope: capture\n    expect: count(pings) == 9 and p99(ping.rtt) < 5 and max(ping.rtt) >= min(ping.rtt)\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r := judge(t, set, shopFolder+"/same-1.before.pcap.gz"); broken(r) != nil {
		t.Errorf("%+v", r.Results[0])
	}
}
