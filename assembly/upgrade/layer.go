package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/quic"
	"wscope/wsparse"
)

// A layer is a pair of byte streams on which something is spoken: a TCP connection, the
// inside of its TLS, or the inside of an HTTP/2 CONNECT. One stage at a time takes them.
type layer struct {
	stage  assembly.Handler
	direct webSocketStage // the stage, from when the layer is one WebSocket
	root   *root
	secure any           // not nil inside TLS
	below  handlerSetter // who opens TLS for this layer alone; nil where nobody does, or not for it alone
	client assembly.Side // inside TLS: who sent the ClientHello
	via    []Hop         // never appended to in place: WebSockets share it
	realIP string
	midway string       // the version of HTTP, where the layer is a stream of HTTP/2 or HTTP/3 whose request was not seen
	stream uint64       // then: its number
	quic   *quic.Stream // HTTP/3: the stream that the layer is in; else nil
	ws     *WebSocket   // inner: the one that was found, to know what ends it
	own    bool         // it is the connection's own streams
	inner  bool         // one stream of several: to lose interest in it does not ignore the connection
}

// root is what all layers of a connection share.
type root struct {
	conn  *assembly.Conn
	hooks *Hooks
	found bool // a WebSocket was
	told  bool // Hooks.Other was called

	kept  int // bytes that wait; see Waiting
	ended [2]bool
	over  bool // both sides ended, or nothing is decided any more
}

// New returns the Handler that looks for WebSockets in a connection.
func New(c *assembly.Conn, h *Hooks) assembly.Handler {
	l := &layer{root: &root{conn: c, hooks: h}, own: true}
	l.stage = newSniffer(l)
	return l
}

// Data implements assembly.Handler.
func (l *layer) Data(s assembly.Side, b []byte, at *assembly.Mark) { l.stage.Data(s, b, at) }

// Gap implements assembly.Handler.
func (l *layer) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	l.stage.Gap(s, n, why, at)
}

// End implements assembly.Handler.
func (l *layer) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	l.stage.End(s, why, at)
	if !l.inner {
		l.root.end(s)
	}
}

// switchTo hands the layer to another stage, which gets everything that follows, and first
// what waited on replay buffer (nil for nothing).
func (l *layer) switchTo(next assembly.Handler, waited *replayBuffer) {
	l.stage = next
	if waited != nil {
		waited.replay(l)
	}
}

// ignore gives the layer up: there can be no WebSocket in the rest of it. what names its
// protocol; empty where that is no news.
func (l *layer) ignore(what string) {
	l.stage = discard{l}
	l.reportOther(what)
	if !l.inner {
		l.root.conn.Ignored = true
	}
}

// reportOther says what the connection is, unless a WebSocket was found in it.
func (l *layer) reportOther(what string) {
	r := l.root
	if what == "" || r.found || r.told || l.inner {
		return
	}
	r.told = true
	if r.hooks.Other != nil {
		r.hooks.Other(r.conn, what)
	}
}

// webSocket makes the record of a WebSocket in this layer.
func (l *layer) webSocket(client assembly.Side, p Pickup) *WebSocket {
	ws := &WebSocket{Conn: l.root.conn, Stream: l.quic, Client: client, Pickup: p, Secure: l.secure, Via: l.via, RealIP: l.realIP}
	if l.midway != "" {
		ws.HTTP, ws.StreamID, ws.OnStream = l.midway, l.stream, true
	}
	return ws
}

// find announces a WebSocket and returns its Receiver; nil where it has none.
func (l *layer) find(ws *WebSocket, at *assembly.Mark) Receiver {
	l.root.found = true
	if l.inner {
		l.ws = ws
	}
	if l.root.hooks.Found == nil {
		return nil
	}
	return l.root.hooks.Found(ws, at)
}

// through adds a hop to the layer's way. It is false, and the layer is given up, where there
// are too many for anything but mischief.
func (l *layer) through(h Hop) bool {
	if len(l.via) == maxHops {
		l.ignore("unknown")
		return false
	}
	l.via = append(l.via[:len(l.via):len(l.via)], h)
	return true
}

// sender is what is known of who sends on a side before anything else says it: inside TLS the
// client is known, and what looks like frames and is masked the wrong way is chance.
func (l *layer) sender(s assembly.Side) wsparse.Role {
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

// webSocketStage is the stage of a layer that is one WebSocket from here on.
type webSocketStage struct {
	recv   Receiver
	client assembly.Side
}

func (w *webSocketStage) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	w.recv.Data(role(s, w.client), b, at)
}

func (w *webSocketStage) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	w.recv.Gap(role(s, w.client), n, why, at)
}

func (w *webSocketStage) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	w.recv.End(role(s, w.client), why, 0, at)
}

// handlerSetter is a Handler whose inner one can be replaced, as Conn.SetHandler does.
type handlerSetter interface{ SetHandler(h assembly.Handler) }

// webSocketHandler is the stage that gives all that follows to recv. It is a part of the layer, so
// that a packet's way to recv leads through one piece of memory.
func (l *layer) webSocketHandler(recv Receiver, client assembly.Side) assembly.Handler {
	if w, ok := recv.(DirectReceiver); ok && (l.own || l.below != nil) {
		h := w.Handler()
		l.root.release() // the ends come by here no more
		if l.own {
			l.root.conn.SetHandler(h)
		} else {
			l.below.SetHandler(h)
		}
		return h
	}
	l.direct = webSocketStage{recv: recv, client: client}
	return &l.direct
}

// toWebSocket makes the layer a WebSocket.
func (l *layer) toWebSocket(recv Receiver, client assembly.Side, waited *replayBuffer) {
	if recv == nil {
		l.spendAll(waited, Unwanted)
		l.ignore("")
		return
	}
	l.switchTo(l.webSocketHandler(recv, client), waited)
}

// Spending says what bytes are for that no WebSocket has.
type Spending uint8

// The spendings.
const (
	Head     Spending = iota // heads and bodies of HTTP/1, and the headers of proxies
	Framing                  // of HTTP/2: frames and parts of frames that are no WebSocket's DATA
	Unread                   // in a place that is not known to begin anything
	Unwanted                 // of a conversation that nobody wants, or can hold no WebSocket
	Over                     // on a stream of HTTP/2 that has ended
)

// spend counts bytes of the layer that are no WebSocket's.
func (l *layer) spend(s assembly.Side, n int, why Spending) {
	if f := l.root.hooks.Spent; f != nil && n > 0 {
		f(l.root.conn, s, int64(n), why)
	}
}

// spendAll counts what waited and will not be played.
func (l *layer) spendAll(t *replayBuffer, why Spending) {
	if t != nil {
		l.spend(assembly.A, len(t.bytes[assembly.A]), why)
		l.spend(assembly.B, len(t.bytes[assembly.B]), why)
		t.uncount()
	}
}

// discard is the stage of a layer whose bytes are not wanted.
type discard struct{ layer *layer }

func (d discard) Data(s assembly.Side, b []byte, _ *assembly.Mark) {
	d.layer.spend(s, len(b), Unwanted)
}
func (discard) Gap(assembly.Side, int64, assembly.Cause, *assembly.Mark) {}
func (discard) End(assembly.Side, assembly.Cause, *assembly.Mark)        {}
