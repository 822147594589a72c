package export

import (
	"slices"

	"wscope/analyzer/record"
)

// Zeek writes websocket.log and conn.log as Zeek 7 does. Where Zeek's columns end in
// websocket.log, wscope's begin: what Zeek's does not count.
//
// conn.log has a line a flow, websocket.log one for each flow whose frames were read; an HTTP/2
// stream is a connection of its own. A time is the flow's start. Packets are those until the flow's
// end: the ACK of the last FIN, which Zeek counts too, is not among them. A history has each letter
// once, where Zeek repeats t and g at the tenth time.
//
// https://docs.zeek.org/en/master/scripts/base/protocols/websocket/main.zeek.html
type Zeek struct {
	record.NopSink
	websocket, conn zeekLog
	began           record.Time
}

// NewZeek writes the two logs into a folder, as lines of JSON if asked to.
func NewZeek(p *Place, json bool) (*Zeek, error) {
	z := &Zeek{
		websocket: zeekLog{json: json, path: "websocket", fields: slices.Concat(zeekID, zeekWebSocket, zeekCounts)},
		conn:      zeekLog{json: json, path: "conn", fields: slices.Concat(zeekID, zeekConn)},
	}
	for _, l := range []*zeekLog{&z.websocket, &z.conn} {
		w, err := p.Create(l.path + ".log")
		if err != nil {
			return nil, err
		}
		l.w = w
	}
	return z, nil
}

// The columns. Those of zeekCounts are wscope's own.
var (
	zeekID = []zeekField{
		{"ts", "time"}, {"uid", "string"}, {"id.orig_h", "addr"}, {"id.orig_p", "port"}, {"id.resp_h", "addr"}, {"id.resp_p", "port"},
	}
	zeekWebSocket = []zeekField{
		{"host", "string"}, {"uri", "string"}, {"user_agent", "string"}, {"subprotocol", "string"},
		{"client_protocols", "vector[string]"}, {"server_extensions", "vector[string]"}, {"client_extensions", "vector[string]"},
	}
	zeekConn = []zeekField{
		{"proto", "enum"}, {"service", "string"}, {"duration", "interval"}, {"orig_bytes", "count"}, {"resp_bytes", "count"},
		{"conn_state", "string"}, {"local_orig", "bool"}, {"local_resp", "bool"}, {"missed_bytes", "count"}, {"history", "string"},
		{"orig_pkts", "count"}, {"orig_ip_bytes", "count"}, {"resp_pkts", "count"}, {"resp_ip_bytes", "count"},
		{"tunnel_parents", "set[string]"}, {"ip_proto", "count"},
	}
	zeekCounts = func() []zeekField {
		fields := []zeekField{
			{"flow", "count"}, {"pickup", "string"}, {"result", "string"}, {"status_code", "count"},
			{"close_by", "string"}, {"close_how", "string"}, {"close_code", "count"}, {"findings", "vector[string]"},
		}
		for _, side := range []string{"orig_", "resp_"} {
			for _, name := range []string{"frames", "text", "binary", "ping", "pong", "close", "wire_bytes", "payload_bytes", "message_bytes", "lost_bytes", "lost_messages"} {
				fields = append(fields, zeekField{side + name, "count"})
			}
		}
		return fields
	}()
)

// Wants asks for flows alone.
func (z *Zeek) Wants() record.Wants { return record.Wants{} }

func (z *Zeek) FlowEnded(f *record.Flow) error {
	if z.began == 0 {
		z.began = f.Start
	}
	uid := zeekUID(f)
	if opened(f) {
		l := &z.websocket
		z.id(l, f, uid)
		z.handshake(l, f)
		z.counts(l, f)
		if err := l.end(); err != nil {
			return err
		}
	}
	l := &z.conn
	z.id(l, f, uid)
	z.connection(l, f)
	return l.end()
}

// opened reports whether a flow's frames were read.
func opened(f *record.Flow) bool {
	return f.ClientToServer.Frames+f.ServerToClient.Frames > 0 || f.Pickup == record.PickupMidstream || f.Handshake != nil && (f.Handshake.Result == record.Accepted || f.Handshake.Result == record.Invalid)
}

func (z *Zeek) id(l *zeekLog, f *record.Flow, uid string) {
	l.begin(z.began)
	l.time(f.Start)
	l.text(uid)
	l.text(f.Client.IP)
	l.count(int64(f.Client.Port))
	l.text(f.Server.IP)
	l.count(int64(f.Server.Port))
}

func (z *Zeek) handshake(l *zeekLog, f *record.Flow) {
	h, s := f.HTTP, f.Handshake
	if h == nil {
		h = &record.HTTP{}
	}
	if s == nil {
		s = &record.Handshake{}
	}
	l.text(h.Host)
	l.text(h.Path)
	l.text(h.UserAgent)
	l.text(s.Subprotocol)
	l.list(s.SubprotocolsOffered)
	l.list(s.Extensions)
	l.list(s.ExtensionsOffered)
}

func (z *Zeek) counts(l *zeekLog, f *record.Flow) {
	l.count(f.Flow)
	l.text(string(f.Pickup))
	result, status := "", (*int)(nil)
	if f.Handshake != nil {
		result = string(f.Handshake.Result)
	}
	if f.HTTP != nil && f.HTTP.Status != 0 {
		status = &f.HTTP.Status
	}
	l.text(result)
	l.code(status)
	c := f.Close
	if c == nil {
		c = &record.Closing{}
	}
	l.text(string(c.By))
	l.text(string(c.How))
	l.code(c.Code)
	var rules []string
	for i := range f.Findings {
		if !slices.Contains(rules, f.Findings[i].Rule) {
			rules = append(rules, f.Findings[i].Rule)
		}
	}
	l.list(rules)
	for _, d := range []*record.Direction{&f.ClientToServer, &f.ServerToClient} {
		for _, n := range []int64{
			d.Frames, d.Messages.Text, d.Messages.Binary, d.Messages.Ping, d.Messages.Pong, d.Messages.Close,
			d.WireBytes, d.PayloadBytes, d.MessageBytes, d.LostBytes, d.LostMessages,
		} {
			if d.IsZero() {
				l.unset()
				continue
			}
			l.count(n)
		}
	}
}

func (z *Zeek) Close(sum *record.Summary) error {
	if sum == nil {
		return nil
	}
	var end record.Time
	if sum.End != nil {
		end = *sum.End
	}
	if z.began == 0 && sum.Start != nil {
		z.began = *sum.Start
	}
	if err := z.websocket.close(z.began, end); err != nil {
		return err
	}
	return z.conn.close(z.began, end)
}
