package upgrade

import (
	"bytes"

	"wscope/assembly"
)

// cutHead takes a head whose packet the capture cut (snaplen). Most likely the packet ended
// with the head; what is left of it says what kind of message it was, and no more: a
// handshake of which fields are missing is not judged.
func (h *http1) cutHead(s assembly.Side, at *assembly.Mark) {
	m := &h.in[s]
	head := m.head
	h.layer.spend(s, m.dropHead(), Head)
	m.place = between
	if s == h.client {
		method, target, ok := requestLine(head)
		if ok {
			h.asks(method, target, framing{packed: true}, at)
		}
		h.expect(bytes.HasPrefix(head, []byte("HEAD ")))
		h.release()
		return
	}
	status, ok := statusLine(head)
	switch {
	case !ok:
		m.place = unaligned
	case status == 101:
		f := newSniffer(h.layer)
		f.http, f.pending, f.switched = h, h.pending, true
		h.queue, h.pending = queue{}, nil
		h.unpolls()
		h.handOver(f)
	case status >= 200:
		m.place = unaligned // how its body is framed is not known
		if h.queue.n > 0 || h.pending == nil {
			if _, p := h.expected(); p != nil {
				h.answers(p, status, true, true, at)
			}
			return
		}
		head = append(head[:bytes.LastIndexByte(head, '\n')+1], "\r\n"...)
		h.pending.cut = true
		h.refuse(h.pending, head, at)
		h.resume()
	}
}
