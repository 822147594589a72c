package flow

import (
	"wscope/analyzer/record"
	"wscope/analyzer/sealed"
	"wscope/assembly"
	"wscope/assembly/tlsopen"
)

// tlsConn is what is kept of a TLS connection; it becomes a flow if it cannot be opened.
type tlsConn struct {
	handler  assembly.Handler // that opens it; nil where its handshake was not captured
	table    *Table
	conn     *assembly.Conn
	client   assembly.Side
	info     *tlsopen.Info
	flow     *flow
	estimate *sealed.Conn // nil once it is opened
	ended    [2]tlsEnd    // by side
	parked   bool
	at       *assembly.Mark     // of the bytes in hand, during a call of estimate.Data
	early    []record.TLSRecord // from before there was a flow; at most maxEarlyRecords
}

// maxEarlyRecords is how many records are kept until it is clear that a connection cannot be opened.
const maxEarlyRecords = 1024

type tlsEnd struct {
	seen bool
	why  assembly.Cause
	at   assembly.Mark
}

// encrypted begins the flow of a connection that cannot be opened.
func (w *tlsConn) encrypted(at *assembly.Mark) {
	if w.flow != nil {
		return
	}
	w.flow = newSealedFlow(w)
	w.flow.begin()
	for i := range w.early {
		w.table.emit(Item{Kind: ItemTLSRecord, Flow: &w.flow.ref, Body: &w.early[i]})
	}
	w.early = nil
}

// park parks a connection that still waits for secrets when both sides have ended, since they
// may come later in the capture.
func (w *tlsConn) park(side assembly.Side, why assembly.Cause, at *assembly.Mark) bool {
	if !w.parked {
		w.parked = w.table.parked.park(w, side, why, at)
		return w.parked
	}
	return false // its time is over
}

// finish ends the encrypted flow.
func (w *tlsConn) finish(at *assembly.Mark) {
	if w.flow != nil {
		w.flow.ending = *at
		w.flow.finish()
	}
}

// parking holds the ends of connections that wait for secrets, in the order in which
// they ended. What they hold back in bytes the store of secrets bounds.
type parking struct {
	list   []parkedEnd
	closed bool // the capture is over: no more secrets come
}

type parkedEnd struct {
	conn *tlsConn
	side assembly.Side
	why  assembly.Cause
	at   assembly.Mark
}

const (
	maxParked = 1024        // connections of a Table; the first one goes
	parkLive  = int64(10e9) // how long an end is parked in live use, in nanoseconds of capture time
)

// park keeps an end, and reports whether it did.
func (p *parking) park(w *tlsConn, side assembly.Side, why assembly.Cause, at *assembly.Mark) bool {
	if p.closed {
		return false
	}
	if len(p.list) == maxParked {
		p.first()
	}
	p.list = append(p.list, parkedEnd{w, side, why, *at})
	return true
}

// retry ends the connections that the latest secrets have opened.
func (p *parking) retry(at *assembly.Mark) {
	waits := p.list[:0]
	var opened []parkedEnd
	for _, e := range p.list {
		if h, ok := e.conn.handler.(interface{ Retry(*assembly.Mark) bool }); ok && h.Retry(at) {
			opened = append(opened, e)
		} else {
			waits = append(waits, e)
		}
	}
	p.list = waits
	for _, e := range opened {
		e.conn.handler.End(e.side, e.why, &e.at)
	}
}

// release lets go of the ends that came before a capture time.
func (p *parking) release(before int64) {
	for len(p.list) > 0 && p.list[0].at.Time < before {
		p.first()
	}
}

// close lets go of all.
func (p *parking) close() {
	p.closed = true
	for len(p.list) > 0 {
		p.first()
	}
}

func (p *parking) first() {
	e := p.list[0]
	p.list = p.list[1:]
	e.conn.handler.End(e.side, e.why, &e.at)
}
