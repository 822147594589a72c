package flow

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/tlsopen"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// record is the flow's record as it stands.
func (f *flow) record() *record.Flow {
	r := f.describe()
	_, last := f.conn().Span()
	r.End = record.Time(last.Time)
	if ws := f.socket(); ws != nil && ws.OnStream {
		r.End = record.Time(max(f.dirs[0].lastAt, f.dirs[1].lastAt, f.dirs[0].endedAt, f.dirs[1].endedAt, int64(r.Start)))
	}
	r.End = max(r.End, r.Start) // the capture's clock may have gone back
	r.Duration = record.Seconds(r.End - r.Start)
	if f.sealed != nil {
		r.TLS = tlsRecord(f.sealed.info)
		f.sealed.describe(r)
		r.ClientToServer, r.ServerToClient = record.Unknown(), record.Unknown()
		r.TCP = f.tcpRecord()
		r.Findings = append([]record.Finding{}, f.findings.list...)
		return r // no counts are made up
	}
	r.ClientToServer = f.dirs[fromClient].record()
	r.ServerToClient = f.dirs[fromServer].record()
	if f.unanswered() && f.firstEnd() >= 0 || r.Pickup == record.PickupMidstream || r.Handshake != nil && (r.Handshake.Result == record.Accepted || r.Handshake.Result == record.Invalid) {
		r.Close = f.closing.record(f)
	}
	r.Ping = f.pings.sum()
	if r.Pace = f.activity.record(f.answeredAt()); r.Pace != nil {
		r.Pace.ClientGap, r.Pace.ServerGap = f.dirs[fromClient].longestGap(), f.dirs[fromServer].longestGap()
	}
	r.TCP, r.QUIC = f.tcpRecord(), f.quicRecord()
	r.Findings = append([]record.Finding{}, f.findings.list...)
	switch {
	case f.unopened:
		f.openApp().Done(r) // what the handshake says of it
	case f.app != nil:
		f.app.Done(r)
	}
	return r
}

// unanswered is whether the flow was asked for, and the capture has no answer.
func (f *flow) unanswered() bool {
	ws := f.socket()
	return ws != nil && ws.Handshake != nil && ws.Handshake.Result == wsparse.Unanswered
}

// answeredAt is when the handshake was answered; 0 where it was not seen.
func (f *flow) answeredAt() int64 {
	if ws := f.socket(); ws != nil {
		return ws.Answered.Time
	}
	return 0
}

// started is the capture time at which the flow began: of its TCP connection, or of its stream where
// several share that.
func (f *flow) started() int64 {
	if ws := f.socket(); ws != nil && ws.OnStream {
		return ws.Begin.Time
	}
	start, _ := f.conn().Span()
	return start.Time
}

// conn is what carries the flow.
func (f *flow) conn() assembly.Transport {
	if f.quic != nil {
		return f.quic
	}
	if f.tcp == nil {
		return nil // and no interface that holds nothing
	}
	return f.tcp
}

// client is the side of the connection that is the client.
func (f *flow) client() assembly.Side { return f.clientSide }

// side is the end of the connection that sends a direction.
func (f *flow) side(i int) assembly.Side {
	if i == fromServer {
		return f.client().Other()
	}
	return f.client()
}

// describe makes the record of what the connection and the handshake say.
func (f *flow) describe() *record.Flow {
	ws := f.socket()
	r := f.describeConn()
	if ws == nil {
		start, _ := f.conn().Span()
		r.Pickup, r.Packet = "encrypted", start.Number
		r.ClientToServer, r.ServerToClient = record.Unknown(), record.Unknown()
		r.TLS = tlsRecord(f.sealed.info)
		return r
	}
	r.RealIP = ws.RealIP
	r.Pickup = "handshake"
	if ws.Pickup != upgrade.ByHandshake {
		r.Pickup = "midstream"
	}
	r.Packet, r.Asked = ws.Asked.Number, record.Time(ws.Asked.Time)
	if ws.Handshake == nil {
		r.Packet = ws.Begin.Number
	}
	r.Start = record.Time(f.started())
	for _, h := range ws.Via {
		r.Via = append(r.Via, record.Via{Kind: h.Kind, Target: h.Target})
	}
	if ws.Secure != nil {
		r.TLS = tlsRecord(ws.Secure.(*tlsopen.Info))
	}
	if ws.Handshake != nil {
		describeHandshake(r, ws)
	} else if a := ws.Answer; a != nil {
		r.HTTP = &record.HTTP{Version: "1.1", Status: a.Status, RequestHeaders: [][2]string{}, ResponseHeaders: headers(a.Fields)} // the request was not captured
	} else if ws.OnStream {
		r.HTTP = &record.HTTP{Version: ws.HTTP, StreamID: ws.StreamID, RequestHeaders: [][2]string{}} // its headers were not captured
	}
	return r
}

func (f *flow) describeConn() *record.Flow {
	key := f.conn().Path()
	start, _ := f.conn().Span()
	r := new(record.Flow)
	r.Client, r.Server = endpoint(key.Src, key.SrcPort), endpoint(key.Dst, key.DstPort)
	if f.client() == assembly.B {
		r.Client, r.Server = r.Server, r.Client
	}
	if f.tcp != nil {
		r.Numbers = [2]uint32{f.tcp.Reached(f.client()), f.tcp.Reached(f.client().Other())}
	}
	r.Start, r.Connection = record.Time(start.Time), record.Time(start.Time)
	r.File = f.table.env.Files(start.File)
	if t := f.conn().Tunnel(); t != 0 {
		r.Tunnel = f.table.env.TunnelName(t)
	}
	return r
}

