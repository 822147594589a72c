package upgrade

import (
	"bytes"

	"wscope/assembly"
	"wscope/wsparse"
)

// request takes a request's head, whose last byte is at. It is false for what is none.
func (h *http1) request(head []byte, at *assembly.Mark) bool {
	method, target, ok := requestLine(head)
	if !ok {
		return false
	}
	if h.refused != nil {
		h.refused.passed(at)
		h.refused = nil
	}
	h.layer.spendAll(h.orphan.since, Unread)
	h.orphan.since = nil
	m := &h.in[h.client]
	f := readFraming(head)
	m.startBody(f, false)
	switch {
	case f.upgrade && upgrades(head, "websocket"), f.key && !f.upgrade: // proxies lose Upgrade, which is hop-by-hop
		h.askWebSocket(head, at)
	case string(method) == "CONNECT":
		h.pending = &upgradeRequest{kind: "connect", target: string(target)}
	case f.upgrade:
		h.pending = &upgradeRequest{kind: "other"}
	default:
		h.asks(method, target, f, at)
		h.expect(string(method) == "HEAD")
	}
	if h.pending != nil {
		h.pending.whole = m.place == between
	}
	h.unordered = false
	h.release()
	return true
}

// askWebSocket begins a flow.
func (h *http1) askWebSocket(head []byte, at *assembly.Mark) {
	method, target, _ := requestLine(head)
	r, err := wsparse.ParseRequest(head)
	if err != nil || r == nil {
		r = &wsparse.Request{Method: string(method), Target: string(target), Version: "1.1"}
	}
	ws := h.layer.webSocket(h.client, ByHandshake)
	ws.HTTP = r.Version
	ws.Handshake = wsparse.JudgeRequest(r)
	ws.Begin, ws.Asked = h.in[h.client].begin, *at
	if host := absoluteHost(target); host != nil {
		ws.Via = append(ws.Via[:len(ws.Via):len(ws.Via)], Hop{Kind: "absolute-form", Target: string(host)})
	}
	h.pending = &upgradeRequest{kind: "websocket", ws: ws}
	h.pending.recv = h.layer.find(ws, at)
}

// absoluteHost is the host of a target in absolute form, RFC 9112 §3.2.2, without
// userinfo; nil for any other form.
func absoluteHost(target []byte) []byte {
	_, rest, ok := bytes.Cut(target, []byte("://"))
	if !ok || len(target) == 0 || target[0] == '/' {
		return nil
	}
	if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest[bytes.LastIndexByte(rest, '@')+1:]
}

// wait keeps what the client sends between its request for another protocol and the
// answer. When it becomes too much and is frames, they are given before the answer; when
// it is anything else, it is let go.
func (h *http1) wait(b []byte, at *assembly.Mark) {
	if h.open {
		h.pending.recv.Data(wsparse.FromClient, b, at)
		return
	}
	if h.early == nil {
		h.early = h.layer.newReplayBuffer()
	}
	if h.pending.ws != nil && at.Index == h.pending.ws.Asked.Index {
		h.pending.early += int64(len(b)) // in the packet of the request: nothing of an answer was known
	}
	h.early.Data(h.client, b, at)
	if !h.early.crowded(maxTape) {
		return
	}
	waited := h.early
	h.early = nil
	if h.pending.recv != nil && beginsFrames(waited.bytes[h.client], true) {
		h.open = true
		waited.replay(&webSocketStage{recv: h.pending.recv, client: h.client})
		return
	}
	h.layer.spendAll(waited, Unread)
	h.early = h.layer.newReplayBuffer()
	h.early.Gap(h.client, int64(len(waited.bytes[h.client])), assembly.Limit, at)
}

func (h *http1) waitGap(n int64, why assembly.Cause, at *assembly.Mark) {
	if h.early == nil {
		h.early = h.layer.newReplayBuffer()
	}
	h.early.Gap(h.client, n, why, at)
}

// endAsked takes the end of a side while a request for another protocol waits.
func (h *http1) endAsked(s assembly.Side, why assembly.Cause, at *assembly.Mark) {
	if h.open {
		h.pending.end(role(s, h.client), why, 0, at)
		return
	}
	if s == h.client && !h.ended[s.Other()] {
		// The answer may still come: the end waits behind what else the client sent.
		if h.early == nil {
			h.early = h.layer.newReplayBuffer()
		}
		h.early.End(s, why, at)
		return
	}
	// The sniffer says what the client sent behind its request: frames, or more HTTP. Where it hands back
	// what it was given, there is no more to be said of the request.
	asked := h.pending
	h.sniffAgain()
	if h.layer.stage == assembly.Handler(h) && h.pending == asked {
		asked.passed(at)
		h.pending = nil
	}
	h.layer.End(s, why, at)
}
