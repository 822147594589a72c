package upgrade

import (
	"encoding/binary"
	"strings"

	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
	"wscope/wsparse"
)

// Session is a WebTransport session over HTTP/3 that was asked for
// (draft-ietf-webtrans-http3).
type Session struct {
	Stream   *quic.Stream // of its CONNECT
	Request  *wsparse.Request
	Response *wsparse.Response // nil while unanswered
	Secure   any
	Client   h3.Settings // at the time of the request
	Server   h3.Settings

	Begin    assembly.Mark // first byte of HEADERS
	Asked    assembly.Mark // their last byte
	Answered assembly.Mark // last byte of the answer's; Time 0 while unanswered
}

// SessionReceiver takes what a WebTransport session carries. Rules for slices and marks are
// those of assembly.Handler.
type SessionReceiver interface {
	// Answered is called once, when the answer's head is complete.
	Answered(at *assembly.Mark)
	// Opened says that a side opened a stream.
	Opened(s *quic.Stream, by wsparse.Role, at *assembly.Mark)
	// Data, Gap and End are of one direction of a stream. code is what RESET_STREAM carried.
	Data(s *quic.Stream, from wsparse.Role, b []byte, at *assembly.Mark)
	Gap(s *quic.Stream, from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark)
	End(s *quic.Stream, from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark)
	// Datagram is one datagram of the session.
	Datagram(from wsparse.Role, b []byte, at *assembly.Mark)
	// Closing is a CLOSE_WEBTRANSPORT_SESSION capsule, Draining a DRAIN_WEBTRANSPORT_SESSION.
	Closing(by wsparse.Role, code uint32, reason string, at *assembly.Mark)
	Draining(by wsparse.Role, at *assembly.Mark)
	// Over is called once a direction of the session's own stream. kind is as in StreamEnd, empty where
	// the capture's end ended it, and for the second direction that the connection's close ended; by is who did it.
	Over(by wsparse.Role, kind string, why assembly.Cause, code uint64, at *assembly.Mark)
}

// isWebTransport reports whether :protocol asks for WebTransport; the latter is newer.
func isWebTransport(protocol string) bool {
	return strings.EqualFold(protocol, "webtransport") || strings.EqualFold(protocol, "webtransport-h3")
}

// session is a session while it lives.
type session struct {
	h       *http3
	info    *Session
	recv    SessionReceiver // nil where nobody takes it
	capsule [2]h3.Frame
	body    [2][]byte // of a capsule that is read
	lost    [2]bool   // where the next capsule begins is not known
	ended   [2]bool
	closed  bool // the connection's close was noted
}

// Capsule types (RFC 9297 §3.5, draft-ietf-webtrans-http3 §4.6 and §6).
const (
	capsuleDatagram = 0x00
	capsuleClose    = 0x2843
	capsuleDrain    = 0x78ae
)

const (
	// maxCapsule is the longest capsule that is read: a close's message has 1024 bytes at most.
	maxCapsule = 4 << 10
	// maxSessions bounds the sessions of a connection, maxOrphans the streams whose session is not known yet.
	maxSessions = 1 << 12
	maxOrphans  = 1 << 10
)

// newSession takes the request for a session.
func (h *http3) newSession(s *quic.Stream, k *section, begin, at *assembly.Mark) *session {
	if len(h.sessions) >= maxSessions {
		return nil
	}
	x := &session{h: h, info: &Session{Stream: s, Request: k.request("3"), Secure: h.layer.secure,
		Client: h.settings[assembly.A], Server: h.settings[assembly.B], Begin: *begin, Asked: *at}}
	h.layer.root.found = true
	h.sessions[s.ID] = x
	if hooks := h.layer.root.hooks; hooks.Session != nil {
		x.recv = hooks.Session(x.info, at)
	}
	waiting := h.orphans[s.ID]
	delete(h.orphans, s.ID)
	for _, o := range waiting {
		o.adopt(x)
	}
	rest := h.datagrams[:0]
	for _, d := range h.datagrams {
		if d.session != s.ID {
			rest = append(rest, d)
			continue
		}
		h.waits -= len(d.b)
		if x.recv != nil {
			x.recv.Datagram(role(d.from, assembly.A), d.b, &d.at)
		}
	}
	h.datagrams = rest
	return x
}

