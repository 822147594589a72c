package upgrade

import (
	"bytes"
	"math"

	"wscope/assembly"
	"wscope/wsparse"
)

// A message follows the HTTP/1 messages of one direction: it collects heads, and counts
// bodies down without looking at them.
type message struct {
	begin assembly.Mark // first byte of the head at hand
	head  []byte        // of an unfinished head
	taken int64         // bytes of the unfinished head, those that head lacks among them
	left  int64         // bytes of the body, or of the chunk, still to come; the size read so far in chunkSize
	place place
	root  *root // of the connection that head counts for; nil where it counts for none
	kept  int   // what it counts there
	blank bool  // in trailers: nothing but CR in this line so far; in chunkSize: a digit was seen
}

// place is where in a message a direction is.
type place uint8

const (
	between   place = iota // before a message's first byte
	inHead                 // in a head, begun in message.head
	inBody                 // in a body of known length
	chunkSize              // in the line that says a chunk's size
	chunkRest              // in the rest of that line
	chunkData              // in a chunk, its CRLF included
	trailers               // after the last chunk
	toClose                // in a body that lasts until the connection is closed
	unaligned              // not known: waits for a segment that begins like a message
)

// startBody goes to where a body of this framing begins.
func (m *message) startBody(f framing, untilClose bool) {
	switch {
	case f.chunked:
		m.place, m.left, m.blank = chunkSize, 0, false
	case f.coded && untilClose:
		m.place = toClose
	case f.length > 0 && !f.coded:
		m.place, m.left = inBody, f.length
	case f.length < 0 && untilClose:
		m.place = toClose
	default:
		m.place = between
	}
}

// takeHead collects a head. It returns the head once it is whole, and what follows it; the
// head is valid until the next call. Of a head beyond maxHead the lines that fit are given.
func (m *message) takeHead(b []byte) (head, rest []byte, ok bool) {
	if len(m.head) == 0 {
		if i := wsparse.HeadEnd(b, 0); i > 0 && i <= maxHead {
			m.taken = int64(i)
			return b[:i], b[i:], true
		}
	}
	for len(b) > 0 {
		if len(m.head) > maxHead+4096 { // keep what could be the start of the empty line
			m.head = append(m.head[:maxHead], m.head[len(m.head)-3:]...)
		}
		piece := b[:min(len(b), 4096)]
		old := len(m.head)
		m.head = append(m.head, piece...)
		if i := wsparse.HeadEnd(m.head, old); i > 0 {
			m.taken += int64(i - old)
			head, m.head = m.head[:i], nil
			m.account()
			if len(head) > maxHead {
				head = head[:bytes.LastIndexByte(head[:maxHead], '\n')+1]
				head = append(head, "\r\n"...)
			}
			return head, b[i-old:], true
		}
		m.taken += int64(len(piece))
		b = b[len(piece):]
	}
	m.account()
	return nil, nil, false
}

// account counts the unfinished head as it is now.
func (m *message) account() {
	if m.root != nil && m.kept != len(m.head) {
		m.root.keep(len(m.head) - m.kept)
		m.kept = len(m.head)
	}
}

// crowded reports whether there is no room for more of the unfinished head.
func (m *message) crowded() bool {
	return m.root != nil && m.root.crowded(len(m.head), math.MaxInt)
}

// dropHead lets go of an unfinished head, and returns how many bytes were taken for it.
func (m *message) dropHead() (n int) {
	n = int(m.taken)
	m.head, m.taken = nil, 0
	m.account()
	return n
}

// takeBody passes over body bytes. It returns those of the body proper at the front of b
// (none where b begins with a chunk's framing), and what follows them. It is false where
// the body is not framed as it says.
func (m *message) takeBody(b []byte) (body, rest []byte, ok bool) {
	switch m.place {
	case toClose:
		return b, nil, true
	case inBody:
		body = b[:min(int64(len(b)), m.left)]
		if m.left -= int64(len(body)); m.left == 0 {
			m.place = between
		}
		return body, b[len(body):], true
	case chunkData:
		n := min(int64(len(b)), m.left)
		body = b[:min(n, max(m.left-2, 0))] // the last two are CRLF
		if m.left -= n; m.left == 0 {
			m.place = chunkSize
		}
		return body, b[n:], true
	}
	for i, c := range b {
		if !m.chunkLine(c) {
			return nil, nil, false
		}
		if m.place == chunkData || m.place == between {
			return nil, b[i+1:], true
		}
	}
	return nil, nil, true
}

// chunkLine takes a byte of a chunk's size line or of the trailers, RFC 9112 §7.1.
func (m *message) chunkLine(c byte) bool {
	switch m.place {
	case chunkSize:
		v := hexValue(c)
		switch {
		case v >= 0 && m.left < 1<<48:
			m.left = m.left<<4 | int64(v)
			m.blank = true // digits were seen
			return true
		case v >= 0 || !m.blank:
			return false
		}
		m.place = chunkRest
		return m.chunkLine(c)
	case chunkRest:
		if c != '\n' {
			return true
		}
		if m.left == 0 {
			m.place, m.blank = trailers, true
		} else {
			m.place, m.blank, m.left = chunkData, false, m.left+2
		}
	case trailers:
		switch {
		case c == '\n' && m.blank:
			m.place, m.blank = between, false
		case c == '\n':
			m.blank = true
		case c != '\r':
			m.blank = false
		}
	}
	return true
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// skip passes over n missing bytes. It is false where the place behind them is not known.
func (m *message) skip(n int64) bool {
	switch m.place {
	case toClose, unaligned:
		return true
	case inBody, chunkData:
		if n < 0 || n > m.left {
			return false
		}
		if m.left -= n; m.left > 0 {
			return true
		}
		if m.place == inBody {
			m.place = between
		} else {
			m.place = chunkSize
		}
		return true
	}
	return false
}
