package upgrade

import (
	"slices"

	"wscope/assembly"
)

// orphan101 is what is known of a 101 whose request was not seen. The request may be lost, or
// it may come yet: where the capture lacks packets, a side's bytes wait for those before
// them, and within TLS for a record that opens, so that an answer can overtake what it
// answers. All that the server sends waits in http1.held until the client's next bytes tell.
type orphan101 struct {
	waits   bool
	sure    bool   // there is no request to come
	aligned bool   // with sure: the client's next byte begins a frame
	known   bool   // acked is
	acked   uint32 // the client's sequence number that had been acknowledged with the 101
	// since is what the client sent since the first gap in which a request may be lost, and
	// nothing of it begins a request; nil where no such gap was.
	since *replayBuffer
}

// maxSince bounds orphan101.since.
const maxSince = 16 << 10

// awaitRequest holds back a 101 and what follows it.
func (h *http1) awaitRequest(head []byte, at *assembly.Mark) {
	u := &h.orphan
	u.waits = true
	if h.layer.own {
		u.acked, u.known = h.layer.root.conn.Acked(h.client)
	}
	h.held = h.layer.newReplayBuffer()
	h.held.Data(h.client.Other(), head, at)
}

// proceedOrphan goes on without a request: the 101 is all that is known of the WebSocket. The
// client sends b now, behind what is kept of it.
func (h *http1) proceedOrphan(b []byte, at *assembly.Mark) {
	m, u := &h.in[h.client], &h.orphan
	kept, begin := m.head, m.begin
	h.layer.spend(h.client, m.dropHead()-len(kept), Unread)
	m.place = between
	if h.onlyAsked(len(kept), b) {
		u.since.uncount()
		u.since = nil
	}
	// Bytes that a proxy took, whose answer is lost, are not frames.
	first := slices.Concat(kept, b)
	u.sure, u.aligned = true, len(b) > 0 && u.since == nil && (beginsFrames(first, true) || beginsFrames(first, false))
	h.release()
	if h.layer.stage == assembly.Handler(h) {
		return
	}
	if u.since != nil {
		u.since.replay(h.layer)
		u.since = nil
	}
	if len(kept) > 0 {
		h.layer.Data(h.client, kept, &begin)
	}
	if len(b) > 0 {
		h.layer.Data(h.client, b, at)
	}
}

// onlyAsked reports whether what is missing of the client is its request and no more: its
// frames, of which b is the first, begin where that ended which the 101 acknowledged. RFC
// 6455 §4.1 has a client wait for the answer.
func (h *http1) onlyAsked(kept int, b []byte) bool {
	u := &h.orphan
	return u.known && kept == 0 && u.since != nil && len(u.since.bytes[h.client]) == 0 &&
		h.layer.root.conn.Reached(h.client)-uint32(len(b)) == u.acked && beginsFrames(b, true)
}

// missing takes a gap while a 101 waits for its request.
func (h *http1) missing(s assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	if s != h.client {
		h.held.Gap(s, n, why, at)
		return
	}
	m := &h.in[s]
	if m.place != unaligned && m.skip(n) {
		if h.polls != nil {
			h.unpolled(s, m.place == between, at)
		}
		return
	}
	h.layer.spend(s, m.dropHead(), Unread)
	m.place = unaligned
	h.miss(n, why, at)
}

// miss keeps that a part of the client's stream is missing in which a request may have been.
func (h *http1) miss(n int64, why assembly.Cause, at *assembly.Mark) {
	u := &h.orphan
	if u.since == nil {
		u.since = h.layer.newReplayBuffer()
	}
	u.since.Gap(h.client, n, why, at)
	h.boundSince(at)
}

// noMessage takes bytes that begin no message where one should begin.
func (h *http1) noMessage(s assembly.Side, b []byte, at *assembly.Mark) {
	u := &h.orphan
	if s == h.client && u.waits {
		h.proceedOrphan(b, at)
		return
	}
	m := &h.in[s]
	head := m.head
	dropped := m.dropHead()
	if s == h.client && u.since != nil {
		if dropped -= len(head); len(head) > 0 {
			u.since.Data(s, head, &m.begin)
		}
		u.since.Data(s, b, at)
		h.boundSince(at)
	} else {
		dropped += len(b)
	}
	h.layer.spend(s, dropped, Unread)
	m.place = unaligned
}

// boundSince lets go of what is too much.
func (h *http1) boundSince(at *assembly.Mark) {
	if u := &h.orphan; u.since.crowded(maxSince) {
		h.layer.spendAll(u.since, Unread)
		u.since = h.layer.newReplayBuffer()
		u.since.Gap(h.client, -1, assembly.Limit, at)
	}
}
