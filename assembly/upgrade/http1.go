package upgrade

import (
	"bytes"
	"wscope/assembly/engineio"

	"wscope/assembly"
	"wscope/wsparse"
)

// http1 is the stage of a layer that speaks HTTP/1, RFC 9112. It follows the messages of
// both directions, so that nothing in a body is taken for a head, until a request for
// another protocol is granted.
type http1 struct {
	layer     *layer
	client    assembly.Side
	in        [2]message      // by side
	queue     queue           // requests that wait for their answers
	pending   *upgradeRequest // the request for another protocol that waits; always the latest
	refused   *upgradeRequest // a refused one, whose Receiver is not yet told the end
	early     *replayBuffer   // what the client sent behind pending
	held      *replayBuffer   // what the server sent before the request it answers
	loose     bool            // requests may be missing: an answer without one does not wait
	unordered bool            // so much of the server waited that until the next request nothing does
	orphan    orphan101       // a 101 without a request
	replaying bool            // what the sniffer has seen is being played
	open      bool            // so much came behind pending, in frames, that it no longer waits
	ended     [2]bool
	ends      *[2]event // with ended
	polls     *polls    // of Engine.IO; nil while there is none
}

func newHTTP1(l *layer, client assembly.Side) *http1 {
	// Where the beginning of the connection was captured, an answer that seems to have no
	// request is only early: packets change places in captures.
	return &http1{layer: l, client: client, loose: !l.root.conn.Initiator, in: [2]message{{root: l.root}, {root: l.root}}}
}

// Data implements assembly.Handler.
func (h *http1) Data(s assembly.Side, b []byte, at *assembly.Mark) {
	for len(b) > 0 {
		if h.layer.stage != assembly.Handler(h) {
			h.layer.Data(s, b, at)
			return
		}
		b = h.take(s, b, at)
	}
}

// take passes over a part of b and returns the rest.
func (h *http1) take(s assembly.Side, b []byte, at *assembly.Mark) []byte {
	m := &h.in[s]
	if s == h.client && h.pending != nil && h.pending.whole {
		h.wait(b, at)
		return nil
	}
	if s == h.client && h.refused != nil && h.refused.recv != nil && h.framed(m, b) {
		h.refused.recv.Data(wsparse.FromClient, b, at)
		return nil
	}
	switch m.place {
	case between:
		if s != h.client && h.holds() {
			h.hold(b, at)
			return nil
		}
		for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') { // RFC 9112 §2.2
			b = b[1:]
			h.layer.spend(s, 1, Head)
		}
		if len(b) == 0 {
			return nil
		}
		m.begin, m.place = *at, inHead
		return b
	case inHead:
		if len(m.head) < 64 && !h.begins(s, m.head, b) {
			h.noMessage(s, b, at)
			return nil
		}
		if m.crowded() {
			h.Gap(s, int64(len(b)), assembly.Limit, at)
			h.layer.spend(s, len(b), Unread)
			return nil
		}
		head, rest, ok := m.takeHead(b)
		if !ok {
			return nil
		}
		n := m.dropHead()
		m.place = between
		if s == h.client {
			ok = h.request(head, at)
		} else {
			ok = h.response(head, at)
		}
		if h.orphan.waits && s != h.client {
			n -= len(head) // it waits
		}
		h.layer.spend(s, n, Head)
		if !ok {
			m.place = unaligned
			return nil
		}
		return rest
	case unaligned:
		if !h.begins(s, nil, b) {
			h.noMessage(s, b, at)
			return nil
		}
		m.place = between
		return b
	}
	body, rest, ok := m.takeBody(b)
	h.layer.spend(s, len(b)-len(rest), Head)
	if s != h.client && h.refused != nil {
		h.refused.bodyLine(body)
	}
	if !ok {
		m.place = unaligned
		h.unpolls()
		return nil
	}
	if h.polls != nil {
		h.polled(s, body, m.place == between, at)
	}
	if m.place == between && s == h.client && h.pending != nil {
		h.pending.whole = true
	}
	return rest
}

