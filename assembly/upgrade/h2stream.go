package upgrade

import (
	"strings"

	"wscope/assembly"
	"wscope/wsparse"
)

// stream is an HTTP/2 stream that is a WebSocket or may be, or has one inside.
type stream struct {
	h      *http2
	id     uint32
	client assembly.Side
	up     *asked // what its request asked for
	state  streamState
	lane   *lane // of a tunnel, and of a stream whose request was not seen
	early  *tape // what the client sent before the answer
	poll   *poll // pollStream: nil once it is over
	ended  [2]bool
}

type streamState uint8

const (
	plainStream   streamState = iota // of no interest
	askedStream                      // waits for the answer
	openStream                       // a WebSocket
	refusedStream                    // was to be one
	laneStream                       // see stream.lane
	pollStream                       // a request of Engine.IO's polling
)

const (
	// maxWaiting is how many bytes wait on all streams of a connection for answers.
	maxWaiting = 1 << 20
	// maxSniffs is on how many streams at once it is found out what they are.
	maxSniffs = 64
)

// headers takes a decoded header block; whole is false where some of it is not known.
func (h *http2) headers(s assembly.Side, o h2Open, whole bool, at *assembly.Mark) {
	k := &h.blocks[s]
	method, isRequest := k.pseudo[":method"]
	_, isAnswer := k.pseudo[":status"]
	if !h.sure && isRequest != isAnswer {
		h.sure, h.client = true, s
		if isAnswer {
			h.client = s.Other()
		}
	}
	st := h.streams[o.stream]
	switch {
	case isRequest && !whole:
		// What it asks for is known in part: the bytes will show.
	case isRequest && st == nil:
		st = h.opened(s, o, method, at)
	case isAnswer && st != nil && st.state == askedStream && s != st.client && (whole || !k.granted()):
		h.answered(st, at)
	case isAnswer && st != nil && st.poll != nil && s != st.client:
		st.pollAnswered(k.response(), k.packed())
	case !whole && st != nil && st.state == askedStream && s != st.client:
		st.begin() // answered, but nobody knows how: the bytes will show
	case isAnswer && st == nil && h.midway && !k.mayBeWebSocket():
		st = &stream{h: h, id: o.stream, client: h.client}
		h.keep(st, at)
	}
	if s == h.client && o.stream > h.top {
		h.top = o.stream
	}
	if o.endStream && st != nil {
		h.endStream(st, s, at)
	}
	if s == h.client {
		h.release()
	}
}

// mayBeWebSocket says whether an answer whose request is not known can have opened a
// WebSocket: those have no content of a type or length.
func (k *h2Block) mayBeWebSocket() bool {
	if k.pseudo[":status"] != "200" {
		return false
	}
	for _, f := range k.fields {
		if f.Name == "content-type" || f.Name == "content-length" {
			return false
		}
	}
	return true
}

// opened takes a request. It returns nil for a stream that need not be kept.
func (h *http2) opened(s assembly.Side, o h2Open, method string, at *assembly.Mark) *stream {
	if len(h.streams) >= maxStreams {
		return nil
	}
	k := &h.blocks[s]
	st := &stream{h: h, id: o.stream, client: s}
	protocol, extended := k.pseudo[":protocol"]
	r := k.request()
	switch {
	case method == "CONNECT" && extended && strings.EqualFold(protocol, "websocket"):
		ws := h.lane.webSocket(s, ByHandshake)
		ws.HTTP, ws.StreamID = "2", o.stream
		ws.Handshake = wsparse.JudgeRequest(r)
		ws.Begin, ws.Asked = o.begin, *at
		ws.Enabled = h.enabled
		st.state = askedStream
		st.up = &asked{kind: "websocket", ws: ws, recv: h.lane.find(ws, at)}
	case method == "CONNECT" && !extended:
		st.state = askedStream
		st.up = &asked{kind: "connect", target: r.Host}
	default:
		st.poll = newPoll(h.lane.root.conn, s, []byte(method), []byte(r.Target), k.packed(), at)
		if st.poll != nil {
			st.state = pollStream
		} else if !h.midway {
			return nil
		}
	}
	h.keep(st, at)
	return st
}

// keep adds a stream. A side that has ended already has ended for it too.
func (h *http2) keep(st *stream, at *assembly.Mark) {
	if len(h.streams) >= maxStreams {
		return
	}
	h.streams[st.id] = st
	for s := assembly.A; s <= assembly.B; s++ {
		if h.ended[s] {
			st.end(s, h.why[s], 0, at)
		}
	}
}

// answered takes the answer to a request that waits, RFC 8441 §5: a status of 2xx grants.
func (h *http2) answered(st *stream, at *assembly.Mark) {
	k := &h.blocks[st.client.Other()]
	r := k.response()
	if r == nil || r.Status < 200 {
		return
	}
	if ws := st.up.ws; ws != nil {
		if ws.Enabled == Unknown {
			ws.Enabled = h.enabled
		}
		if st.up.early > 0 && k.granted() {
			ws.Handshake.EarlyData(st.up.early)
		}
		st.up.answer(r, at)
	}
	switch {
	case k.granted():
		st.begin()
	default:
		st.state = refusedStream
		st.up.line = st.up.ws != nil && !k.packed()
		early := st.early
		st.letGo()
		st.replayEnds(early)
	}
}

// stream is the stream that DATA belongs to; nil where it is of no interest.
func (h *http2) stream(s assembly.Side, id uint32, b []byte, at *assembly.Mark) *stream {
	if st := h.streams[id]; st != nil {
		return st
	}
	if !h.midway || len(b) == 0 || h.lane.root.hooks.NoMidway || len(h.streams) >= maxStreams {
		return nil
	}
	st := &stream{h: h, id: id, client: h.client}
	if h.sniffs() < maxSniffs {
		st.tunnel()
		st.lane.stream = id
	}
	h.keep(st, at)
	return st
}

