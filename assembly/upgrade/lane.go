package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/quic"
	"wscope/wsparse"
)

// A lane is a pair of byte streams on which something is spoken: a TCP connection, the
// inside of its TLS, or the inside of an HTTP/2 CONNECT. One stage at a time takes them.
type lane struct {
	stage  assembly.Handler
	whole  settled // the stage, from when the lane is one WebSocket
	root   *root
	secure any           // not nil inside TLS
	below  becoming      // who opens TLS for this lane alone; nil where nobody does, or not for it alone
	client assembly.Side // inside TLS: who sent the ClientHello
	via    []Hop         // never appended to in place: WebSockets share it
	realIP string
	stream uint64       // the HTTP/2 stream that a WebSocket joined midway is, else 0
	quic   *quic.Stream // HTTP/3: the stream that the lane is in; else nil
	ws     *WebSocket   // inner: the one that was found, to know what ends it
	own    bool         // it is the connection's own streams
	inner  bool         // one stream of several: to lose interest in it does not ignore the connection
}

// root is what all lanes of a connection share.
type root struct {
	conn  *assembly.Conn
	hooks *Hooks
	found bool // a WebSocket was
	told  bool // Hooks.Other was called
}

// New returns the Handler that looks for WebSockets in a connection.
func New(c *assembly.Conn, h *Hooks) assembly.Handler {
	l := &lane{root: &root{conn: c, hooks: h}, own: true}
	l.stage = newSniffer(l)
	return l
}

// Data implements assembly.Handler.
func (l *lane) Data(s assembly.Side, b []byte, at *assembly.Mark) { l.stage.Data(s, b, at) }

// Gap implements assembly.Handler.
func (l *lane) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	l.stage.Gap(s, n, why, at)
}

// End implements assembly.Handler.
func (l *lane) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	l.stage.End(s, why, at)
}

// become hands the lane to another stage, which gets everything that follows, and first
// what waited on tape (nil for nothing).
func (l *lane) become(next assembly.Handler, waited *tape) {
	l.stage = next
	if waited != nil {
		waited.play(l)
	}
}

// ignore gives the lane up: there can be no WebSocket in the rest of it. what names its
// protocol; empty where that is no news.
func (l *lane) ignore(what string) {
	l.stage = deaf{}
	l.tell(what)
	if !l.inner {
		l.root.conn.Ignored = true
	}
}

// tell says what the connection is, unless a WebSocket was found in it.
func (l *lane) tell(what string) {
	r := l.root
	if what == "" || r.found || r.told || l.inner {
		return
	}
	r.told = true
	if r.hooks.Other != nil {
		r.hooks.Other(r.conn, what)
	}
}

// webSocket makes the record of a WebSocket in this lane.
func (l *lane) webSocket(client assembly.Side, p Pickup) *WebSocket {
	ws := &WebSocket{Conn: l.root.conn, Stream: l.quic, Client: client, Pickup: p, Secure: l.secure, Via: l.via, RealIP: l.realIP}
	if l.stream != 0 {
		ws.HTTP, ws.StreamID, ws.OnStream = "2", l.stream, true
	}
	return ws
}

// find announces a WebSocket and returns who takes it; nil where nobody does.
func (l *lane) find(ws *WebSocket, at *assembly.Mark) Receiver {
	l.root.found = true
	if l.inner {
		l.ws = ws
	}
	if l.root.hooks.Found == nil {
		return nil
	}
	return l.root.hooks.Found(ws, at)
}

// through adds a hop to the lane's way. It is false, and the lane is given up, where there
// are too many for anything but mischief.
func (l *lane) through(h Hop) bool {
	if len(l.via) == maxHops {
		l.ignore("unknown")
		return false
	}
	l.via = append(l.via[:len(l.via):len(l.via)], h)
	return true
}

// sender is what is known of who sends on a side before anything else says it: inside TLS the
// client is known, and what looks like frames and is masked the wrong way is chance.
func (l *lane) sender(s assembly.Side) wsparse.Role {
	if l.secure == nil {
		return wsparse.FromUnknown
	}
	return role(s, l.client)
}

// role is what the side is in a conversation whose client is known.
func role(s, client assembly.Side) wsparse.Role {
	if s == client {
		return wsparse.FromClient
	}
	return wsparse.FromServer
}

// settled is the stage of a lane that is one WebSocket from here on.
type settled struct {
	recv   Receiver
	client assembly.Side
}

func (w *settled) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	w.recv.Data(role(s, w.client), b, at)
}

func (w *settled) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	w.recv.Gap(role(s, w.client), n, why, at)
}

func (w *settled) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	w.recv.End(role(s, w.client), why, 0, at)
}

// becoming is a Handler whose inner one can be replaced, as Conn.Become does.
type becoming interface{ Become(h assembly.Handler) }

// settled is the stage that gives all that follows to recv. It is a part of the lane, so
// that a packet's way to recv leads through one piece of memory.
func (l *lane) settled(recv Receiver, client assembly.Side) assembly.Handler {
	if w, ok := recv.(Whole); ok && (l.own || l.below != nil) {
		h := w.Whole()
		if l.own {
			l.root.conn.Become(h)
		} else {
			l.below.Become(h)
		}
		return h
	}
	l.whole = settled{recv: recv, client: client}
	return &l.whole
}

// settle makes the lane a WebSocket.
func (l *lane) settle(recv Receiver, client assembly.Side, waited *tape) {
	if recv == nil {
		l.ignore("")
		return
	}
	l.become(l.settled(recv, client), waited)
}

// deaf is the stage of a lane in which nobody takes an interest.
type deaf struct{}

func (deaf) Data(assembly.Side, []byte, *assembly.Mark)               {}
func (deaf) Gap(assembly.Side, int64, assembly.Cause, *assembly.Mark) {}
func (deaf) End(assembly.Side, assembly.Cause, *assembly.Mark)        {}
