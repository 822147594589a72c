package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/h3"
	"wscope/assembly/quic"
)

// h3Request is a bidirectional stream of HTTP/3: a request and its answer, or a stream of a
// WebTransport session.
type h3Request struct {
	h         *http3
	quic      *quic.Stream
	sides     [2]requestSide
	stream    *stream        // what its frames carry, where that is of interest
	wt        *session       // the WebTransport session that it carries
	session   *sessionStream // the stream of one that it is
	closed    bool           // the connection's close was noted
	joined    bool           // it is searched for frames, or was
	answer    *replayBuffer  // what the other side sent while the stream's first frame was not known
	noRequest bool           // that frame will not be seen any more
	plain     bool           // it is no WebSocket, by what is known of the request and the answer
}

// requestSide is the frames that one side sends.
type requestSide struct {
	frame   h3.Frame
	begin   assembly.Mark // of the frame at hand
	block   []byte        // of a HEADERS frame, and of one that waits for the table
	over    bool          // the block is beyond the limit
	blocked *replayBuffer // what came behind a field section that waits; nil where none does
	headers int           // field sections seen
	lost    bool          // where the next frame begins is not known
	since   *replayBuffer // lost: what came since, in which it is searched
	ended   bool
}

// Data implements quic.StreamHandler.
func (r *h3Request) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	if r.session != nil {
		r.session.Data(x, b, at)
		return
	}
	if r.precedes(x) {
		r.wait(func(t *replayBuffer) { t.Data(x, b, at) })
		return
	}
	d := &r.sides[x]
	if d.blocked != nil {
		r.hold(x, func(t *replayBuffer) { t.Data(x, b, at) })
		return
	}
	if d.lost {
		r.search(x, b, at)
		return
	}
	f := &d.frame
	for len(b) > 0 && !d.lost {
		if !f.In {
			if f.AtBoundary() {
				d.begin = *at
			}
			if b = f.Head(b); !f.In {
				return
			}
			if f.Kind == h3.FrameWebTransport {
				r.toSession(x, b, at)
				return
			}
			if f.Left > 0 {
				continue
			}
		}
		var piece []byte
		piece, b = f.Take(b)
		r.payload(x, piece, at)
		if d.blocked != nil {
			if len(b) > 0 {
				r.hold(x, func(t *replayBuffer) { t.Data(x, b, at) })
			}
			return
		}
	}
}

// payload takes a piece of what a frame carries, and the frame's end.
func (r *h3Request) payload(x assembly.Side, piece []byte, at *assembly.Mark) {
	d := &r.sides[x]
	f := &d.frame
	switch f.Kind {
	case h3.FrameData:
		if len(piece) > 0 {
			r.carried(x, piece, at)
		}
	case h3.FrameHeaders:
		if len(d.block)+len(piece) > maxBlock {
			d.block, d.over = nil, true
		}
		if !d.over {
			d.block = append(d.block, piece...)
		}
	}
	if f.Left > 0 {
		return
	}
	kind := f.Kind
	f.Done()
	if kind == h3.FrameHeaders {
		r.headers(x, at)
	}
}

// carried takes the payload of DATA.
func (r *h3Request) carried(x assembly.Side, b []byte, at *assembly.Mark) {
	switch {
	case r.wt != nil:
		r.wt.capsules(x, b, at)
	case r.stream != nil && !r.stream.ended[x], r.stream == nil && r.sides[assembly.A].headers == 0 && r.join():
		r.stream.Data(x, b, at)
	}
}

// headers takes the end of a field section, unless it has to wait for the table.
func (r *h3Request) headers(x assembly.Side, at *assembly.Mark) {
	d := &r.sides[x]
	k := section{room: maxBlock}
	whole, err := false, error(nil)
	if !d.over {
		whole, err = r.h.tables[x].Section(d.block, k.field)
	}
	if err == h3.ErrBlocked {
		if r.h.held+len(d.block) <= maxWaiting {
			d.blocked = new(replayBuffer)
			r.h.held += len(d.block)
			r.h.blocked[x] = append(r.h.blocked[x], r)
			d.blocked.Data(x, nil, at) // so that the section's end is known
			return
		}
		r.h.tables[x].Lose()
		whole, _ = r.h.tables[x].Section(d.block, k.field)
	}
	r.decoded(x, &k, whole && err == nil, at)
	r.release()
}

