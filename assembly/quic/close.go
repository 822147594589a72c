package quic

import (
	"maps"
	"slices"

	"wscope/assembly"
)

// Close is what ended a connection.
type Close struct {
	Seen   bool // a CONNECTION_CLOSE or a stateless reset was captured
	By     Side
	App    bool   // the code is the application's (for HTTP/3 RFC 9114 §8.1), else QUIC's (RFC 9000 §20.1)
	Code   uint64 // of CONNECTION_CLOSE
	Reason string // at most 200 bytes
	Reset  bool   // stateless reset: the peer that lost its state
}

// noError reports whether the connection was closed without an error.
func (k *Close) noError() bool {
	const h3NoError = 0x100
	return !k.Reset && (k.Code == 0 || k.App && k.Code == h3NoError)
}

// close takes CONNECTION_CLOSE (RFC 9000 §10.2) or a stateless reset.
func (c *Conn) close(x Side, k Close, at *Mark) {
	c.Closed = k
	why := assembly.RST
	if k.noError() {
		why = assembly.FIN
	}
	c.finish(x, why, at)
	c.asm.closed(c)
}

// finish ends all streams, that of side x first, and tells the Handler.
func (c *Conn) finish(x Side, why assembly.Cause, at *Mark) {
	if c.over {
		return
	}
	if len(c.waiting) > 0 {
		c.tried = -1
		c.retryWaiting()
		if c.over {
			return
		}
	}
	if !c.sealed && c.encoded && c.sides[0].keys[appSpace] == nil && c.sides[1].keys[appSpace] == nil {
		c.seal(at)
	}
	c.over = true
	c.waiting = nil
	c.letWait()
	code := uint64(0)
	if why == assembly.RST {
		code = c.Closed.Code
	}
	for _, id := range slices.Sorted(maps.Keys(c.streams)) {
		s := c.streams[id]
		s.end(x, why, code, at)
		s.end(x.Other(), why, code, at)
	}
	if c.handler != nil {
		c.handler.Closed(at)
	}
	if c.asm.Over != nil {
		c.asm.Over(c, at)
	}
}
