package otlp

import (
	"bytes"
	"encoding/json"
	"strings"

	"wscope/analyzer/fleet"
)

// Numbers of fields in opentelemetry/proto/logs/v1/logs.proto, and of severities.
const (
	logTime, logSeverity, logSeverityText, logBody, logAttribute, logObserved, logEvent = 1, 2, 3, 5, 6, 11, 12

	severityInfo, severityWarn, severityError = 9, 13, 17
)

// log appends a record as a LogRecord of a scope; false where it is no object of JSON.
func log(items []byte, l fleet.Line) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(l.Record))
	d.UseNumber()
	var record map[string]any
	if err := d.Decode(&record); err != nil {
		return items, false
	}
	b := fixed64(nil, logTime, uint64(l.At))
	number, name := severity(record)
	b = text(varint(b, logSeverity, number), logSeverityText, name)
	b = message(b, logBody, value(nil, record))
	b = message(b, logAttribute, pair("log.record.uid", l.ID))
	for _, a := range attributes(record) {
		b = message(b, logAttribute, pair(a.name, a.value))
	}
	b = fixed64(b, logObserved, uint64(l.At))
	return message(items, scopeItem, text(b, logEvent, "wscope."+l.Kind)), true
}

// severity is that of a finding; others inform.
func severity(record map[string]any) (number uint64, name string) {
	switch record["severity"] {
	case "error":
		return severityError, "error"
	case "warning":
		return severityWarn, "warning"
	}
	return severityInfo, "info"
}

type attribute struct {
	name  string
	value any
}

// attributes are those of a flow for which the semantic conventions have a name, as far as they are known.
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/
func attributes(record map[string]any) (list []attribute) {
	add := func(name string, v any) {
		if v != nil && v != "" {
			list = append(list, attribute{name, v})
		}
	}
	at := func(path ...string) (v any) {
		v = record
		for _, name := range path {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		return v
	}
	ip, _ := at("client", "ip").(string)
	if ip == "" {
		return nil // no flow
	}
	add("client.address", ip)
	add("client.port", at("client", "port"))
	add("server.address", at("server", "ip"))
	add("server.port", at("server", "port"))
	network, transport, protocol := "ipv4", "tcp", "websocket"
	if strings.Contains(ip, ":") {
		network = "ipv6"
	}
	if at("quic") != nil {
		transport = "quic"
	}
	if at("transport") == "webtransport" {
		protocol = "webtransport"
	} else if at("pickup") == "encrypted" {
		protocol = "" // nobody knows what is in it
	}
	add("network.type", network)
	add("network.transport", transport)
	add("network.protocol.name", protocol)
	add("http.request.method", at("http", "method"))
	if status, ok := at("http", "status").(json.Number); ok && status != "0" {
		add("http.response.status_code", status)
	}
	path, _ := at("http", "path").(string)
	path, query, _ := strings.Cut(path, "?")
	add("url.path", path)
	add("url.query", query)
	add("user_agent.original", at("http", "user_agent"))
	add("tls.protocol.version", at("tls", "version"))
	add("tls.cipher", at("tls", "cipher"))
	add("tls.next_protocol", at("tls", "alpn"))
	return list
}