// decoded takes a field section.
func (r *h3Request) decoded(x assembly.Side, k *section, whole bool, at *assembly.Mark) {
	d := &r.sides[x]
	d.block, d.over = nil, false
	d.headers++
	method, isRequest := k.pseudo[":method"]
	_, isAnswer := k.pseudo[":status"]
	switch {
	case isRequest && x == assembly.A && d.headers == 1 && r.stream == nil && r.wt == nil:
		if whole {
			r.plain = true
			r.opened(k, method, at)
		} else {
			r.plain = method != "CONNECT" // else what it asks for is known in part: the bytes will show
		}
	case x == assembly.A:
	case r.wt != nil:
		r.wt.answered(k, whole, at)
	case r.stream == nil && isAnswer && !k.mayBeWebSocket():
		r.plain = true
	case r.stream == nil:
		r.join()
	case isAnswer && r.stream.state == pendingStream && (whole || !k.granted()):
		r.stream.answered(k, r.h.enabled(), at)
	case isAnswer && r.stream.poll != nil:
		r.stream.pollAnswered(k.response("3"), k.packed())
	case !whole && r.stream.state == pendingStream:
		r.stream.begin() // answered, but nobody knows how: the bytes will show
	}
}

// join makes the stream, of whose request too little was captured, one that is searched for frames. It is false
// where the stream is known to be something else.
func (r *h3Request) join() bool {
	h := r.h
	if r.plain || r.wt != nil || h.layer.root.hooks.NoMidway || h.sniffed >= maxSniffs {
		return false
	}
	if r.stream == nil {
		h.sniffed++
		r.joined = true
		r.stream = &stream{on: &h.carrier, id: r.quic.ID, client: assembly.A, quic: r.quic}
		r.stream.sniff()
	}
	return true
}

// opened takes the request.
func (r *h3Request) opened(k *section, method string, at *assembly.Mark) {
	begin := &r.sides[assembly.A].begin
	if method == "CONNECT" && isWebTransport(k.pseudo[":protocol"]) {
		r.wt = r.h.newSession(r.quic, k, begin, at)
		return
	}
	st := &stream{on: &r.h.carrier, id: r.quic.ID, client: assembly.A, quic: r.quic}
	r.h.layer.quic = r.quic
	if st.open(k, method, begin, r.h.enabled(), at) {
		r.stream = st
	}
	r.h.layer.quic = nil
}

// hold keeps what comes behind a field section that waits.
func (r *h3Request) hold(x assembly.Side, f func(*replayBuffer)) {
	t := r.sides[x].blocked
	r.h.held -= t.size()
	f(t)
	r.h.held += t.size()
	if t.size() > maxTape || r.h.held > maxWaiting {
		r.h.unblock(x, true, &t.events[len(t.events)-1].at)
	}
}

// resume tries again to decode the section of a side; false where it still waits.
func (r *h3Request) resume(x assembly.Side) bool {
	d := &r.sides[x]
	t := d.blocked
	k := section{room: maxBlock}
	whole, err := r.h.tables[x].Section(d.block, k.field)
	if err == h3.ErrBlocked {
		return false
	}
	r.h.held -= t.size() + len(d.block)
	d.blocked = nil
	at := t.events[0].at
	r.decoded(x, &k, whole && err == nil, &at)
	r.release()
	replay(t, r)
	return true
}