// framed reports whether a client whose upgrade was refused goes on in frames all the same. It
// then does so for good.
func (h *http1) framed(m *message, b []byte) bool {
	if !h.refused.frames {
		h.refused.frames = m.place == between && len(b) >= 6 && b[0] >= 0x80 && beginsFrames(b, true)
	}
	return h.refused.frames
}

// begins reports whether a message of this side can begin with what was kept of it and b.
func (h *http1) begins(s assembly.Side, kept, b []byte) bool {
	var first [64]byte
	n := copy(first[:], kept)
	n += copy(first[n:], b)
	if s == h.client {
		return likeRequest(first[:n])
	}
	return likeResponse(first[:n])
}

// holds reports whether the server's next message has to wait for the request it answers.
func (h *http1) holds() bool {
	if h.held != nil {
		return true
	}
	if h.unordered || h.queue.n > 0 || h.pending != nil || h.ended[h.client] {
		return false
	}
	return !h.loose || h.in[h.client].place == inHead
}

func (h *http1) hold(b []byte, at *assembly.Mark) {
	if h.held == nil {
		h.held = h.layer.newReplayBuffer()
	}
	h.held.Data(h.client.Other(), b, at)
	if !h.held.crowded(maxTape) {
		return
	}
	if h.orphan.waits {
		h.proceedOrphan(nil, at)
	} else {
		h.releaseUnordered()
	}
}

// releaseUnordered lets the server go on without the request that it answers.
func (h *http1) releaseUnordered() {
	h.unordered = true
	h.release()
}

// release lets the server go on with what was held of it.
func (h *http1) release() {
	if t := h.held; t != nil {
		h.held, h.orphan.waits = nil, false
		h.loose = h.loose || h.queue.n == 0 && h.pending == nil
		t.replay(h.layer)
	}
}

// Gap implements assembly.Handler.
func (h *http1) Gap(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if why == assembly.Early {
		h.loose = true
		if s != h.client && h.pending != nil {
			h.pending.unsure = true
		}
		if h.orphan.waits {
			h.missing(s, n, why, at)
		}
		return
	}
	if s == h.client && h.pending != nil && h.pending.whole {
		if h.open {
			h.pending.recv.Gap(wsparse.FromClient, n, why, at)
			return
		}
		h.waitGap(n, why, at)
		return
	}
	if s == h.client && h.refused != nil && h.refused.frames {
		h.refused.recv.Gap(wsparse.FromClient, n, why, at)
		return
	}
	if h.held != nil && !h.orphan.waits && (s != h.client || h.holdsSwitch()) {
		h.loose = true
		h.releaseUnordered()
		if h.layer.stage != assembly.Handler(h) {
			h.layer.Gap(s, n, why, at)
			return
		}
	}
	if h.orphan.waits { // perhaps only now
		h.missing(s, n, why, at)
		return
	}
	m := &h.in[s]
	if why == assembly.Cut && m.place == inHead {
		h.cutHead(s, at)
		return
	}
	if s == h.client && m.place == unaligned {
		h.miss(n, why, at)
		return
	}
	if m.skip(n) {
		if h.polls != nil {
			h.unpolled(s, m.place == between, at)
		}
		return
	}
	// What is missing may be requests and answers, or an upgrade and its frames: where
	// messages begin, the sniffer looks what is spoken now. Inside a body of unknown
	// length it is most likely more of the body.
	h.loose = true
	h.queue = queue{}
	h.unpolls()
	head := m.place == between || m.place == inHead
	h.layer.spend(s, m.dropHead(), Unread)
	m.place = unaligned
	if head && !h.replaying {
		h.resniff(s, n, why, at)
	} else if s == h.client {
		h.miss(n, why, at)
	}
}

// holdsSwitch reports whether a 101 is held back. Its request may be what is missing of the client.
func (h *http1) holdsSwitch() bool {
	status, ok := statusLine(h.held.bytes[h.client.Other()])
	return ok && status == 101
}

// resniff gives the layer back to the sniffer at a gap in which anything may have
// happened. The request that waits goes with it.
func (h *http1) resniff(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if h.refused != nil {
		h.refused.passed(at)
		h.refused = nil
	}
	held := h.held
	h.held = nil
	h.sniffAgain()
	h.layer.Gap(s, n, why, at)
	if held != nil && bytes.HasPrefix(held.bytes[h.client.Other()], []byte("HTTP/1.1 101")) { // it answers what is missing
		held.replay(h.layer)
	} else {
		h.layer.spendAll(held, Unread)
	}
}

