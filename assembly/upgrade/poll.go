package upgrade

import (
	"bytes"

	"wscope/assembly"
	"wscope/wsparse"
)

// Poll is one request of Engine.IO's long polling and its answer: what a Socket.IO session
// does over plain HTTP before its WebSocket, and instead of it.
//
// https://github.com/socketio/engine.io-protocol
type Poll struct {
	Conn     *assembly.Conn
	Client   assembly.Side
	Session  string        // sid: that of the request's query, or that which its answer opens
	Asked    assembly.Mark // last byte of the request's head
	Ended    assembly.Mark // last byte of the answer; Time 0 where it was not seen to its end
	Status   int           // the answer's; 0 where none was seen
	Messages [2]int64      // that the client sent in the request, the server in the answer
	Unread   bool          // not all could be counted: compressed, wrapped as JSONP, cut or lost
}

// maxSession is how many bytes a sid has at most; a longer one is none.
const maxSession = 128

// poll is a Poll in the making: a POST carries messages, and so does the answer to a GET.
type poll struct {
	Poll
	nth  int // of the connection's requests; see queue
	post bool
	deaf bool // what the body holds cannot be read, or is no messages
	body pollBody
}

// newPoll is the poll that a request begins; nil for all other requests.
func newPoll(c *assembly.Conn, client assembly.Side, method, target []byte, packed bool, at *assembly.Mark) *poll {
	if !bytes.Contains(target, []byte("transport=polling")) {
		return nil
	}
	post := string(method) == "POST"
	if !post && string(method) != "GET" {
		return nil // what asks whether it may: OPTIONS
	}
	p := &poll{Poll: Poll{Conn: c, Client: client, Asked: *at, Unread: post && packed}, post: post, deaf: packed}
	path := string(target)
	if version := wsparse.QueryValue(path, "EIO"); len(version) == 1 {
		p.body.version = version[0]
	}
	if p.body.version == 0 || wsparse.QueryValue(path, "transport") != "polling" {
		return nil
	}
	if sid := wsparse.QueryValue(path, "sid"); len(sid) <= maxSession {
		p.Session = sid
	}
	return p
}

// take reads a piece of the body that comes from the client, or to it.
func (p *poll) take(fromClient bool, b []byte) {
	if fromClient == p.post && !p.deaf {
		p.body.take(b)
	}
}

// lose says that bytes of a body are missing. Where the next message begins is not known.
func (p *poll) lose(fromClient bool) {
	if fromClient == p.post && !p.deaf {
		p.Unread, p.deaf = true, true
	}
}

// answered takes the answer's head. What an error carries is no messages.
func (p *poll) answered(status int, packed bool) {
	p.Status = status
	if !p.post {
		p.deaf = packed || status != 200
		p.Unread = packed && status == 200
	}
}

// end completes the poll; at is the answer's last byte, nil where it was not seen.
func (p *poll) end(hooks *Hooks, at *assembly.Mark) {
	if at != nil {
		p.Ended = *at
	}
	sender := 1
	if p.post {
		sender = 0
	}
	p.Messages[sender] = p.body.messages
	p.Unread = p.Unread || p.body.broken()
	if p.Session == "" {
		p.Session = p.body.session()
	}
	if hooks.Polled != nil && p.Session != "" {
		hooks.Polled(&p.Poll)
	}
}

// polls are the polling requests of an HTTP/1 connection.
type polls struct {
	waiting []*poll  // for their answers, oldest first
	reading [2]*poll // whose bodies are at hand: the client's, the server's
}

// asks takes the head of a request that is about to wait for its answer, in case it is a poll.
func (h *http1) asks(method, target []byte, f framing, at *assembly.Mark) {
	p := newPoll(h.lane.root.conn, h.client, method, target, f.packed, at)
	if h.polls == nil {
		if p == nil {
			return
		}
		h.polls = new(polls)
	}
	if h.polls.reading[0] = p; p == nil {
		return
	}
	p.nth = h.queue.first + h.queue.n
	h.polls.waiting = append(h.polls.waiting, p)
}

// next takes the poll that request nth is, if it is one that waits for its answer.
func (p *polls) next(nth int) *poll {
	if p == nil || len(p.waiting) == 0 || p.waiting[0].nth != nth {
		return nil
	}
	first := p.waiting[0]
	p.waiting = append(p.waiting[:0], p.waiting[1:]...)
	return first
}

// answers takes the head of the answer to a poll, whose body begins unless it is over.
func (h *http1) answers(p *poll, status int, packed, over bool, at *assembly.Mark) {
	p.answered(status, packed)
	if over {
		p.end(h.lane.root.hooks, at)
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
		p.end(h.lane.root.hooks, nil)
	}
	for _, p := range h.polls.waiting {
		p.end(h.lane.root.hooks, nil)
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
	p.take(i == 0, b)
	if over {
		h.polls.reading[i] = nil
		if i == 1 {
			p.end(h.lane.root.hooks, at)
		}
	}
}

// unpolled passes over a part of a body that is missing.
func (h *http1) unpolled(s assembly.Side, over bool, at *assembly.Mark) {
	i := h.sender(s)
	if p := h.polls.reading[i]; p != nil {
		p.lose(i == 0)
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
