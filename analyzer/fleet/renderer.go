package fleet

import (
	"encoding/binary"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Renderer returns what Options.Render must give where messages are rendered as JSON on their way to a Publisher: next, and in
// front of each record what the Publisher needs of it, so that it parses nothing. It works for one goroutine, as next does.
func (p *Publisher) Renderer(next record.Renderer) record.Renderer {
	return &renderer{next: next, messages: p.opt.Messages}
}

type renderer struct {
	next     record.Renderer
	messages bool
	short    []byte
}

// A record that is rendered begins with its time, and with the length of what travels in its place where it is itself too
// long to; unsent says that it does not travel.
const (
	renderedHead = 8 + 4
	unsent       = 1<<32 - 1
)

// Message appends what the Publisher needs, and the message as next renders it.
func (r *renderer) Message(dst []byte, m *record.Message) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.Time))
	dst = binary.BigEndian.AppendUint32(dst, 0)
	from := len(dst)
	dst = r.next.Message(dst, m)
	length := dst[from-4 : from]
	if !r.messages {
		binary.BigEndian.PutUint32(length, unsent)
		return dst
	}
	if len(dst)-from+aroundLine <= mostLine {
		return dst
	}
	r.short = append(r.short[:0], dst[from:]...)
	whole := len(r.short)
	r.short = (&report.JSON{MaxPayload: cutTo}).Message(r.short, m)
	binary.BigEndian.PutUint32(length, uint32(len(r.short)-whole))
	dst = append(dst[:from], r.short[whole:]...)
	return append(dst, r.short[:whole]...)
}

// aroundLine is what report.AppendLine adds at most: the flow's number and the line's end.
const aroundLine = 40

// Frame appends a frame as next renders it: frames do not travel.
func (r *renderer) Frame(dst []byte, f *record.Frame) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(f.Time))
	return r.next.Frame(binary.BigEndian.AppendUint32(dst, unsent), f)
}

// splitRendered undoes what renderer did: when the record was, what of it travels (nil for nothing), and what next rendered.
func splitRendered(b []byte) (at record.Time, travels, rest []byte) {
	at = record.Time(binary.BigEndian.Uint64(b))
	n := binary.BigEndian.Uint32(b[8:])
	rest = b[renderedHead:]
	switch n {
	case unsent:
		return at, nil, rest
	case 0:
		return at, rest, rest
	}
	return at, rest[:n], rest[n:]
}
