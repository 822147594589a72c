package upgrade

import (
	"strings"
	"wscope/assembly/engineio"

	"wscope/assembly"
	"wscope/assembly/quic"
	"wscope/wsparse"
)

// carrier is what the streams of one connection share, of HTTP/2 or HTTP/3.
type carrier struct {
	layer   *layer
	version string // "2", "3"
	waiting int    // bytes that wait on streams for their answers
}

// stream is a stream of HTTP/2 or HTTP/3 that is a WebSocket or may be, or has one inside.
type stream struct {
	on      *carrier
	id      uint64
	client  assembly.Side
	request *upgradeRequest // what its request asked for
	state   streamState
	layer   *layer            // of a tunnel, and of a stream whose request was not seen
	early   *replayBuffer     // what the client sent before the answer
	poll    *engineio.Request // pollStream: nil once it is over
	quic    *quic.Stream      // HTTP/3; else nil
	reset   *streamReset
	ended   [2]bool
}

type streamState uint8

const (
	plainStream   streamState = iota // of no interest
	pendingStream                    // waits for the answer
	openStream                       // a WebSocket
	refusedStream                    // was to be one
	layerStream                      // see stream.layer
	pollStream                       // a request of Engine.IO's polling
)

const (
	// maxEnds is how many ends of a stream are kept: two directions end, and in HTTP/3 each may be asked to.
	maxEnds = 4
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
	case isAnswer && st != nil && st.state == pendingStream && s != st.client && (whole || !k.granted()):
		st.answered(&k.section, h.enabled, at)
	case isAnswer && st != nil && st.poll != nil && s != st.client:
		st.pollAnswered(k.response("2"), k.packed())
	case !whole && st != nil && st.state == pendingStream && s != st.client:
		st.begin() // answered, but nobody knows how: the bytes will show
	case isAnswer && st == nil && h.midway && !k.mayBeWebSocket():
		st = &stream{on: &h.carrier, id: uint64(o.stream), client: h.client}
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

// opened takes a request. It returns nil for a stream that need not be kept.
func (h *http2) opened(s assembly.Side, o h2Open, method string, at *assembly.Mark) *stream {
	if len(h.streams) >= maxStreams {
		return nil
	}
	st := &stream{on: &h.carrier, id: uint64(o.stream), client: s}
	if !st.open(&h.blocks[s].section, method, &o.begin, h.enabled, at) && !h.midway {
		return nil
	}
	h.keep(st, at)
	return st
}

// open takes the request that opened the stream; it is false for one that is of no interest.
func (st *stream) open(k *section, method string, begin *assembly.Mark, enabled Setting, at *assembly.Mark) bool {
	l := st.on.layer
	protocol, extended := k.pseudo[":protocol"]
	r := k.request(st.on.version)
	switch {
	case method == "CONNECT" && extended && strings.EqualFold(protocol, "websocket"):
		ws := l.webSocket(st.client, ByHandshake)
		ws.HTTP, ws.StreamID, ws.OnStream = st.on.version, st.id, true
		ws.Handshake = wsparse.JudgeRequest(r)
		ws.Begin, ws.Asked = *begin, *at
		ws.Enabled = enabled
		ws.Stream = st.quic
		st.state = pendingStream
		st.request = &upgradeRequest{kind: "websocket", ws: ws, recv: l.find(ws, at)}
	case method == "CONNECT" && !extended:
		st.state = pendingStream
		st.request = &upgradeRequest{kind: "connect", target: r.Host}
	default:
		st.poll = engineio.New(l.root.conn, st.client, []byte(method), []byte(r.Target), k.packed(), at)
		if st.poll == nil {
			return false
		}
		st.state = pollStream
	}
	return true
}

// keep adds a stream. A side that has ended already has ended for it too.
func (h *http2) keep(st *stream, at *assembly.Mark) {
	if len(h.streams) >= maxStreams {
		return
	}
	h.streams[uint32(st.id)] = st
	for s := assembly.A; s <= assembly.B; s++ {
		if h.ended[s] {
			st.end(s, h.why[s], 0, at)
		}
	}
}

// answered takes the answer to a request that waits, RFC 8441 §5: a status of 2xx grants.
func (st *stream) answered(k *section, enabled Setting, at *assembly.Mark) {
	r := k.response(st.on.version)
	if r == nil || r.Status < 200 {
		return
	}
	if ws := st.request.ws; ws != nil {
		if ws.Enabled == Unknown {
			ws.Enabled = enabled
		}
		if st.request.early > 0 && k.granted() {
			ws.Handshake.EarlyData(st.request.early)
		}
		st.request.answer(r, at)
	}
	switch {
	case k.granted():
		st.begin()
	default:
		st.state = refusedStream
		st.request.line = st.request.ws != nil && !k.packed()
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
	if !h.midway || len(b) == 0 || h.layer.root.hooks.NoMidway || len(h.streams) >= maxStreams {
		return nil
	}
	st := &stream{on: &h.carrier, id: uint64(id), client: h.client}
	if h.sniffs() < maxSniffs {
		st.sniff()
	}
	h.keep(st, at)
	return st
}

// sniffs counts the streams on which it is not yet known what they are.
func (h *http2) sniffs() (n int) {
	for _, st := range h.streams {
		if st.layer != nil {
			if _, ok := st.layer.stage.(*sniffer); ok {
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
	if st.request.ws != nil {
		st.state = openStream
	} else {
		st.tunnel()
		st.layer.through(Hop{Kind: "h" + st.on.version + "-connect", Target: st.request.target})
	}
	if early != nil {
		early.replay(st)
	}
}

// tunnel makes the stream a layer of its own.
func (st *stream) tunnel() {
	l := st.on.layer
	st.state = layerStream
	st.layer = &layer{root: l.root, secure: l.secure, client: l.client, via: l.via, realIP: l.realIP, quic: st.quic, inner: true}
	st.layer.stage = newSniffer(st.layer)
}

// sniff makes the stream, whose request was not seen, a layer that is searched for frames.
func (st *stream) sniff() {
	st.tunnel()
	st.layer.midway, st.layer.stream = st.on.version, st.id
}

// letGo forgets what waits for an answer.
func (st *stream) letGo() {
	if st.early != nil {
		st.on.waiting -= st.early.size()
		st.early.uncount()
		st.early = nil
	}
}

// replayEnds tells the ends among what waited.
func (st *stream) replayEnds(t *replayBuffer) {
	if t == nil {
		return
	}
	st.on.layer.spendAll(t, Head)
	for i := range t.events {
		if e := &t.events[i]; e.kind == endEvent {
			st.End(e.side, e.why, &e.at)
		}
	}
}

// wait returns the replay buffer of what the client sends before the answer.
func (st *stream) wait(f func(*replayBuffer)) {
	if st.early == nil {
		st.early = st.on.layer.newReplayBuffer()
	}
	st.on.waiting -= st.early.size()
	f(st.early)
	st.on.waiting += st.early.size()
	if st.early.crowded(maxTape) || st.on.waiting > maxWaiting {
		st.begin()
	}
}

// Data takes DATA of the stream.
func (st *stream) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	switch st.state {
	case plainStream:
		st.on.layer.spend(s, len(b), Unwanted)
	case openStream:
		st.afterReset(s, len(b))
		if st.request.recv != nil {
			st.request.recv.Data(role(s, st.client), b, at)
		} else {
			st.on.layer.spend(s, len(b), Unwanted)
		}
	case layerStream:
		st.afterReset(s, len(b))
		st.layer.Data(s, b, at)
	case refusedStream:
		st.on.layer.spend(s, len(b), Head)
		if s != st.client {
			st.request.bodyLine(b)
		}
	case pendingStream:
		if s == st.client {
			if st.request.ws != nil && at.Index == st.request.ws.Asked.Index {
				st.request.early += int64(len(b)) // in the packet of the request: nothing of an answer was known
			}
			st.wait(func(t *replayBuffer) { t.Data(s, b, at) })
		} else {
			st.on.layer.spend(s, len(b), Head)
		}
	case pollStream:
		st.on.layer.spend(s, len(b), Head)
		if st.poll != nil {
			st.poll.Take(s == st.client, b)
		}
	}
}

// Gap says that bytes of the stream are missing.
func (st *stream) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	switch st.state {
	case openStream:
		if st.request.recv != nil {
			st.request.recv.Gap(role(s, st.client), n, why, at)
		}
	case layerStream:
		st.layer.Gap(s, n, why, at)
	case pendingStream:
		if s == st.client {
			st.wait(func(t *replayBuffer) { t.Gap(s, n, why, at) })
		}
	case pollStream:
		if st.poll != nil {
			st.poll.Lose(s == st.client)
		}
	}
}

// End tells an end that waited.
func (st *stream) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	st.tellEnd(s, why, 0, at)
}

// webSocket is the WebSocket that the stream is or carries; nil where it is none.
func (st *stream) webSocket() *WebSocket {
	switch {
	case st.layer != nil:
		return st.layer.ws
	case st.request != nil:
		return st.request.ws
	}
	return nil
}

// note keeps what ends the stream, for the WebSocket that it is or carries.
func (st *stream) note(kind string, s assembly.Side, code uint64) {
	if ws := st.webSocket(); ws != nil && len(ws.Ends) < maxEnds {
		ws.Ends = append(ws.Ends, StreamEnd{Kind: kind, From: role(s, ws.Client), Code: code})
	}
}

// end ends one direction of the stream, once.
func (st *stream) end(s assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	if st.ended[s] {
		return
	}
	st.ended[s] = true
	if st.state == pendingStream && s == st.client && why == assembly.FIN && code == 0 && !st.ended[s.Other()] {
		st.wait(func(t *replayBuffer) { t.End(s, why, at) }) // the answer may still come
		return
	}
	if st.state == pendingStream && st.early != nil {
		early := st.early
		st.letGo()
		if st.request.recv != nil && beginsFrames(early.bytes[st.client], true) {
			st.state = openStream // unanswered for good: what it sent is given nevertheless
			early.replay(st)
		} else {
			st.replayEnds(early)
		}
	}
	st.tellEnd(s, why, code, at)
}

func (st *stream) tellEnd(s assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	r := role(s, st.client)
	switch {
	case st.layer != nil:
		st.layer.endStream(s, why, code, at)
	case st.request != nil:
		st.request.end(r, why, code, at)
	case st.poll != nil && s != st.client:
		if why != assembly.FIN || st.poll.Status == 0 {
			at = nil
		}
		st.poll.End(st.on.layer.root.hooks.Polled, at)
		st.poll = nil
	}
}

// pollAnswered takes the head of the answer to a poll.
func (st *stream) pollAnswered(r *wsparse.Response, packed bool) {
	if r != nil && r.Status >= 200 {
		st.poll.Answered(r.Status, packed)
	}
}

// endStream is End with an error code of HTTP/2 or HTTP/3, which a WebSocket receives.
func (l *layer) endStream(s assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	if w, ok := l.stage.(*webSocketStage); ok && l.midway != "" {
		w.recv.End(role(s, w.client), why, code, at)
		return
	}
	l.End(s, why, at)
}
