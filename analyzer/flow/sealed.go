package flow

import (
	"fmt"

	"wscope/analyzer/record"
	"wscope/analyzer/sealed"
	"wscope/assembly"
)

// describe adds what can be said of the connection without its keys.
func (w *tlsConn) describe(r *record.Flow) {
	e := w.estimate.Estimate()
	s := &record.Sealed{Likely: e.Likely, Confidence: e.Confidence, Why: e.Why}
	if e.Heartbeat > 0 {
		s.Heartbeat = seconds(e.Heartbeat)
	}
	if e.Silence > 0 {
		s.Silence = seconds(e.Silence)
	}
	last := sealed.Client
	if e.Sides[sealed.Server].Last > e.Sides[sealed.Client].Last {
		last = sealed.Server
	}
	if d := &e.Sides[last]; d.Last != 0 {
		s.LastFrom, s.LastBytes = fromNames[last], d.LastBytes
	}
	if e.Trips > 0 {
		s.RTTMin, s.RTTMean, s.RTTMax = seconds(e.TripMin), seconds(e.TripMean), seconds(e.TripMax)
	}
	s.ClientToServer = w.direction(w.client, &e.Sides[sealed.Client])
	s.ServerToClient = w.direction(w.client.Other(), &e.Sides[sealed.Server])
	r.Sealed = s
	r.Close = w.closing(&e)
}

// direction is the record of one side; nil where the capture has nothing of it.
func (w *tlsConn) direction(side assembly.Side, e *sealed.Direction) *record.SealedDirection {
	st := w.conn.Stats(side)
	if st.Packets == 0 {
		return nil
	}
	d := &record.SealedDirection{WireBytes: st.Bytes, Records: e.Records, LostBytes: e.LostBytes}
	if e.Messages {
		d.AtLeast, d.About, d.Payload, d.PayloadError = &e.AtLeast, &e.About, &e.Payload, &e.PayloadError
	}
	return d
}

// closing says how the connection ended.
func (w *tlsConn) closing(e *sealed.Estimate) *record.Closing {
	r := &record.Closing{How: record.HowNone, TCP: StillOpen}
	first := w.firstEnd()
	for _, end := range w.ended {
		if first < 0 && end.seen && end.why == assembly.Idle {
			r.TCP = "silence"
		}
	}
	if first >= 0 {
		side, how := assembly.Side(first), record.HowFIN
		if w.ended[side].why == assembly.RST {
			how = record.HowRST
		}
		from := fromNames[side^w.client]
		r.By, r.How, r.TCP = from, how, string(how)+" by "+string(from)
		w.silences(r, side, e)
	}
	if k := &e.Closing; e.Likely == sealed.WebSocket && (k.Frames || k.Half) {
		r.By, r.How, r.Story = fromNames[k.By], record.HowHalf, ""
		if k.Frames {
			r.How = record.HowHandshake
		}
		at := record.Time(k.At)
		r.At, r.Packet, r.File, r.Silence, r.PeerSilence = &at, 0, "", nil, nil // they are of the end of TCP
	}
	return r
}

// silences says how long nobody had spoken when a side ended the connection, and how long its peer had not.
func (w *tlsConn) silences(r *record.Closing, side assembly.Side, e *sealed.Estimate) {
	end := w.ended[side].at
	at := record.Time(end.Time)
	r.At, r.Packet, r.File = &at, end.Number, w.table.env.Files(end.File)
	peer := e.Sides[sealed.Client].Last
	if side == w.client {
		peer = e.Sides[sealed.Server].Last
	}
	if last := max(e.Sides[sealed.Client].Last, e.Sides[sealed.Server].Last); last != 0 {
		r.Silence = seconds(max(end.Time-last, 0))
		if e.Likely == sealed.WebSocket {
			r.Story = fmt.Sprintf("%s ended the connection %s after the last record of data", r.By, span(int64(*r.Silence)))
		}
	}
	if peer != 0 {
		r.PeerSilence = seconds(max(end.Time-peer, 0))
	}
}

// firstEnd is the side that ended TCP first; -1 where none did.
func (w *tlsConn) firstEnd() int {
	if w.ended[0].why == assembly.FIN && w.ended[1].why == assembly.FIN && w.ended[0].seen && w.ended[1].seen {
		if s, known := w.conn.FirstFIN(); known {
			return int(s)
		}
	}
	first := -1
	for s := range w.ended {
		end := &w.ended[s]
		if !end.seen || end.why != assembly.FIN && end.why != assembly.RST ||
			end.why == assembly.RST && !w.conn.Stats(assembly.Side(s)).RST {
			continue
		}
		if first < 0 || earlier(&end.at, &w.ended[first].at) {
			first = s
		}
	}
	return first
}
