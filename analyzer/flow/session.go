package flow

import (
	"strings"
	"unicode/utf8"

	"wscope/analyzer/record"
	"wscope/analyzer/sealed"
	"wscope/analyzer/stat"
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// session is a flow over QUIC that is no WebSocket: a WebTransport session, or a connection
// that could not be opened. It takes a session's streams and datagrams.
type session struct {
	table    *Table
	conn     *quic.Conn
	info     *upgrade.Session // nil for a connection that could not be opened
	ref      Ref
	known    *record.Flow // what its request said
	unwanted bool
	lastAt   int64
	dirs     [2]sessionSide
	streams  map[sessionPart]*sessionStream
	held     int // bytes of content that is collected
	messages int64
	ends     int
	close    *record.Closing
	draining record.Peer
	over     bool
}

// sessionSide is what one side of a session sent.
type sessionSide struct {
	opened [2]int64 // bidirectional, unidirectional
	record.Direction
	sizes     stat.Sketch
	resets    int64
	streams   int64 // bytes
	datagrams int64
}

// sessionPart is one direction of a stream.
type sessionPart struct {
	id   uint64
	from int
}

// sessionStream is one direction of a stream while it lives.
type sessionStream struct {
	first   assembly.Mark
	last    assembly.Mark
	length  int64
	data    []byte
	lacking bool // bytes are missing
	cut     bool // a limit was reached: data is not all of it
}

// session begins a flow that is a WebTransport session.
func (s *Table) session(info *upgrade.Session, at *assembly.Mark) upgrade.SessionReceiver {
	f := &session{table: s, conn: info.Stream.Conn, info: info, streams: map[sessionPart]*sessionStream{}}
	f.begin(at)
	return f
}

// sealedQUIC begins a flow that is a QUIC connection which could not be opened.
func (s *Table) sealedQUIC(c *quic.Conn, at *assembly.Mark) *session {
	s.QUICs++
	f := &session{table: s, conn: c}
	f.begin(at)
	return f
}

func (f *session) begin(at *assembly.Mark) {
	f.lastAt = at.Time
	f.table.emit(Item{Kind: ItemBegun, Flow: &f.ref, Body: f.describe()})
}

// describe makes the record of what the connection and the request say.
func (f *session) describe() *record.Flow {
	c := f.conn
	r := &record.Flow{
		Client: endpoint(c.Key.Src, c.Key.SrcPort), Server: endpoint(c.Key.Dst, c.Key.DstPort),
		Start: record.Time(c.Start.Time), Connection: record.Time(c.Start.Time), File: f.table.env.Files(c.Start.File),
		TLS: tlsRecord(c.TLS.Info()), QUIC: quicRecord(c), Pickup: "encrypted", Packet: c.Start.Number, Findings: []record.Finding{},
	}
	if c.Key.Tunnel != 0 {
		r.Tunnel = f.table.env.TunnelName(c.Key.Tunnel)
	}
	w := f.info
	if w == nil {
		likely, confidence, why := sealed.QUIC(r.TLS.ALPNOffered)
		r.Sealed = &record.Sealed{Likely: likely, Confidence: confidence, Why: []string{why}}
		r.ClientToServer, r.ServerToClient = record.Unknown(), record.Unknown()
		return r
	}
	r.Transport, r.Pickup, r.Packet = "webtransport", "handshake", w.Asked.Number
	r.Start, r.Asked = record.Time(w.Begin.Time), record.Time(w.Asked.Time)
	ws := &upgrade.WebSocket{HTTP: "3", StreamID: w.Stream.ID}
	if w.Server.Known {
		ws.Enabled = upgrade.Off
		if w.Server.ExtendedConnect {
			ws.Enabled = upgrade.On
		}
	}
	r.HTTP = httpRecord(&wsparse.Handshake{Request: w.Request, Response: w.Response}, ws)
	r.Handshake = &record.Handshake{Result: "unanswered", SubprotocolsOffered: protocolList(header(w.Request.Fields, "wt-available-protocols"))}
	if a := w.Response; a != nil {
		r.Handshake.Result = "accepted"
		if a.Status < 200 || a.Status > 299 {
			r.Handshake.Result, r.Pickup = "rejected", "rejected"
		}
		if p := protocolList(header(a.Fields, "wt-protocol")); len(p) == 1 {
			r.Handshake.Subprotocol = p[0]
		}
		r.Handshake.Latency = seconds(max(w.Answered.Time-w.Asked.Time, 0))
	}
	return r
}

// protocolList reads a structured field of strings (RFC 9651 §3.1): "a", "b".
func protocolList(s string) (list []string) {
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 && len(list) < 64 {
			list = append(list, part)
		}
	}
	return list
}

