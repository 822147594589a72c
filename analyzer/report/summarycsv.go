package report

import (
	"strconv"

	"wscope/analyzer/record"
)

// SummaryCSV is the summary's totals as rows of name and value. Lists are rows of
// name.item; what a flow or a message says is not in it.
func SummaryCSV(s *record.Summary) []byte {
	b := []byte("name,value\r\n")
	put := func(name string, value []byte) {
		b = append(append(append(AppendCell(b, name), ','), value...), '\r', '\n')
	}
	count := func(name string, n int64) { put(name, strconv.AppendInt(nil, n, 10)) }
	names := func(name string, list []record.Named) {
		for _, n := range list {
			count(name+"."+n.Name, n.Count)
		}
	}
	count("packets", s.Packets)
	count("bytes", s.Bytes)
	if s.Start != nil {
		put("start", s.Start.Append(nil))
		put("end", s.End.Append(nil))
	}
	put("duration", s.Duration.Append(nil))
	count("tcp_segments", s.TCP)
	count("tcp_connections", s.Connections)
	if s.QUIC > 0 {
		count("quic_connections", s.QUIC)
	}
	count("cut_packets", s.CutPackets)
	count("malformed_packets", s.Malformed)
	names("other_packets", s.Other)
	names("unsupported_packets", s.Unsupported)
	names("other_connections", s.Elsewhere)
	count("flows", s.Flows)
	count("max_open", s.MaxOpen)
	if c := s.Concurrency; c != nil {
		put("concurrency.begin", c.Begin.Append(nil))
		put("concurrency.step", c.Step.Append(nil))
		for i, n := range c.Open {
			count("concurrency.open["+strconv.Itoa(i)+"]", n)
		}
	}
	names("by_pickup", s.ByPickup)
	names("by_result", s.ByResult)
	names("encrypted_ports", s.Encrypted)
	if c := s.Sealed; c != nil {
		count("sealed.connections", c.Connections)
		count("sealed.likely_websockets", c.WebSockets)
		names("sealed.likely", c.Likely)
	}
	names("closes", s.Closes)
	names("hosts", s.Hosts)
	names("paths", s.Paths)
	names("subprotocols", s.Protocols)
	names("clients", s.Clients)
	b = directionCSV(b, "client_to_server", &s.Client)
	b = directionCSV(b, "server_to_client", &s.Server)
	for _, r := range s.Findings {
		count("findings."+r.Rule+".count", r.Count)
		count("findings."+r.Rule+".flows", r.Flows)
	}
	return b
}

func directionCSV(b []byte, name string, d *record.Direction) []byte {
	if d.IsZero() {
		return b
	}
	for _, c := range []record.Named{
		{Name: "frames", Count: d.Frames},
		{Name: "messages.text", Count: d.Messages.Text}, {Name: "messages.binary", Count: d.Messages.Binary},
		{Name: "messages.ping", Count: d.Messages.Ping}, {Name: "messages.pong", Count: d.Messages.Pong}, {Name: "messages.close", Count: d.Messages.Close},
		{Name: "wire_bytes", Count: d.WireBytes}, {Name: "payload_bytes", Count: d.PayloadBytes}, {Name: "message_bytes", Count: d.MessageBytes},
		{Name: "lost_bytes", Count: d.LostBytes}, {Name: "lost_messages", Count: d.LostMessages},
	} {
		b = append(append(append(append(b, name...), '.'), c.Name...), ',')
		b = append(strconv.AppendInt(b, c.Count, 10), '\r', '\n')
	}
	return b
}