// answered takes the answer's head.
func (x *session) answered(k *section, whole bool, at *assembly.Mark) {
	r := k.response("3")
	if r == nil || r.Status < 200 || x.info.Response != nil {
		return
	}
	x.info.Response, x.info.Answered = r, *at
	if !x.info.Server.Known {
		x.info.Server = x.h.settings[assembly.B]
	}
	if x.recv != nil {
		x.recv.Answered(at)
	}
}

// capsules takes the data stream of the CONNECT (RFC 9297 §3).
func (x *session) capsules(s assembly.Side, b []byte, at *assembly.Mark) {
	f := &x.capsule[s]
	for len(b) > 0 && !x.lost[s] {
		if !f.In {
			if b = f.CapsuleHead(b); !f.In {
				return
			}
		}
		var piece []byte
		piece, b = f.Take(b)
		if f.Length <= maxCapsule || f.Kind == capsuleDatagram && f.Length <= 1<<16 {
			x.body[s] = append(x.body[s], piece...)
		}
		if f.Left == 0 {
			x.whole(s, f, at)
			f.Done()
			x.body[s] = x.body[s][:0]
		}
	}
}

func (x *session) whole(s assembly.Side, f *h3.Frame, at *assembly.Mark) {
	if x.recv == nil || uint64(len(x.body[s])) != f.Length {
		return
	}
	from, b := role(s, assembly.A), x.body[s]
	switch f.Kind {
	case capsuleDatagram:
		x.recv.Datagram(from, b, at)
	case capsuleDrain:
		x.recv.Draining(from, at)
	case capsuleClose:
		if len(b) >= 4 {
			x.recv.Closing(from, binary.BigEndian.Uint32(b), string(b[4:]), at)
		}
	}
}

// end takes the end of one direction of the session's stream.
func (x *session) end(s assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	if x.ended[s] {
		return
	}
	x.ended[s] = true
	if f := &x.capsule[s]; f.In && f.Left == 0 && !x.lost[s] {
		x.whole(s, f, at) // a capsule without content
		f.Done()
	}
	if x.recv != nil {
		kind, by := endKind(x.info.Stream, s, why)
		if x.closed {
			kind = ""
		}
		x.closed = x.info.Stream.Conn.Closed.Seen
		x.recv.Over(role(by, assembly.A), kind, why, code, at)
	}
}

// Datagram implements quic.Handler: its session's number, a quarter of the stream's, stands in
// front (RFC 9297 §2.1).
func (h *http3) Datagram(x assembly.Side, b []byte, at *assembly.Mark) {
	id, n := quic.Varint(b)
	if n == 0 || id > 1<<60 {
		return
	}
	s := h.sessions[id*4]
	switch {
	case s == nil && len(h.datagrams) < maxDatagrams && h.waits+len(b)-n <= maxWaiting:
		h.datagrams = append(h.datagrams, waitingDatagram{id * 4, x, append([]byte(nil), b[n:]...), *at})
		h.waits += len(b) - n
	case s != nil && s.recv != nil:
		s.recv.Datagram(role(x, assembly.A), b[n:], at)
	}
}

// waitingDatagram is a datagram whose session was not asked for yet: the capture may have disordered the two.
type waitingDatagram struct {
	session uint64
	from    assembly.Side
	b       []byte
	at      assembly.Mark
}

// maxDatagrams bounds the datagrams of a connection that wait for their sessions.
const maxDatagrams = 64

// toSession makes a bidirectional stream one of a session: its first frame says so.
func (r *h3Request) toSession(x assembly.Side, b []byte, at *assembly.Mark) {
	if r.sides[x].headers > 0 || r.stream != nil || r.wt != nil || x != r.quic.Initiator() {
		r.sides[x].lost = true
		return
	}
	r.session = &sessionStream{h: r.h, quic: r.quic, at: r.sides[x].begin}
	r.session.Data(x, b, at)
	r.release()
}
