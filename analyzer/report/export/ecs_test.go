package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/record"
)

// ecsNames are those names of the Elastic Common Schema 8.17 that events may use.
var ecsNames = strings.Fields(`
	@timestamp ecs.version message log.level
	event.kind event.category event.type event.module event.dataset event.start event.end event.duration event.severity event.action
	network.transport network.protocol network.type network.direction network.bytes
	client.ip client.address client.port client.bytes server.ip server.address server.port server.bytes
	source.ip source.address source.port source.bytes destination.ip destination.address destination.port destination.bytes
	observer.product observer.type observer.version rule.id rule.ruleset rule.reference
	http.version http.request.method http.response.status_code url.domain url.port url.path url.query url.scheme user_agent.original
	tls.version tls.version_protocol tls.cipher tls.next_protocol tls.client.server_name`)

// TestECSUsesTheSchemasNames, and says nothing of what it does not know.
func TestECSUsesTheSchemasNames(t *testing.T) {
	flows := []*record.Flow{
		{Flow: 1, Client: record.Endpoint{IP: "10.0.0.1", Port: 1}, Server: record.Endpoint{IP: "10.0.0.2", Port: 443}, Start: 1e9, End: 3e9,
			HTTP:     &record.HTTP{Version: "1.1", Method: "GET", Host: "shop.example:8443", Path: "/chat?token=x", Status: 101, UserAgent: "a\x00\"b"},
			TLS:      &record.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "shop.example", ALPN: "http/1.1"},
			Findings: []record.Finding{{Rule: "masking", Severity: "error", RFC: "RFC 6455 §5.1", Detail: "bad", Time: 2e9}}},
		{Flow: 2, Pickup: "encrypted", ClientToServer: record.Unknown(), ServerToClient: record.Unknown(), Client: record.Endpoint{IP: "::1"}, Findings: []record.Finding{}},
		{Flow: 3, HTTP: &record.HTTP{Version: "1.1", Status: 403}, Handshake: &record.Handshake{Result: "rejected"}, Findings: []record.Finding{}},
	}
	var b bytes.Buffer
	e := NewECS(&b, "test")
	for _, f := range flows {
		if err := e.FlowEnded(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(nil); err != nil {
		t.Fatal(err)
	}
	var events []map[string]string
	for line := range strings.Lines(b.String()) {
		var event map[string]any
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		flat := map[string]string{}
		flatten("", event, flat)
		for name := range flat {
			if !strings.HasPrefix(name, "wscope.") && !slices.Contains(ecsNames, name) {
				t.Errorf("%s is no name of the schema", name)
			}
		}
		for _, name := range []string{"@timestamp", "ecs.version", "event.kind", "event.category", "event.type"} {
			if flat[name] == "" {
				t.Errorf("no %s in %s", name, line)
			}
		}
		events = append(events, flat)
	}
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	for i, want := range []map[string]string{
		{"event.duration": "2e+09", "url.path": "/chat", "url.query": "token=x", "url.scheme": "wss", "url.domain": "shop.example", "url.port": "8443", "tls.client.server_name": "shop.example", "@timestamp": "1970-01-01T00:00:03Z"},
		{"event.kind": "alert", "rule.id": "masking", "event.severity": "3", "message": "bad", "source.ip": "10.0.0.1"},
		{"network.protocol": "tls", "network.type": "ipv6", "network.bytes": "", "http.version": ""},
		{"event.type": "[connection denied end]", "http.response.status_code": "403", "url.scheme": ""},
	} {
		for name, value := range want {
			if events[i][name] != value {
				t.Errorf("event %d: %s is %q, want %q", i, name, events[i][name], value)
			}
		}
	}
}

// flatten gives what is below a name.
func flatten(name string, v any, to map[string]string) {
	o, ok := v.(map[string]any)
	if !ok {
		to[name] = fmt.Sprint(v)
		return
	}
	for k, v := range o {
		flatten(strings.TrimPrefix(name+"."+k, "."), v, to)
	}
}
