package wsparse

import (
	"errors"
	"io"
	"slices"
)

// The errors of ParseMessage and ReadMessage, besides io.EOF and io.ErrUnexpectedEOF.
var (
	// ErrInterrupted says that inside a message a frame came that begins another, RFC 6455
	// §5.4.
	ErrInterrupted = errors.New("a new message begins inside a message")
	// ErrTooLong says that a message's payloads are longer than the limit.
	ErrTooLong = errors.New("message longer than the limit")
)

// ParseMessage reads the message at the start of b, and gives what follows it. Payloads
// that are not masked are parts of b; masked ones are copied, b is not changed. The error
// is io.EOF where b is empty, io.ErrUnexpectedEOF where it ends inside the message, or
// ErrInterrupted (rest then begins with the interrupting frame).
//
// A capture, with its losses, or more than a message a time is for a Stream.
func ParseMessage(b []byte) (m *ParsedMessage, rest []byte, err error) {
	if len(b) == 0 {
		return nil, b, io.EOF
	}
	m = new(ParsedMessage)
	for rest = b; ; {
		h, n := ParseHeader(rest)
		if n == 0 || h.LenPayload > uint64(len(rest)-n) {
			return m, rest, io.ErrUnexpectedEOF
		}
		end := n + int(h.LenPayload)
		f := Frame{Header: h, Payload: rest[n:end:end]}
		if h.IsMasked {
			f.Payload = make([]byte, len(f.Payload))
			Unmask(f.Payload, rest[n:end], h.MaskKey, 0)
		}
		done, err := m.add(f, len(rest) == len(b))
		if err != nil {
			return m, rest, err
		}
		if rest = rest[end:]; done {
			return m, rest, nil
		}
	}
}

// ReadMessage reads the next message from r, and not a byte beyond it: r is best buffered.
// limit bounds the payload bytes of the message and the control frames in it, in all; 0 is
// DefaultMaxMessage. Memory is taken as bytes come, not as a header claims. The error is
// that of r: io.EOF only where r ends before the first byte, io.ErrUnexpectedEOF where it
// ends later; or ErrTooLong or ErrInterrupted, after which r stands inside a frame.
func ReadMessage(r io.Reader, limit int) (*ParsedMessage, error) {
	if limit <= 0 {
		limit = DefaultMaxMessage
	}
	m := new(ParsedMessage)
	for first := true; ; first = false {
		h, err := readHeader(r)
		if err == io.EOF && !first {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if h.LenPayload > uint64(limit) {
			return nil, ErrTooLong
		}
		limit -= int(h.LenPayload)
		payload, err := readPayload(r, int(h.LenPayload))
		if err != nil {
			return nil, err
		}
		if h.IsMasked {
			Unmask(payload, payload, h.MaskKey, 0)
		}
		done, err := m.add(Frame{h, payload}, first)
		if err != nil {
			return nil, err
		}
		if done {
			return m, nil
		}
	}
}

func readHeader(r io.Reader) (h Header, err error) {
	var b [MaxHeader]byte
	if _, err = io.ReadFull(r, b[:2]); err != nil {
		return h, err
	}
	short := Header{IsMasked: b[1]&0x80 != 0, LenPayloadPrimary: b[1] & 0x7f}
	n := short.Size()
	if _, err = io.ReadFull(r, b[2:n]); err != nil && n > 2 {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return h, err
	}
	h.parse(b[:n])
	return h, nil
}

// readPayload reads n bytes, and takes memory for no more than 64 KiB, or as much again as came, ahead of them.
func readPayload(r io.Reader, n int) ([]byte, error) {
	var p []byte
	for len(p) < n {
		step := min(n-len(p), max(64<<10, len(p)))
		p = slices.Grow(p, step)
		got, err := io.ReadFull(r, p[len(p):len(p)+step])
		p = p[:len(p)+got]
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}