// sniffs counts the streams on which it is not yet known what they are.
func (h *http2) sniffs() (n int) {
	for _, st := range h.streams {
		if st.lane != nil {
			if _, ok := st.lane.stage.(*sniffer); ok {
				n++
			}
		}
	}
	return n
}

// begin opens the stream after its answer.
func (st *stream) begin() {
	early := st.early
	st.letGo()
	if st.up.ws != nil {
		st.state = openStream
	} else {
		st.tunnel()
		st.lane.through(Hop{Kind: "h2-connect", Target: st.up.target})
	}
	if early != nil {
		early.play(st)
	}
}

// tunnel makes the stream a lane of its own.
func (st *stream) tunnel() {
	l := st.h.lane
	st.state = laneStream
	st.lane = &lane{root: l.root, secure: l.secure, client: l.client, via: l.via, realIP: l.realIP, inner: true}
	st.lane.stage = newSniffer(st.lane)
}

// letGo forgets what waits for an answer.
func (st *stream) letGo() {
	if st.early != nil {
		st.h.waiting -= st.early.size()
		st.early = nil
	}
}

// replayEnds tells the ends among what waited.
func (st *stream) replayEnds(t *tape) {
	if t == nil {
		return
	}
	for i := range t.events {
		if e := &t.events[i]; e.kind == endEvent {
			st.End(e.side, e.why, &e.at)
		}
	}
}

// wait returns the tape of what the client sends before the answer.
func (st *stream) wait(f func(*tape)) {
	if st.early == nil {
		st.early = new(tape)
	}
	st.h.waiting -= st.early.size()
	f(st.early)
	st.h.waiting += st.early.size()
	if st.early.size() > maxTape || st.h.waiting > maxWaiting {
		st.begin()
	}
}

// Data takes DATA of the stream.
func (st *stream) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	switch st.state {
	case openStream:
		if st.up.recv != nil {
			st.up.recv.Data(role(s, st.client), b, at)
		}
	case laneStream:
		st.lane.Data(s, b, at)
	case refusedStream:
		if s != st.client {
			st.up.bodyLine(b)
		}
	case askedStream:
		if s == st.client {
			if st.up.ws != nil && at.Index == st.up.ws.Asked.Index {
				st.up.early += int64(len(b)) // in the packet of the request: nothing of an answer was known
			}
			st.wait(func(t *tape) { t.Data(s, b, at) })
		}
	case pollStream:
		if st.poll != nil {
			st.poll.take(s == st.client, b)
		}
	}
}

// Gap says that bytes of the stream are missing.
func (st *stream) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	switch st.state {
	case openStream:
		if st.up.recv != nil {
			st.up.recv.Gap(role(s, st.client), n, why, at)
		}
	case laneStream:
		st.lane.Gap(s, n, why, at)
	case askedStream:
		if s == st.client {
			st.wait(func(t *tape) { t.Gap(s, n, why, at) })
		}
	case pollStream:
		if st.poll != nil {
			st.poll.lose(s == st.client)
		}
	}
}

// End tells an end that waited.
func (st *stream) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	st.tellEnd(s, why, 0, at)
}

// note keeps what ends the stream, for the WebSocket that it is or carries.
func (st *stream) note(kind string, s assembly.Side, code uint32) {
	var ws *WebSocket
	switch {
	case st.lane != nil:
		ws = st.lane.ws
	case st.up != nil:
		ws = st.up.ws
	}
	if ws != nil && len(ws.Ends) < 2 { // more can not be: two directions end
		ws.Ends = append(ws.Ends, StreamEnd{Kind: kind, From: role(s, ws.Client), Code: code})
	}
}

// end ends one direction of the stream, once.
func (st *stream) end(s assembly.Side, why assembly.Cause, code uint32, at *assembly.Mark) {
	if st.ended[s] {
		return
	}
	st.ended[s] = true
	if st.state == askedStream && s == st.client && why == assembly.FIN && code == 0 && !st.ended[s.Other()] {
		st.wait(func(t *tape) { t.End(s, why, at) }) // the answer may still come
		return
	}
	if st.state == askedStream && st.early != nil {
		early := st.early
		st.letGo()
		if st.up.recv != nil && beginsFrames(early.bytes[st.client], true) {
			st.state = openStream // unanswered for good: what it sent is given nevertheless
			early.play(st)
		} else {
			st.replayEnds(early)
		}
	}
	st.tellEnd(s, why, code, at)
}

func (st *stream) tellEnd(s assembly.Side, why assembly.Cause, code uint32, at *assembly.Mark) {
	r := role(s, st.client)
	switch {
	case st.lane != nil:
		st.lane.endStream(s, why, code, at)
	case st.up != nil:
		st.up.end(r, why, code, at)
	case st.poll != nil && s != st.client:
		if why != assembly.FIN || st.poll.Status == 0 {
			at = nil
		}
		st.poll.end(st.h.lane.root.hooks, at)
		st.poll = nil
	}
}

// pollAnswered takes the head of the answer to a poll.
func (st *stream) pollAnswered(r *wsparse.Response, packed bool) {
	if r != nil && r.Status >= 200 {
		st.poll.answered(r.Status, packed)
	}
}

// endStream is End with HTTP/2's error code, which a WebSocket is told.
func (l *lane) endStream(s assembly.Side, why assembly.Cause, code uint32, at *assembly.Mark) {
	if w, ok := l.stage.(*settled); ok && l.stream != 0 {
		w.recv.End(role(s, w.client), why, code, at)
		return
	}
	l.End(s, why, at)
}
