package report

import (
	"encoding/json"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// FlowHead is the head of a table of flows, with the line's end.
func FlowHead() []byte {
	return []byte(strings.Join(flowCells, ",") + "\r\n")
}

// flowCells are the columns of a table of flows, in order: the contract's names, nested
// ones joined by dots.
var flowCells = func() (names []string) {
	r := row{names: &names}
	r.flow(&record.Flow{})
	return names
}()

// FlowRow appends a flow's row. Lists of texts are joined by "; "; headers, findings and
// other lists of objects are given as JSON. What a record does not have is empty.
func FlowRow(dst []byte, f *record.Flow) []byte {
	r := row{dst: dst}
	r.flow(f)
	return append(r.dst, '\r', '\n')
}

// row makes a row cell by cell, or lists the cells' names.
type row struct {
	dst    []byte
	names  *[]string
	prefix string
	absent bool // the object whose cells these are is not there
	begun  bool
}

// cell begins a cell; it says whether there is something to put in it.
func (r *row) cell(name string) bool {
	if r.names != nil {
		*r.names = append(*r.names, r.prefix+name)
		return false
	}
	if r.begun {
		r.dst = append(r.dst, ',')
	}
	r.begun = true
	return !r.absent
}

func (r *row) text(name, s string) {
	if r.cell(name) {
		r.dst = AppendCell(r.dst, s)
	}
}

func (r *row) int(name string, n int64) {
	if r.cell(name) {
		r.dst = strconv.AppendInt(r.dst, n, 10)
	}
}

func (r *row) bool(name string, b bool) {
	if r.cell(name) {
		r.dst = strconv.AppendBool(r.dst, b)
	}
}

func (r *row) float(name string, v float64) {
	if r.cell(name) {
		r.dst = strconv.AppendFloat(r.dst, v, 'g', -1, 64)
	}
}

func (r *row) time(name string, t record.Time) {
	if r.cell(name) {
		r.dst = t.Append(r.dst)
	}
}

func (r *row) seconds(name string, s *record.Seconds) {
	if r.cell(name) && s != nil {
		r.dst = s.Append(r.dst)
	}
}

func (r *row) list(name string, s []string) { r.text(name, strings.Join(s, "; ")) }

func (r *row) json(name string, n int, v any) {
	if !r.cell(name) || n == 0 {
		return
	}
	if b, err := json.Marshal(v); err == nil {
		r.dst = AppendCell(r.dst, escapeControls(b))
	}
}

// of makes the cells of a nested object.
func (r *row) of(name string, there bool, cells func()) {
	prefix, absent := r.prefix, r.absent
	r.prefix, r.absent = prefix+name+".", absent || !there
	cells()
	r.prefix, r.absent = prefix, absent
}

// or is p, or an empty value where it is nil: cells of what is absent name fields too.
func or[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

func (r *row) flow(f *record.Flow) {
	r.int("flow", f.Flow)
	r.of("client", true, func() { r.text("ip", f.Client.IP); r.int("port", int64(f.Client.Port)) })
	r.of("server", true, func() { r.text("ip", f.Server.IP); r.int("port", int64(f.Server.Port)) })
	r.time("start", f.Start)
	r.time("end", f.End)
	r.seconds("duration", &f.Duration)
	r.text("pickup", f.Pickup)
	r.text("file", f.File)
	r.int("packet", f.Packet)
	r.text("tunnel", f.Tunnel)
	r.text("real_client", f.RealIP)
	r.json("via", len(f.Via), f.Via)
	r.of("tls", f.TLS != nil, func() { r.tls(or(f.TLS)) })
	r.of("http", f.HTTP != nil, func() { r.http(or(f.HTTP)) })
	r.of("handshake", f.Handshake != nil, func() { r.handshake(or(f.Handshake)) })
	r.of("client_to_server", true, func() { r.direction(&f.ClientToServer) })
	r.of("server_to_client", true, func() { r.direction(&f.ServerToClient) })
	r.of("close", f.Close != nil, func() { r.closing(or(f.Close)) })
	r.of("pace", f.Pace != nil, func() {
		p := or(f.Pace)
		r.seconds("first_message", p.FirstMessage)
		r.seconds("longest_silence", &p.LongestSilence)
		r.seconds("step", &p.Step)
		r.json("client", len(p.Client), p.Client)
		r.json("server", len(p.Server), p.Server)
		r.int("delayed", p.Delayed)
	})
	r.int("reconnects", f.Reconnects)
	r.of("ping", f.Ping != nil, func() { r.ping(or(f.Ping)) })
	r.of("tcp", f.TCP != nil, func() {
		t := or(f.TCP)
		r.seconds("syn_ack", t.SYNACK)
		r.seconds("rtt", t.RTT)
		r.int("retransmitted", t.Retransmitted)
		r.int("out_of_order", t.OutOfOrder)
		r.int("duplicates", t.Duplicates)
		r.int("zero_windows", t.ZeroWindows)
		r.seconds("zero_window", &t.ZeroWindow)
		r.seconds("stall", &t.Stall)
		r.int("capture_loss", t.CaptureLoss)
		r.seconds("clock_set_back", t.ClockSetBack)
		r.int("resets_ignored", t.ResetsIgnored)
		r.int("subflows", int64(t.Subflows))
		r.bool("subflows_missing", t.SubflowsMissing)
		if r.names == nil && t.Unusual == nil {
			r.json("unusual", 0, nil)
		} else {
			r.json("unusual", 1, t.Unusual)
		}
	})
	r.int("same_as", f.SameAs)
	r.of("proxied", f.Proxied != nil, func() {
		p := or(f.Proxied)
		r.int("flow", p.Flow)
		r.text("role", p.Role)
		r.text("by", p.By)
		r.text("sure", p.Sure)
	})
	r.of("polling", f.Polling != nil, func() {
		p := or(f.Polling)
		r.time("start", p.Start)
		r.time("end", p.End)
		r.int("requests", p.Requests)
		r.int("failed", p.Failed)
		r.int("unanswered", p.Unanswered)
		r.int("unread", p.Unread)
		r.int("client", p.Client)
		r.int("server", p.Server)
		r.json("connections", len(p.Connections), p.Connections)
	})
	if f.App != nil {
		r.json("app", 1, f.App)
	} else {
		r.json("app", 0, nil)
	}
	r.json("findings", len(f.Findings), f.Findings)
}

func (r *row) tls(t *record.TLS) {
	r.text("version", t.Version)
	r.text("cipher", t.Cipher)
	r.text("sni", t.SNI)
	r.text("alpn", t.ALPN)
	r.list("alpn_offered", t.ALPNOffered)
	r.bool("decrypted", t.Decrypted)
	r.text("client_random", t.ClientRandom)
	r.text("why", t.Why)
	r.seconds("latency", t.Latency)
}

func (r *row) http(h *record.HTTP) {
	r.text("version", h.Version)
	r.text("method", h.Method)
	r.text("host", h.Host)
	r.text("path", h.Path)
	r.int("status", int64(h.Status))
	r.int("stream_id", int64(h.StreamID))
	r.text("origin", h.Origin)
	r.text("user_agent", h.UserAgent)
	r.json("request_headers", len(h.RequestHeaders), h.RequestHeaders)
	r.json("response_headers", len(h.ResponseHeaders), h.ResponseHeaders)
	r.text("location", h.Location)
	r.text("body", h.Body)
	r.text("auth", h.Auth)
	r.list("cookies", h.Cookies)
	if r.cell("connect_protocol") && h.ConnectProtocol != nil {
		r.dst = strconv.AppendBool(r.dst, *h.ConnectProtocol)
	}
}

func (r *row) handshake(h *record.Handshake) {
	r.text("result", h.Result)
	r.seconds("latency", h.Latency)
	if r.cell("accept_valid") && h.AcceptValid != nil {
		r.dst = strconv.AppendBool(r.dst, *h.AcceptValid)
	}
	r.list("subprotocols_offered", h.SubprotocolsOffered)
	r.text("subprotocol", h.Subprotocol)
	r.list("extensions_offered", h.ExtensionsOffered)
	r.list("extensions", h.Extensions)
}

func (r *row) direction(d *record.Direction) {
	r.int("frames", d.Frames)
	r.of("messages", true, func() {
		r.int("text", d.Messages.Text)
		r.int("binary", d.Messages.Binary)
		r.int("ping", d.Messages.Ping)
		r.int("pong", d.Messages.Pong)
		r.int("close", d.Messages.Close)
	})
	r.int("wire_bytes", d.WireBytes)
	r.int("payload_bytes", d.PayloadBytes)
	r.int("message_bytes", d.MessageBytes)
	r.int("lost_bytes", d.LostBytes)
	r.int("lost_sealed_bytes", d.LostSealed)
	r.int("lost_messages", d.LostMessages)
	r.of("compression", d.Compression != nil, func() {
		c := or(d.Compression)
		r.int("window_agreed", int64(c.WindowAgreed))
		r.int("window_used", int64(c.WindowUsed))
		r.bool("takeover", c.Takeover)
		r.int("messages", c.Messages)
		r.int("uncompressed", c.Uncompressed)
		r.int("grew", c.Grew)
		r.int("in", c.In)
		r.int("out", c.Out)
		r.float("ratio", c.Ratio)
		r.float("largest_factor", c.LargestFactor)
	})
	r.of("sizes", d.Sizes != nil, func() {
		q := or(d.Sizes)
		r.int("count", q.Count)
		r.float("min", q.Min)
		r.float("p50", q.P50)
		r.float("p90", q.P90)
		r.float("p99", q.P99)
		r.float("max", q.Max)
	})
}

func (r *row) closing(c *record.Closing) {
	r.text("by", c.By)
	r.text("how", c.How)
	r.code("code", c.Code)
	r.text("name", c.Name)
	r.text("reason", c.Reason)
	r.code("reply_code", c.ReplyCode)
	r.seconds("delay", c.Delay)
	r.text("tcp", c.TCP)
	r.text("stream", c.Stream)
	r.text("story", c.Story)
	r.int("data_after", c.DataAfter)
}

func (r *row) code(name string, n *int) {
	if r.cell(name) && n != nil {
		r.dst = strconv.AppendInt(r.dst, int64(*n), 10)
	}
}

func (r *row) ping(p *record.PingSum) {
	r.int("answered", p.Answered)
	r.int("unanswered", p.Unanswered)
	r.int("unsolicited", p.Unsolicited)
	r.seconds("rtt_min", p.RTTMin)
	r.seconds("rtt_p50", p.RTTP50)
	r.seconds("rtt_p99", p.RTTP99)
	r.seconds("rtt_max", p.RTTMax)
	for _, side := range []struct {
		name string
		s    *record.PingSide
	}{{"client", p.Client}, {"server", p.Server}} {
		r.of(side.name, side.s != nil, func() {
			s := or(side.s)
			r.int("sent", s.Sent)
			r.int("answered", s.Answered)
			r.seconds("rtt_min", s.RTTMin)
			r.seconds("rtt_p50", s.RTTP50)
			r.seconds("rtt_p99", s.RTTP99)
			r.seconds("rtt_max", s.RTTMax)
			r.seconds("interval", s.Interval)
			r.seconds("jitter", s.Jitter)
		})
	}
}
