package flow

import (
	"net/netip"

	"wscope/analyzer/record"
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
	"wscope/assembly/upgrade"
)

// QUIC takes a QUIC connection that was opened, as a quic.Assembler's New: it is read where it carries HTTP/3.
func (t *Table) QUIC(c *quic.Conn) quic.Handler {
	t.QUICs++
	if alpn := c.TLS.Info().ALPN; alpn != "" && alpn != "h3" && (len(alpn) < 3 || alpn[:3] != "h3-") {
		t.Other["quic "+alpn]++
		return nil
	}
	return upgrade.NewHTTP3(c, &t.hooks, c.TLS.Info())
}

// SealedQUIC begins the flow of a QUIC connection that could not be opened, as a quic.Assembler's Sealed.
func (t *Table) SealedQUIC(c *quic.Conn, at *assembly.Mark) { t.sealed[c] = t.sealedQUIC(c, at) }

// QUICOver ends it, as a quic.Assembler's Over.
func (t *Table) QUICOver(c *quic.Conn, at *assembly.Mark) {
	if f := t.sealed[c]; f != nil {
		f.finish(at)
		delete(t.sealed, c)
	}
}

// quicRecord is QUIC's part in a flow; nil over TCP.
func (f *flow) quicRecord() *record.QUIC {
	if f.quic == nil {
		return nil
	}
	return quicRecord(f.quic.Conn)
}

func quicRecord(c *quic.Conn) *record.QUIC {
	r := &record.QUIC{
		Version: quic.VersionName(c.Version), Retry: c.Retried, EarlyData: c.Early, ECHOffered: c.TLS.ECH(),
		KeyUpdates: int64(c.KeyUpdates[0] + c.KeyUpdates[1]), Rebindings: int64(c.Rebinds), Migrations: int64(c.Migrations),
	}
	r.LostDatagrams = c.LostDatagrams()
	for _, k := range c.Moved() {
		r.Moved = append(r.Moved, netip.AddrPortFrom(netip.AddrFrom16(k.Src).Unmap(), k.SrcPort).String())
	}
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
		r.Close = &record.QUICClose{By: fromNames[k.By], How: "transport", Code: k.Code, Reason: k.Reason}
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
