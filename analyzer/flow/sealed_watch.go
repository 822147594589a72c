package flow

import (
	"wscope/analyzer/record"
	"wscope/analyzer/sealed"
	"wscope/assembly"
	"wscope/assembly/tlsopen"
)

// recordWatcher is a tlsConn as the one that watches its records; see tlsopen.Options.Watch.
type recordWatcher tlsConn

// Data implements assembly.Handler.
func (w *recordWatcher) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	w.at = at
	w.estimate.Data(w.side(s), b, at.Time, at.Index)
	if w.handler == nil && w.flow == nil && w.estimate.HasData() {
		(*tlsConn)(w).encrypted(at)
	}
	if w.flow != nil {
		w.flow.changed = true
	}
}

// Gap implements assembly.Handler.
func (w *recordWatcher) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if why == assembly.Early {
		return
	}
	w.at = at
	w.estimate.Gap(w.side(s), n, at.Time, at.Index)
}

// End implements assembly.Handler.
func (w *recordWatcher) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	w.ended[s] = tlsEnd{true, why, *at}
	how := sealed.Open
	switch why {
	case assembly.FIN:
		how = sealed.FIN
	case assembly.RST:
		how = sealed.RST
	}
	w.estimate.End(w.side(s), how, at.Time)
	if c := (*tlsConn)(w); w.handler == nil && w.ended[s.Other()].seen {
		c.finish(at)
	}
}

// Opened implements tlsopen.Watcher.
func (w *recordWatcher) Opened() { w.estimate, w.early = nil, nil }

// showRecords has each record told to whoever follows the connection.
func (w *tlsConn) showRecords() {
	if !w.table.opt.TLSRecords {
		return
	}
	w.estimate.Seen = func(s sealed.Side, n, slack int32) {
		r := record.TLSRecord{
			From: fromNames[s], Time: record.Time(w.at.Time), Packet: w.at.Number, File: w.table.env.Files(w.at.File),
			Bytes: int64(n), Error: int64(slack),
		}
		switch {
		case w.flow != nil:
			w.table.emit(Item{Kind: ItemTLSRecord, Flow: &w.flow.ref, Body: &r})
		case len(w.early) < maxEarlyRecords:
			w.early = append(w.early, r)
		}
	}
}

// side is a side of the connection by its part in TLS.
func (w *recordWatcher) side(s assembly.Side) sealed.Side {
	if s == w.client {
		return sealed.Client
	}
	return sealed.Server
}

// facts is what the handshake showed so far.
func (w *tlsConn) facts() sealed.Facts {
	i := w.info
	return sealed.Facts{
		Version: i.Version, Cipher: i.Cipher, ALPN: i.ALPN, Offered: i.ALPNOffered,
		EncryptThenMAC: i.EncryptThenMAC, NoTickets: i.NoTickets, Resumed: i.PreSharedKey,
	}
}

// midwayTLS watches a TLS connection whose handshake was not captured. Its flow begins with its
// first record of application data: what lies before that may be anything that looks like a record.
func (s *Table) midwayTLS(c *assembly.Conn, client assembly.Side) assembly.Handler {
	w := &tlsConn{table: s, conn: c, client: client, info: &tlsopen.Info{Why: "handshake not captured", WhyKind: tlsopen.HandshakeMissing}}
	w.estimate = sealed.New(w.facts, true)
	w.showRecords()
	for _, side := range [2]sealed.Side{sealed.Client, sealed.Server} {
		w.estimate.Search(side)
	}
	return (*recordWatcher)(w)
}
