package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
)

// http3 takes the streams of a QUIC connection that speaks HTTP/3 (RFC 9114). Request streams
// that are WebSockets (RFC 9220) or tunnels are the same streams that HTTP/2 has; those of
// WebTransport sessions (draft-ietf-webtrans-http3) are in webtransport.go.
type http3 struct {
	carrier
	conn      *quic.Conn
	settings  [2]h3.Settings
	tables    [2]h3.Decoder
	encoder   [2]bool         // a side's encoder stream was seen
	blocked   [2][]*h3Request // whose field sections wait for the table, by who sent them
	held      int             // bytes that wait on request streams for the table
	sessions  map[uint64]*session
	orphans   map[uint64][]*sessionStream // by session, where its request was not seen yet
	datagrams []waitingDatagram
	waits     int // bytes of orphans and datagrams
	sniffed   int // streams at present whose request was not seen, and that are searched for frames
}

// NewHTTP3 returns the Handler that looks for WebSockets and WebTransport sessions in a
// connection that speaks HTTP/3. secure is what WebSocket.Secure shall be.
func NewHTTP3(c *quic.Conn, h *Hooks, secure any) quic.Handler {
	// What finds a WebSocket inside a CONNECT tunnel asks a connection for its addresses.
	stand := &assembly.Conn{Key: c.Key, Start: c.Start, Last: c.Last, Initiator: true, SYNACK: -1, HandACK: -1}
	l := &layer{root: &root{conn: stand, hooks: h}, secure: secure, client: assembly.A, inner: true}
	l.stage = discard{l}
	return &http3{carrier: carrier{layer: l, version: "3"}, conn: c, sessions: map[uint64]*session{}}
}

// Open implements quic.Handler.
func (h *http3) Open(s *quic.Stream, at *assembly.Mark) quic.StreamHandler {
	if !s.Bidirectional() {
		return &uniStream{h: h, quic: s}
	}
	return &h3Request{h: h, quic: s}
}

// Closed implements quic.Handler.
func (h *http3) Closed(at *assembly.Mark) {
	r := h.layer.root
	if !r.found && r.hooks.Other != nil {
		r.told = true
		r.hooks.Other(nil, "h3")
	}
}

// enabled is what the server's SETTINGS say of extended CONNECT (RFC 9220 §3).
func (h *http3) enabled() Setting {
	s := &h.settings[assembly.B]
	switch {
	case !s.Known:
		return Unknown
	case s.ExtendedConnect:
		return On
	}
	return Off
}

// set takes the SETTINGS of a side.
func (h *http3) set(x assembly.Side, b []byte, at *assembly.Mark) {
	h.settings[x] = h3.ReadSettings(b)
	h.tables[x.Other()].MaxTable = h.settings[x].MaxTable
	h.unblock(x.Other(), false, at)
}

// unblock tries again the field sections of a side that wait for its table. final says that
// nothing more will be known.
func (h *http3) unblock(x assembly.Side, final bool, at *assembly.Mark) {
	if final {
		h.tables[x].Lose()
	}
	for progress := true; progress; {
		progress = false
		list := h.blocked[x]
		h.blocked[x] = nil
		for _, r := range list {
			if r.resume(x) {
				progress = true
			} else {
				h.blocked[x] = append(h.blocked[x], r)
			}
		}
	}
}

// uniStream is a unidirectional stream, whose first number says what it is (RFC 9114 §6.2).
type uniStream struct {
	h       *http3
	quic    *quic.Stream
	number  h3.Number
	kind    uint64
	known   bool
	lost    bool
	frame   h3.Frame
	payload []byte // of SETTINGS
	session *sessionStream
}

// maxSettings is the longest SETTINGS frame that is read.
const maxSettings = 16 << 10

// Data implements quic.StreamHandler.
func (u *uniStream) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	if u.lost {
		return
	}
	if !u.known {
		if u.kind, b, u.known = u.number.Take(b); !u.known {
			return
		}
		switch u.kind {
		case h3.StreamEncoder:
			u.h.encoder[x] = true
		case h3.StreamWebTransport:
			u.session = &sessionStream{h: u.h, quic: u.quic}
			u.session.at = *at
		}
	}
	switch u.kind {
	case h3.StreamControl:
		u.control(x, b, at)
	case h3.StreamEncoder:
		u.h.tables[x].Instructions(b)
		if len(u.h.blocked[x]) > 0 {
			u.h.unblock(x, u.h.tables[x].Broken(), at)
		}
	case h3.StreamWebTransport:
		u.session.Data(x, b, at)
	}
}

// control reads the control stream (RFC 9114 §6.2.1).
func (u *uniStream) control(x assembly.Side, b []byte, at *assembly.Mark) {
	f := &u.frame
	for len(b) > 0 {
		if !f.In {
			if b = f.Head(b); !f.In {
				return
			}
			if f.Kind == h3.FrameSettings && f.Left > maxSettings {
				u.lost = true
				return
			}
		}
		var piece []byte
		piece, b = f.Take(b)
		if f.Kind == h3.FrameSettings {
			u.payload = append(u.payload, piece...)
		}
		if f.Left == 0 {
			if f.Kind == h3.FrameSettings && !u.h.settings[x].Known {
				u.h.set(x, u.payload, at)
				u.payload = nil
			}
			f.Done()
		}
	}
}

// Gap implements quic.StreamHandler.
func (u *uniStream) Gap(x assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	switch {
	case u.known && u.kind == h3.StreamWebTransport:
		u.session.Gap(x, n, why, at)
		return
	case u.known && u.kind == h3.StreamEncoder, !u.known && !u.h.encoder[x]:
		u.h.tables[x].Lose()
		u.h.unblock(x, true, at)
	}
	u.lost = true
}

// End implements quic.StreamHandler.
func (u *uniStream) End(x assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	switch {
	case u.session != nil:
		u.session.End(x, why, code, at)
	case u.known && u.kind == h3.StreamEncoder:
		u.h.unblock(x, true, at)
	}
}

// Stop implements quic.StreamHandler.
func (u *uniStream) Stop(by assembly.Side, code uint64, at *assembly.Mark) {
	if u.session != nil {
		u.session.Stop(by, code, at)
	}
}
