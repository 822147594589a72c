package engineio

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

// Request is a Poll in the making: a POST carries messages, and so does the answer to a GET.
type Request struct {
	Poll
	Number  int // among the connection's requests: the caller's
	post    bool
	discard bool // what the body holds cannot be read, or is no messages
	body    body
}

// New returns the Request that a request of HTTP begins; nil for all other requests.
func New(c *assembly.Conn, client assembly.Side, method, target []byte, packed bool, at *assembly.Mark) *Request {
	if !bytes.Contains(target, []byte("transport=polling")) {
		return nil
	}
	post := string(method) == "POST"
	if !post && string(method) != "GET" {
		return nil // what asks whether it may: OPTIONS
	}
	p := &Request{Poll: Poll{Conn: c, Client: client, Asked: *at, Unread: post && packed}, post: post, discard: packed}
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

// Take reads a piece of the body that comes from the client, or to it.
func (p *Request) Take(fromClient bool, b []byte) {
	if fromClient == p.post && !p.discard {
		p.body.take(b)
	}
}

// Lose says that bytes of a body are missing. Where the next message begins is not known.
func (p *Request) Lose(fromClient bool) {
	if fromClient == p.post && !p.discard {
		p.Unread, p.discard = true, true
	}
}

// Answered takes the answer's head. What an error carries is no messages.
func (p *Request) Answered(status int, packed bool) {
	p.Status = status
	if !p.post {
		p.discard = packed || status != 200
		p.Unread = packed && status == 200
	}
}

// End completes the Poll and gives it to report, if it is of a session; at is the answer's last byte, nil where it was
// not seen. report may be nil.
func (p *Request) End(report func(*Poll), at *assembly.Mark) {
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
	if report != nil && p.Session != "" {
		report(&p.Poll)
	}
}