// sniffAgain makes the layer a sniffer that knows which request waits for an answer.
func (h *http1) sniffAgain() {
	f := newSniffer(h.layer)
	f.http, f.pending = h, h.pending
	h.pending = nil
	h.handOver(f)
}

// leave counts what came behind a gap in which a request may be lost and will not be read.
func (h *http1) leave() {
	h.layer.spendAll(h.orphan.since, Unread)
	h.orphan.since = nil
}

// dropHeads lets go of unfinished heads.
func (h *http1) dropHeads() {
	for s := range h.in {
		h.layer.spend(assembly.Side(s), h.in[s].dropHead(), Unread)
	}
}

// handOver gives the layer to a stage that begins here, and first what that has missed: which
// side has ended, what began a head, and what the client sent behind its request for another protocol.
func (h *http1) handOver(next assembly.Handler) {
	waited := h.early
	h.early = nil
	h.layer.stage = next
	if _, ok := next.(*http2); ok { // what began a head begins its preface
		for s := assembly.A; s <= assembly.B; s++ {
			m := &h.in[s]
			head := m.head
			h.layer.spend(s, m.dropHead()-len(head), Unread)
			if len(head) > 0 {
				h.layer.Data(s, head, &m.begin)
			}
		}
	}
	h.dropHeads()
	for s := assembly.A; s <= assembly.B; s++ {
		switch {
		case !h.ended[s]:
		case waited != nil && waited.hasEnd(s):
			h.ended[s] = false // it comes again behind what waited, perhaps to h
		default:
			h.layer.End(s, h.ends[s].why, &h.ends[s].at)
		}
	}
	if waited != nil {
		waited.replay(h.layer)
	}
}

// End implements assembly.Handler.
func (h *http1) End(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	if h.held != nil && !h.orphan.waits {
		h.loose = true
		h.releaseUnordered()
	}
	if h.orphan.waits {
		if s != h.client {
			h.held.End(s, why, at)
			return
		}
		h.proceedOrphan(nil, at)
	}
	if h.layer.stage != assembly.Handler(h) {
		h.layer.End(s, why, at)
		return
	}
	if h.refused != nil {
		h.refused.end(role(s, h.client), why, 0, at)
	}
	if h.pending != nil {
		h.endAsked(s, why, at)
	}
	if h.ends == nil {
		h.ends = new([2]event)
	}
	h.ended[s], h.ends[s] = true, event{at: *at, why: why}
	if s != h.client && h.polls != nil && h.in[s].place == toClose {
		h.polled(s, nil, why == assembly.FIN, at)
	}
	if h.ended[0] && h.ended[1] && h.layer.stage == assembly.Handler(h) {
		h.unpolls()
		h.leave()
		h.dropHeads()
		h.layer.spendAll(h.early, Unread)
		h.layer.reportOther("http/1.1")
	}
}

// queue is the requests that wait for an answer, oldest first, by what matters: whether the
// answer has a body. Which of them are polls http1.polls knows by their numbers.
type queue struct {
	head  uint64 // bit i: request i of those that wait is a HEAD
	n     int
	first int // number of the oldest
}

// maxQueue is how many requests wait; of more the oldest are forgotten.
const maxQueue = 64

// expect adds a request that waits for its answer.
func (h *http1) expect(isHead bool) {
	if h.queue.n == maxQueue {
		if _, p := h.expected(); p != nil {
			p.End(h.layer.root.hooks.Polled, nil)
		}
	}
	if isHead {
		h.queue.head |= 1 << h.queue.n
	}
	h.queue.n++
}

// expected takes the oldest request that waits; p is nil where it is no poll.
func (h *http1) expected() (isHead bool, p *engineio.Request) {
	q := &h.queue
	if q.n == 0 {
		return false, nil
	}
	isHead, p = q.head&1 != 0, h.polls.next(q.first)
	q.head >>= 1
	q.first++
	q.n--
	return isHead, p
}