func header(fields []wsparse.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Answered implements upgrade.SessionReceiver.
func (f *session) Answered(at *assembly.Mark) {
	s := f.table
	f.known = f.describe()
	if s.opt.Select != nil && !s.opt.Select(f.known) {
		f.unwanted = true
	}
	s.emit(Item{Kind: ItemAnswered, Flow: &f.ref})
}

// Opened implements upgrade.SessionReceiver.
func (f *session) Opened(s *quic.Stream, by wsparse.Role, at *assembly.Mark) {
	i := 0
	if !s.Bidirectional() {
		i = 1
	}
	f.dirs[sender(by)].opened[i]++
}

func (f *session) part(s *quic.Stream, from int, at *assembly.Mark) *sessionStream {
	k := sessionPart{s.ID, from}
	p := f.streams[k]
	if p == nil {
		p = &sessionStream{first: *at}
		f.streams[k] = p
	}
	p.last, f.lastAt = *at, at.Time
	return p
}

// Data implements upgrade.SessionReceiver.
func (f *session) Data(s *quic.Stream, from wsparse.Role, b []byte, at *assembly.Mark) {
	p := f.part(s, sender(from), at)
	p.length += int64(len(b))
	d := &f.dirs[sender(from)]
	d.streams += int64(len(b))
	if o := &f.table.opt; !o.Messages || !o.Payload {
		return
	}
	if limit := f.maxMessage(); p.cut || len(p.data)+len(b) > limit || f.held+len(b) > 4*limit {
		p.cut = true
		return
	}
	p.data = append(p.data, b...)
	f.held += len(b)
}

func (f *session) maxMessage() int {
	if n := f.table.opt.MaxMessage; n > 0 {
		return n
	}
	return wsparse.DefaultMaxMessage
}

// Gap implements upgrade.SessionReceiver.
func (f *session) Gap(s *quic.Stream, from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark) {
	p := f.part(s, sender(from), at)
	p.lacking = true
	f.dirs[sender(from)].LostBytes += max(n, 0)
}

// End implements upgrade.SessionReceiver.
func (f *session) End(s *quic.Stream, from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark) {
	i := sender(from)
	d := &f.dirs[i]
	p := f.streams[sessionPart{s.ID, i}]
	whole := s.Complete(assembly.Side(i)) // the close of a connection ends streams that are not
	if p == nil {
		if !whole && (why != assembly.RST || s.Conn.Closed.Seen) {
			return // the side sent nothing
		}
		p = &sessionStream{first: *at, last: *at}
	}
	delete(f.streams, sessionPart{s.ID, i})
	if why == assembly.RST {
		d.resets++
	}
	d.Streams++
	d.add(p.length)
	if p.lacking {
		d.LostMessages++
	}
	f.held -= len(p.data)
	id := s.ID
	m := record.Message{Type: "stream", Stream: &id, Length: p.length, PayloadBytes: p.length, Data: p.data, Cut: p.cut, Complete: why == assembly.FIN && whole && !p.lacking}
	if _, ok := h3.AppError(code); ok && why == assembly.RST {
		m.Reason = h3.ErrorName(code)
	}
	f.emit(i, &m, &p.first, at)
}

// add counts a message of a length.
func (d *sessionSide) add(n int64) {
	d.Frames++
	d.WireBytes += n
	d.PayloadBytes += n
	d.MessageBytes += n
	d.sizes.Add(n)
}

// Datagram implements upgrade.SessionReceiver.
func (f *session) Datagram(from wsparse.Role, b []byte, at *assembly.Mark) {
	i := sender(from)
	d := &f.dirs[i]
	f.lastAt = at.Time
	d.Datagrams++
	d.datagrams += int64(len(b))
	d.add(int64(len(b)))
	m := record.Message{Type: "datagram", Length: int64(len(b)), PayloadBytes: int64(len(b)), Complete: true}
	if o := &f.table.opt; o.Messages && o.Payload {
		m.Data = b
	}
	f.emit(i, &m, at, at)
}

// tell gives a Message record.
func (f *session) emit(from int, m *record.Message, first, last *assembly.Mark) {
	s := f.table
	f.messages++
	if !s.opt.Messages || f.unwanted {
		return
	}
	m.Message, m.From, m.Frames = f.messages, fromNames[from], 1
	m.Time, m.End, m.Packet, m.File = record.Time(first.Time), record.Time(last.Time), first.Number, s.env.Files(first.File)
	m.IsText = utf8.Valid(m.Data)
	if f.known == nil {
		f.known = f.describe()
	}
	if s.opt.KeepMessage != nil && !s.opt.KeepMessage(f.known, m) {
		return
	}
	if s.opt.Render != nil {
		begin := len(s.out.Bytes)
		s.out.Bytes = s.opt.Render.Message(s.out.Bytes, m)
		s.emit(Item{Kind: ItemRendered, Flow: &f.ref, From: uint32(begin), To: uint32(len(s.out.Bytes))})
		return
	}
	kept := *m
	kept.Data = append([]byte(nil), m.Data...)
	s.emit(Item{Kind: ItemMessage, Flow: &f.ref, Body: &kept})
}

// Closing implements upgrade.SessionReceiver.
func (f *session) Closing(by wsparse.Role, code uint32, reason string, at *assembly.Mark) {
	f.lastAt = at.Time
	if f.close == nil {
		n := int(code)
		f.close = &record.Closing{By: fromNames[sender(by)], How: record.HowCapsule, Code: &n, Reason: reason}
	}
}

// Draining implements upgrade.SessionReceiver.
func (f *session) Draining(by wsparse.Role, at *assembly.Mark) {
	if f.draining == "" {
		f.draining = fromNames[sender(by)]
	}
}

// Over implements upgrade.SessionReceiver.
func (f *session) Over(by wsparse.Role, kind string, why assembly.Cause, code uint64, at *assembly.Mark) {
	if f.close == nil && kind != "" {
		f.close = &record.Closing{By: fromNames[sender(by)], How: record.HowFIN}
		if why == assembly.RST {
			f.close.How = record.HowRST
		}
	}
	if kind != "" {
		f.lastAt = at.Time
		what := kind
		if why == assembly.RST && kind != "STATELESS_RESET" {
			what += " " + h3.ErrorName(code)
		}
		if f.close.Stream != "" {
			f.close.Stream += ", "
		}
		f.close.Stream += what + " by " + string(fromNames[sender(by)])
	}
	if f.ends++; f.ends == 2 {
		f.finish(at)
	}
}

// finish gives the finished record.
func (f *session) finish(at *assembly.Mark) {
	if f.over {
		return
	}
	f.over = true
	r := f.describe()
	if f.info == nil {
		f.lastAt = f.conn.Last.Time
	}
	r.End = record.Time(max(f.lastAt, int64(r.Start)))
	r.Duration = record.Seconds(r.End - r.Start)
	if f.info != nil {
		for i, d := range [2]*record.Direction{&r.ClientToServer, &r.ServerToClient} {
			*d = f.dirs[i].Direction
			d.Sizes = record.NewQuantiles(&f.dirs[i].sizes)
		}
		if r.Close = f.close; r.Close == nil && r.Handshake.Result != record.Rejected {
			r.Close = &record.Closing{How: "none", TCP: StillOpen}
		}
		r.WebTransport = &record.WebTransport{Draft: draft(f.info.Server.WebTransportID), Draining: f.draining, Client: f.dirs[0].record(), Server: f.dirs[1].record()}
	}
	f.table.emit(Item{Kind: ItemEnded, Flow: &f.ref, Body: r})
}

func (d *sessionSide) record() record.WebTransportSide {
	return record.WebTransportSide{
		Bidirectional: d.opened[0], Unidirectional: d.opened[1], Resets: d.resets, StreamBytes: d.streams, DatagramBytes: d.datagrams,
	}
}

// draft names the drafts of WebTransport over HTTP/3 that have a setting.
func draft(setting uint64) string {
	switch setting {
	case 0x2b603742:
		return "02"
	case 0x2b603743, 0xc671706a:
		return "07"
	case 0x14e9cd29:
		return "13"
	case 0x2c7cf000:
		return "15"
	}
	return ""
}
