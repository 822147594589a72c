package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/engineio"
)

// polls are the polling requests of an HTTP/1 connection.
type polls struct {
	waiting []*engineio.Request  // for their answers, oldest first
	reading [2]*engineio.Request // whose bodies are at hand: the client's, the server's
}

// asks takes the head of a request that is about to wait for its answer, in case it is a poll.
func (h *http1) asks(method, target []byte, f framing, at *assembly.Mark) {
	p := engineio.New(h.layer.root.conn, h.client, method, target, f.packed, at)
	if h.polls == nil {
		if p == nil {
			return
		}
		h.polls = new(polls)
	}
	if h.polls.reading[0] = p; p == nil {
		return
	}
	p.Number = h.queue.first + h.queue.n
	h.polls.waiting = append(h.polls.waiting, p)
}

// next takes the poll that request nth is, if it is one that waits for its answer.
func (p *polls) next(nth int) *engineio.Request {
	if p == nil || len(p.waiting) == 0 || p.waiting[0].Number != nth {
		return nil
	}
	first := p.waiting[0]
	p.waiting = append(p.waiting[:0], p.waiting[1:]...)
	return first
}

// answers takes the head of the answer to a poll, whose body begins unless it is over.
func (h *http1) answers(p *engineio.Request, status int, packed, over bool, at *assembly.Mark) {
	p.Answered(status, packed)
	if over {
		p.End(h.layer.root.hooks.Polled, at)
		return
	}
	h.polls.reading[1] = p
}

// unpolls ends all polls: what answers them is no longer known.
func (h *http1) unpolls() {
	if h.polls == nil {
		return
	}
	if p := h.polls.reading[1]; p != nil {
		p.Unread = true
		p.End(h.layer.root.hooks.Polled, nil)
	}
	for _, p := range h.polls.waiting {
		p.End(h.layer.root.hooks.Polled, nil)
	}
	h.polls = nil
}

// polled takes a piece of a body from one side; over is that it is the last.
func (h *http1) polled(s assembly.Side, b []byte, over bool, at *assembly.Mark) {
	i := h.sender(s)
	p := h.polls.reading[i]
	if p == nil {
		return
	}
	p.Take(i == 0, b)
	if over {
		h.polls.reading[i] = nil
		if i == 1 {
			p.End(h.layer.root.hooks.Polled, at)
		}
	}
}

// unpolled passes over a part of a body that is missing.
func (h *http1) unpolled(s assembly.Side, over bool, at *assembly.Mark) {
	i := h.sender(s)
	if p := h.polls.reading[i]; p != nil {
		p.Lose(i == 0)
		h.polled(s, nil, over, at)
	}
}

// sender is the place of a side in polls.reading.
func (h *http1) sender(s assembly.Side) int {
	if s == h.client {
		return 0
	}
	return 1
}