func endpoint(a link.Addr, port uint16) record.Endpoint {
	return record.Endpoint{IP: netip.AddrFrom16(a).Unmap().String(), Port: port}
}

func describeHandshake(r *record.Flow, ws *upgrade.WebSocket) {
	h := ws.Handshake
	r.Handshake = &record.Handshake{
		Result: record.Result(h.Result.String()), SubprotocolsOffered: h.SubprotocolsOffered, Subprotocol: h.Subprotocol,
		ExtensionsOffered: h.ExtensionsOffered, Extensions: h.Extensions,
	}
	if h.Result == wsparse.Rejected {
		r.Pickup = "rejected"
	}
	if h.Request != nil {
		r.HTTP = httpRecord(h, ws)
	}
	if h.Response == nil {
		return
	}
	if h.Response.Status == 101 {
		valid := h.AcceptValid
		r.Handshake.AcceptValid = &valid
	}
	if ws.Answered.Time != 0 && ws.Asked.Time != 0 {
		r.Handshake.Latency = seconds(max(ws.Answered.Time-ws.Asked.Time, 0))
	}
}

func httpRecord(h *wsparse.Handshake, ws *upgrade.WebSocket) *record.HTTP {
	q := h.Request
	r := &record.HTTP{
		Version: ws.HTTP, Method: q.Method, Host: q.Host, Path: q.Target, StreamID: ws.StreamID, Body: ws.BodyLine,
		RequestHeaders: headers(q.Fields),
	}
	// RFC 9112 §3.2.2: the absolute form names the host; the path is what follows.
	if _, rest, ok := strings.Cut(q.Target, "://"); ok && !strings.HasPrefix(q.Target, "/") {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			r.Path = rest[slash:]
		} else {
			r.Path = "/"
		}
	}
	for _, field := range q.Fields {
		switch is := func(name string) bool { return strings.EqualFold(field.Name, name) }; {
		case is("origin"):
			r.Origin = field.Value
		case is("user-agent"):
			r.UserAgent = field.Value
		case is("authorization"):
			r.Auth = scheme(field.Value)
		case is("cookie"):
			for pair := range strings.SplitSeq(field.Value, ";") {
				name, _, _ := strings.Cut(strings.TrimSpace(pair), "=")
				r.Cookies = append(r.Cookies, name)
			}
		}
	}
	if ws.Enabled != upgrade.Unknown {
		on := ws.Enabled == upgrade.On
		r.ConnectProtocol = &on
	}
	if a := h.Response; a != nil {
		r.Status, r.ResponseHeaders = a.Status, headers(a.Fields)
		for _, field := range a.Fields {
			if strings.EqualFold(field.Name, "location") {
				r.Location = field.Value
			}
		}
	}
	return r
}

// scheme is the scheme of Authorization's value. A value with no space may be a secret
// sent bare: then only a short word is taken for a scheme.
func scheme(value string) string {
	name, _, ok := strings.Cut(value, " ")
	if !ok && len(name) > len("Negotiate") {
		return "unknown"
	}
	return name
}

func headers(fields []wsparse.Field) [][2]string {
	list := make([][2]string, len(fields))
	for i, f := range fields {
		list[i] = [2]string{f.Name, f.Value}
	}
	return list
}

func tlsRecord(i *tlsopen.Info) *record.TLS {
	r := &record.TLS{
		Version: i.Version, Cipher: i.Cipher, SNI: i.SNI, ALPN: i.ALPN, ALPNOffered: i.ALPNOffered, Client: i.Client,
		Decrypted: i.Decrypted, ClientRandom: hex.EncodeToString(i.ClientRandom),
	}
	if !i.Decrypted {
		r.Why, r.WhyKind = i.Why, i.WhyKind
	}
	if i.Finished != 0 && i.Hello != 0 {
		r.Latency = seconds(i.Finished - i.Hello)
	}
	return r
}

// handshakeFindings adds what the handshake breaks, once it is answered.
func (f *flow) handshakeFindings() {
	h := f.ws.Handshake
	if h == nil {
		return
	}
	for i := range h.Findings {
		v := &h.Findings[i]
		at := &f.ws.Asked
		if v.From == wsparse.FromServer {
			at = &f.ws.Answered
		}
		f.findings.add(f, sender(v.From), &v.Finding, at)
	}
}

func (d *direction) record() record.Direction {
	lostBytes, lostMessages := d.stream.Lost()
	lostSealed, afterReset := int64(0), int64(0)
	if ws := d.flow.socket(); ws != nil {
		for _, e := range ws.Ends {
			if e.From != d.role {
				afterReset += e.After
			}
		}
		if ws.Secure != nil {
			lostSealed = ws.Secure.(*tlsopen.Info).Lost[d.flow.side(d.index())]
		}
		lostSealed += ws.Unplaced[d.flow.side(d.index())]
	}
	before, behind := d.stream.Unread()
	return record.Direction{
		UnreadBefore: before, UnreadBehind: behind, AfterReset: afterReset,
		Frames: d.frames, Messages: d.counts, WireBytes: d.wire, PayloadBytes: d.payload, MessageBytes: d.message,
		LostBytes: lostBytes, LostMessages: lostMessages, Untyped: int64(d.untyped), LostSealed: lostSealed,
		Compression: d.compression.record(d), Sizes: record.NewQuantiles(&d.sizes),
	}
}
