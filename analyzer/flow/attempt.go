package flow

import (
	"wscope/analyzer/record"
	"wscope/assembly"
)

// Attempt is a TCP connection of which not one byte was carried: whether a WebSocket was to be is not known.
type Attempt struct {
	Client, Server record.Endpoint
	Start, End     record.Time
	Packet         int64 // of its end
	File           string
	How            record.How  // refused (RST to the SYN), unanswered (SYNs alone), fin or rst by By, none
	By             record.Peer // client, server
}

// Unused takes a connection that ended without a byte, as an assembly.Assembler's Unused. What began before the capture did
// is none, and neither is what was let go before its answer could come.
func (t *Table) Unused(c *assembly.Conn, why assembly.Cause) {
	if !c.Initiator || why == assembly.Limit {
		return
	}
	a, b := c.Stats(assembly.A), c.Stats(assembly.B)
	r := &Attempt{Client: endpoint(c.Key.Src, c.Key.SrcPort), Server: endpoint(c.Key.Dst, c.Key.DstPort), Start: record.Time(c.Start.Time), End: record.Time(c.Last.Time),
		Packet: c.Last.Number, File: t.env.Files(c.Last.File)}
	switch {
	case a.SYN && b.RST && !b.SYN:
		r.How, r.By = "refused", "server"
	case a.SYN && b.Packets == 0 && !a.RST:
		if a.Packets < 2 {
			return // its answer may be missing
		}
		r.How = "unanswered"
	case !b.SYN:
		return
	default:
		r.How = record.HowNone
		var at *assembly.Mark
		for i, s := range [2]*assembly.SideStats{&a, &b} {
			for _, e := range [2]struct {
				on  bool
				at  *assembly.Mark
				how record.How
			}{{s.FIN, &s.FINAt, record.HowFIN}, {s.RST, &s.RSTAt, record.HowRST}} {
				if e.on && (at == nil || e.at.Index < at.Index) {
					at, r.How, r.By = e.at, e.how, fromNames[i]
				}
			}
		}
		if at != nil {
			r.End, r.Packet, r.File = record.Time(at.Time), at.Number, t.env.Files(at.File)
		}
	}
	t.emit(Item{Kind: ItemAttempt, Body: r})
}
