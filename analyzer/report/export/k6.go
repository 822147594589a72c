package export

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Limits of a script: what is beyond them is left out, and the script says so.
const (
	maxK6Flows = 100
	maxK6Bytes = 32 << 20
)

// K6 writes a script for k6 (module k6/websockets) that says again what clients said, each connection as a virtual user's iteration, with
// the pauses that there were. Headers with secrets are not in records, so that they are not in the script: HEADERS takes them.
//
// https://grafana.com/docs/k6/latest/javascript-api/k6-websockets/
type K6 struct {
	record.NopSink
	w       *bufio.Writer
	flows   map[int64]*k6Flow
	order   []*k6Flow
	bytes   int
	omitted int64
}

// k6Flow is what a client said on a connection.
type k6Flow struct {
	begin    record.Time
	url      string
	offered  []string
	messages []k6Message
	closed   record.Time
	code     int
	received int64
}

type k6Message struct {
	at     record.Time
	binary bool
	data   string
}

// NewK6 writes to w.
func NewK6(w io.Writer) *K6 {
	return &K6{w: bufio.NewWriterSize(w, 1<<16), flows: map[int64]*k6Flow{}}
}

// Wants asks for messages with their payloads.
func (k *K6) Wants() record.Wants { return record.Wants{Messages: true, Payload: true} }

// FlowBegun takes a flow whose handshake is known.
func (k *K6) FlowBegun(f *record.Flow) error {
	if f.HTTP == nil || f.HTTP.Host == "" || len(k.order) >= maxK6Flows {
		k.omitted++
		return nil
	}
	scheme := "ws://"
	if f.TLS != nil {
		scheme = "wss://"
	}
	c := &k6Flow{begin: f.Start, url: scheme + f.HTTP.Host + f.HTTP.Path}
	if h := f.Handshake; h != nil {
		c.offered = h.SubprotocolsOffered
		if h.Latency != nil {
			c.begin += record.Time(h.Latency.Float() * 1e9)
		}
	}
	k.flows[f.Flow] = c
	k.order = append(k.order, c)
	return nil
}

// Message keeps what a client said, and counts what a server did.
func (k *K6) Message(m *record.Message) error {
	c := k.flows[m.Flow]
	switch {
	case c == nil || m.Type != "text" && m.Type != "binary":
	case m.From == record.Server:
		c.received++
	case !m.Complete || k.bytes+len(m.Data) > maxK6Bytes:
		k.omitted++
	default:
		k.bytes += len(m.Data)
		c.messages = append(c.messages, k6Message{max(m.Time-c.begin, 0), m.Type == "binary" || !utf8.Valid(m.Data), string(m.Data)})
	}
	return nil
}

// FlowEnded takes how a flow ended.
func (k *K6) FlowEnded(f *record.Flow) error {
	if c := k.flows[f.Flow]; c != nil {
		c.closed, c.code = max(f.End-c.begin, 0), 1000
		if f.Close != nil && f.Close.Code != nil && f.Close.By == record.Client && (*f.Close.Code == 1000 || *f.Close.Code >= 3000 && *f.Close.Code < 5000) {
			c.code = int(*f.Close.Code)
		}
		delete(k.flows, f.Flow)
	}
	return nil
}

const k6Head = `// Written by wscope from a capture: what clients said, as a script for k6.
//   k6 run script.js                         against the servers of the capture
//   TARGET=ws://localhost:8080 k6 run …      against another, with the paths of the capture
//   HEADERS='{"Authorization": "…"}' k6 run … with headers that captures' records do not hold
import { WebSocket } from 'k6/websockets';
import { b64decode } from 'k6/encoding';
import { check } from 'k6';

`

const k6Tail = `
export const options = { vus: 1, iterations: connections.length };
const headers = __ENV.HEADERS ? JSON.parse(__ENV.HEADERS) : {};

export default function () {
  const c = connections[__ITER % connections.length];
  const url = __ENV.TARGET ? c.url.replace(/^wss?:\/\/[^/]*/, __ENV.TARGET) : c.url;
  const ws = new WebSocket(url, c.protocols, { headers });
  let received = 0;
  ws.onmessage = () => received++;
  ws.onerror = (e) => check(e, { 'no error': () => false });
  ws.onopen = () => {
    for (const [at, text, base64] of c.says) {
      setTimeout(() => ws.send(base64 === undefined ? text : b64decode(base64)), at);
    }
    setTimeout(() => ws.close(c.code), c.lasts);
  };
  ws.onclose = () => check(received, { 'as many messages as captured': (n) => n >= c.received });
}
`

// Close writes the script.
func (k *K6) Close(sum *record.Summary) error {
	if sum == nil {
		return nil
	}
	k.w.WriteString(k6Head)
	if k.omitted > 0 {
		fmt.Fprintf(k.w, "// %d connections or messages are left out: not whole, without a handshake, or too many.\n", k.omitted)
	}
	k.w.WriteString("const connections = [\n")
	text := func(s string) string { return string(report.AppendString(nil, s)) }
	for _, c := range k.order {
		protocols := make([]string, len(c.offered))
		for i, p := range c.offered {
			protocols[i] = text(p)
		}
		fmt.Fprintf(k.w, "  { url: %s, protocols: [%s], lasts: %d, code: %d, received: %d, says: [\n", text(c.url), strings.Join(protocols, ", "), c.closed/1e6, max(c.code, 1000), c.received)
		for _, m := range c.messages {
			if m.binary {
				fmt.Fprintf(k.w, "    [%d, null, %q],\n", m.at/1e6, base64.StdEncoding.EncodeToString([]byte(m.data)))
			} else {
				fmt.Fprintf(k.w, "    [%d, %s],\n", m.at/1e6, text(m.data))
			}
		}
		k.w.WriteString("  ] },\n")
	}
	k.w.WriteString("];\n" + k6Tail)
	return k.w.Flush()
}
