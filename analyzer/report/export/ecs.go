package export

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"strconv"
	"strings"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// ECS writes events of the Elastic Common Schema as lines of JSON, for Elasticsearch, OpenSearch and
// what feeds them (Filebeat, Vector, Logstash): one a flow as it ends, and one a finding. What the
// schema has no name for stands below "wscope", in the flow's record as wscope flows writes it.
//
// Unknown is absent: a flow that could not be opened has no bytes.
//
// https://www.elastic.co/docs/reference/ecs
type ECS struct {
	record.NopSink
	w       *bufio.Writer
	version string
}

// ecsVersion is the version of the schema that the events are of.
const ecsVersion = "8.17.0"

// NewECS writes to w; version is wscope's.
func NewECS(w io.Writer, version string) *ECS {
	return &ECS{w: bufio.NewWriterSize(w, 1<<16), version: version}
}

// Wants asks for nothing but flows.
func (e *ECS) Wants() record.Wants { return record.Wants{} }

// Close writes what is left.
func (e *ECS) Close(*record.Summary) error { return e.w.Flush() }

// FlowEnded writes a flow's event, and those of its findings.
func (e *ECS) FlowEnded(f *record.Flow) error {
	event := e.event(f)
	event["@timestamp"] = f.End
	event["event"] = object{
		"kind": "event", "category": []string{"network"}, "type": ecsTypes(f), "module": "wscope", "dataset": "wscope.flow",
		"start": f.Start, "end": f.End, "duration": max(int64(f.End-f.Start), 0),
	}
	event["wscope"] = object{"flow": json.RawMessage(report.FlowJSON(f))}
	if err := e.write(event); err != nil {
		return err
	}
	for i := range f.Findings {
		x := &f.Findings[i]
		event := e.event(f)
		event["@timestamp"] = x.Time
		event["message"] = x.Detail
		event["event"] = object{
			"kind": "alert", "category": []string{"network"}, "type": []string{"protocol", "info"}, "module": "wscope", "dataset": "wscope.finding",
			"severity": 3 - x.Severity.Rank(), "action": x.Rule,
		}
		rule := object{"id": x.Rule, "ruleset": "wscope"}
		if x.RFC != "" {
			rule["reference"] = x.RFC
		}
		event["rule"] = rule
		event["log"] = object{"level": x.Severity}
		event["wscope"] = object{"flow": object{"flow": f.Flow}, "finding": x}
		if err := e.write(event); err != nil {
			return err
		}
	}
	return nil
}

type object = map[string]any

func (e *ECS) write(event object) error {
	b, err := json.Marshal(event) // its names in order
	if err != nil {
		return err
	}
	e.w.Write(b)
	return e.w.WriteByte('\n')
}

// event is what the events of a flow share.
func (e *ECS) event(f *record.Flow) object {
	client, server := ecsEnd(&f.Client), ecsEnd(&f.Server)
	network := object{"transport": "tcp", "protocol": "websocket", "type": "ipv4", "direction": "unknown"}
	if f.QUIC != nil {
		network["transport"] = "udp"
	}
	if f.Transport == "webtransport" {
		network["protocol"] = "webtransport"
	} else if f.Pickup == record.PickupEncrypted {
		network["protocol"] = "tls" // nobody knows what is in it
	}
	if strings.Contains(f.Client.IP, ":") {
		network["type"] = "ipv6"
	}
	if !f.ClientToServer.IsZero() && !f.ServerToClient.IsZero() {
		c, s := f.ClientToServer.WireBytes, f.ServerToClient.WireBytes
		client["bytes"], server["bytes"], network["bytes"] = c, s, c+s
	}
	event := object{
		"ecs": object{"version": ecsVersion}, "network": network, "client": client, "server": server, "source": client, "destination": server,
		"observer": object{"product": "wscope", "type": "sensor", "version": e.version},
	}
	if f.HTTP != nil {
		ecsHTTP(event, f)
	}
	if t := f.TLS; t != nil {
		event["tls"] = ecsTLS(t)
	}
	return event
}

func ecsEnd(e *record.Endpoint) object {
	return object{"ip": e.IP, "address": e.IP, "port": e.Port}
}

// ecsTypes is event.type: a WebSocket that was refused was denied.
func ecsTypes(f *record.Flow) []string {
	if f.Handshake != nil && f.Handshake.Result == record.Rejected {
		return []string{"connection", "denied", "end"}
	}
	return []string{"connection", "end"}
}

func ecsHTTP(event object, f *record.Flow) {
	h := f.HTTP
	http := object{}
	put(http, "version", h.Version)
	if h.Method != "" {
		http["request"] = object{"method": h.Method}
	}
	if h.Status != 0 {
		http["response"] = object{"status_code": h.Status}
	}
	event["http"] = http
	url := object{}
	domain := h.Host
	if name, text, err := net.SplitHostPort(h.Host); err == nil {
		domain = name
		if port, err := strconv.ParseUint(text, 10, 16); err == nil {
			url["port"] = port
		}
	}
	put(url, "domain", domain)
	path, query, asked := strings.Cut(h.Path, "?")
	put(url, "path", path)
	if asked {
		url["query"] = query
	}
	if h.Host != "" {
		url["scheme"] = "ws"
		if f.TLS != nil || f.QUIC != nil {
			url["scheme"] = "wss"
		}
	}
	if len(url) > 0 {
		event["url"] = url
	}
	if h.UserAgent != "" {
		event["user_agent"] = object{"original": h.UserAgent}
	}
}

func ecsTLS(t *record.TLS) object {
	o := object{}
	if t.Version != "" {
		o["version"], o["version_protocol"] = t.Version, "tls"
	}
	put(o, "cipher", t.Cipher)
	put(o, "next_protocol", t.ALPN)
	client := object{}
	put(client, "server_name", t.SNI)
	if len(client) > 0 {
		o["client"] = client
	}
	return o
}

// put sets what is known.
func put(o object, name, value string) {
	if value != "" {
		o[name] = value
	}
}