// Gap implements quic.StreamHandler.
func (r *h3Request) Gap(x assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if r.session != nil {
		r.session.Gap(x, n, why, at)
		return
	}
	if why == assembly.Early {
		r.noRequest = true
	}
	if r.precedes(x) {
		r.wait(func(t *replayBuffer) { t.Gap(x, n, why, at) })
		return
	}
	d := &r.sides[x]
	if d.blocked != nil {
		r.hold(x, func(t *replayBuffer) { t.Gap(x, n, why, at) })
		return
	}
	if d.lost || d.ended {
		r.unplaced(x, n+d.searched(x))
		d.since = nil // no frame can be whole across it
		return
	}
	f := &d.frame
	inside := int64(0)
	if f.In {
		inside = min(n, int64(min(f.Left, 1<<62)))
		f.Left -= uint64(inside)
		switch {
		case f.Kind == h3.FrameHeaders:
			d.block, d.over = nil, true
		case f.Kind == h3.FrameData && inside > 0:
			r.missing(x, inside, why, at)
		}
		if f.Left == 0 {
			r.payload(x, nil, at)
		}
	}
	if inside < n {
		d.lost = true
		f.Done()
		r.missing(x, -1, why, at)
		if why != assembly.Early {
			r.unplaced(x, n-inside)
		}
		r.release()
	}
}

// missing says that bytes of what DATA carries are missing.
func (r *h3Request) missing(x assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	switch {
	case r.wt != nil:
		r.wt.lost[x] = true
	case r.stream != nil && !r.stream.ended[x]:
		r.stream.Gap(x, n, why, at)
	}
}

// End implements quic.StreamHandler.
func (r *h3Request) End(x assembly.Side, why assembly.Cause, code uint64, at *assembly.Mark) {
	if r.session != nil {
		r.session.End(x, why, code, at)
		return
	}
	if r.precedes(x) {
		r.wait(func(t *replayBuffer) {
			t.events = append(t.events, event{at: *at, n: int64(code), side: x, kind: endEvent, why: why})
		})
		return
	}
	d := &r.sides[x]
	if d.blocked != nil {
		if why == assembly.FIN {
			r.hold(x, func(t *replayBuffer) { t.End(x, why, at) })
			if d.blocked != nil {
				return
			}
		} else {
			d.blocked.events = append(d.blocked.events, event{at: *at, n: int64(code), side: x, kind: endEvent, why: why})
			r.h.unblock(x, true, at)
			return
		}
	}
	if d.ended {
		return
	}
	d.ended = true
	r.unplaced(x, d.searched(x))
	if why != assembly.CaptEnd && r.quic.MayLack(x) {
		r.missing(x, -1, assembly.Lost, at)
	}
	r.release()
	if r.joined && r.sides[x.Other()].ended {
		r.h.sniffed--
	}
	switch {
	case r.wt != nil:
		r.wt.end(x, why, code, at)
	case r.stream != nil:
		if kind, from := endKind(r.quic, x, why); kind != "" && !r.stream.ended[x] && !r.closed {
			r.closed = r.quic.Conn.Closed.Seen // it ends both directions, and is noted once
			r.stream.note(kind, from, code)
		}
		r.stream.end(x, why, code, at)
		if r.sides[x.Other()].ended {
			r.stream.letGo()
		}
	}
}

// endKind names what ended a direction, and who did; empty where the capture's end did.
func endKind(s *quic.Stream, x assembly.Side, why assembly.Cause) (kind string, by assembly.Side) {
	k := &s.Conn.Closed
	switch {
	case why != assembly.FIN && why != assembly.RST:
		return "", x
	case k.Seen && k.Reset:
		return "STATELESS_RESET", k.By
	case k.Seen:
		return "CONNECTION_CLOSE", k.By
	case why == assembly.FIN:
		return "FIN", x
	}
	return "RESET_STREAM", x
}

// Stop implements quic.StreamHandler.
func (r *h3Request) Stop(by assembly.Side, code uint64, at *assembly.Mark) {
	switch {
	case r.session != nil:
		r.session.Stop(by, code, at)
	case r.wt != nil:
	case r.stream != nil && !r.stream.ended[by.Other()]:
		r.stream.note("STOP_SENDING", by, code)
	}
}
