package analyzer

import (
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/link"
	"wscope/assembly/quic"
	"wscope/assembly/upgrade"
)

// openUDP has the reader look for QUIC among UDP datagrams.
func (r *reader) openUDP() {
	r.router = quic.Router{Shards: partitions, Ports: map[uint16]bool{443: true}, Midway: func() bool { return r.keys.Version() > 0 || r.opt.waitKeys }}
	for _, p := range r.opt.QUICPorts {
		r.router.Ports[p] = true
	}
	r.link.WantUDP = func(s *link.Segment) (ok bool) {
		r.route, ok = r.router.Route(s)
		return ok
	}
}

// datagram shares out a QUIC datagram, segment n of the work.
func (r *reader) datagram(w *work, s *link.Segment, n int) {
	if r.route != quic.Everyone {
		part := &w.parts[r.route]
		*part = append(*part, uint32(n))
		return
	}
	for p := range w.parts {
		w.parts[p] = append(w.parts[p], uint32(n))
	}
}

// openQUIC makes the shard's QUIC assembler ready.
func (s *shard) openQUIC() {
	s.quic = quic.Assembler{Keys: s.keys, Wait: s.opt.waitKeys, New: s.quicConn}
	if s.opt.MaxMemory > 0 {
		s.quic.Limits.TotalBuffer = int(s.opt.MaxMemory / partitions)
	}
	s.hooks.Session = s.session
	sealed := map[*quic.Conn]*session{}
	s.quic.Sealed = func(c *quic.Conn, at *assembly.Mark) { sealed[c] = s.sealedQUIC(c, at) }
	s.quic.Over = func(c *quic.Conn, at *assembly.Mark) {
		if f := sealed[c]; f != nil {
			f.finish(at)
			delete(sealed, c)
		}
	}
}

// quicConn takes what an opened QUIC connection carries, where it is HTTP/3.
func (s *shard) quicConn(c *quic.Conn) quic.Handler {
	s.conns++
	if alpn := c.TLS.Info().ALPN; alpn != "" && alpn != "h3" && (len(alpn) < 3 || alpn[:3] != "h3-") {
		s.other["quic "+alpn]++
		return nil
	}
	return upgrade.NewHTTP3(c, &s.hooks, c.TLS.Info())
}

// quicRecord is QUIC's part in a flow; nil over TCP.
func (f *flow) quicRecord() *QUIC {
	if f.quic == nil {
		return nil
	}
	return quicRecord(f.quic.Conn)
}

func quicRecord(c *quic.Conn) *QUIC {
	r := &QUIC{
		Version: quic.VersionName(c.Version), Retry: c.Retried, EarlyData: c.Early, ECHOffered: c.TLS.ECH(),
		KeyUpdates: int64(c.KeyUpdates[0] + c.KeyUpdates[1]), Rebindings: int64(c.Rebinds), Migrations: int64(c.Migrations),
	}
	r.LostDatagrams = c.LostDatagrams()
	for _, v := range c.Offered {
		r.Offered = append(r.Offered, quic.VersionName(v))
	}
	if c.SYNACK >= 0 {
		r.Answer = seconds(c.SYNACK)
	}
	n := [2]quic.Counts{c.Counts(assembly.A), c.Counts(assembly.B)}
	if a, b := n[0].RTTMin, n[1].RTTMin; a >= 0 && b >= 0 && a+b > 0 {
		r.RTT = seconds(a + b) // wherever between the two it was captured
	}
	if rtt, ok := c.SpinRTT(); ok {
		r.SpinRTT = seconds(rtt)
	}
	r.ClientPackets, r.ServerPackets = n[0].Packets, n[1].Packets
	r.ClientBytes, r.ServerBytes = n[0].Wire, n[1].Wire
	for i := range n {
		r.Duplicates += n[i].Repeats
		r.Unopened += n[i].Unopened + n[i].NoKey
		r.CaptureLoss += n[i].Lost
	}
	if k := c.Closed; k.Seen {
		r.Close = &QUICClose{By: fromNames[k.By], How: "transport", Code: k.Code, Reason: k.Reason}
		switch {
		case k.Reset:
			r.Close.How = "stateless reset"
		case k.App:
			r.Close.How, r.Close.Name = "application", h3.ErrorName(k.Code)
		default:
			r.Close.Name = quic.ErrorName(k.Code)
		}
	}
	return r
}
