package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/engineio"
	"wscope/wsparse"
)

// response takes a response's head, whose last byte is at. It is false for what is none.
func (h *http1) response(head []byte, at *assembly.Mark) bool {
	status, ok := statusLine(head)
	if !ok {
		return false
	}
	server := &h.in[h.client.Other()]
	switch {
	case status == 101:
		h.switching(head, at)
		return true
	case status < 200:
		return true // interim: the request still waits, RFC 9110 §15.2
	}
	f := readFraming(head)
	isHead, p := false, (*engineio.Request)(nil)
	if h.overtaken(at) {
		// A CONNECT is granted without a body (RFC 9110 §9.3.6), and most others have a length.
		server.startBody(f, status >= 300)
		return true
	}
	if h.queue.n > 0 || h.pending == nil {
		isHead, p = h.expected()
	} else {
		up := h.pending
		if up.kind == "connect" && status < 300 {
			h.pending = nil
			h.leave()
			if h.layer.through(Hop{Kind: "connect", Target: up.target}) {
				h.handOver(newSniffer(h.layer))
			}
			return true
		}
		h.refuse(up, head, at)
		up.line = up.recv != nil && !f.packed
	}
	if isHead || status == 204 || status == 304 {
		server.place = between
	} else {
		server.startBody(f, true)
	}
	if p != nil {
		h.answers(p, status, f.packed, server.place == between, at)
	}
	if h.pending == nil {
		h.resume()
	}
	return true
}

// overtaken reports whether an answer whose head ends at answers a request that is missing, since
// it was captured before the one that waits.
func (h *http1) overtaken(at *assembly.Mark) bool {
	return h.loose && h.queue.n == 0 && h.pending != nil && h.pending.ws != nil && at.Index < h.pending.ws.Asked.Index
}

// refuse ends the asking: the conversation goes on in HTTP.
func (h *http1) refuse(up *upgradeRequest, head []byte, at *assembly.Mark) {
	h.pending, h.open = nil, false
	if up.ws == nil {
		return
	}
	answer(up, head, at)
	h.refused = up
}

// answer completes the handshake by an answer's head.
func answer(up *upgradeRequest, head []byte, at *assembly.Mark) {
	r, err := wsparse.ParseResponse(head)
	if err != nil || r == nil {
		status, _ := statusLine(head)
		r = &wsparse.Response{Version: "1.1", Status: status}
	}
	r.Cut = up.cut
	up.answer(r, at)
}

// resume gives the client's bytes that waited for an answer back to HTTP.
func (h *http1) resume() {
	if t := h.early; t != nil {
		h.early = nil
		t.replay(h.layer)
	}
}

// switching takes a 101, RFC 9110 §15.2.2.
func (h *http1) switching(head []byte, at *assembly.Mark) {
	websocket := upgrades(head, "websocket")
	if h.pending != nil && websocket && !h.pending.isAnsweredBy(head) {
		h.pending.passed(at)
		h.pending = nil
	}
	up := h.pending
	if up == nil && websocket && !h.orphan.sure && !h.ended[h.client] {
		h.awaitRequest(head, at)
		return
	}
	h.queue, h.pending = queue{}, nil
	h.unpolls()
	if h.refused != nil {
		h.refused.passed(at)
		h.refused = nil
	}
	if up != nil || !websocket {
		h.leave()
	}
	switch {
	case up != nil && up.ws != nil && (websocket || !upgrades(head, "h2c") && !upgrades(head, "tls")):
		// Whatever is wrong with it, what follows a 101 is no longer HTTP.
		if up.early > 0 && up.ws.Handshake.Draft == "" {
			up.ws.Handshake.EarlyData(up.early)
		}
		answer(up, head, at)
		h.toWebSocket(up)
	case websocket:
		// The request was not captured. The server's frames begin here for certain, and the
		// client's with the next bytes that it sends, where there are any.
		ws := h.layer.webSocket(h.client, Midstream)
		ws.Begin = *at
		if r, err := wsparse.ParseResponse(head); err == nil { // else what it agrees to is not known
			ws.Answer = r
		}
		ws.Aligned = [2]bool{h.orphan.aligned, true}
		h.toWebSocket(&upgradeRequest{ws: ws, recv: h.layer.find(ws, at)})
	default:
		if up != nil && up.ws != nil { // asked for several; another was chosen
			answer(up, head, at)
			up.passed(at)
		}
		switch {
		case upgrades(head, "tls"): // RFC 2817
			h.handOver(newSniffer(h.layer))
		case upgrades(head, "h2c"): // RFC 7540 §3.2
			h.handOver(newHTTP2(h.layer, h.client))
		default:
			h.layer.spendAll(h.early, Unwanted)
			h.layer.ignore("http/1.1 upgraded to another protocol")
		}
	}
}

// toWebSocket makes the layer a WebSocket.
func (h *http1) toWebSocket(up *upgradeRequest) {
	if up.recv == nil {
		h.layer.spendAll(h.early, Unwanted)
		h.layer.ignore("")
		return
	}
	h.handOver(h.layer.webSocketHandler(up.recv, h.client))
}
