package protoschema

import "google.golang.org/protobuf/encoding/protowire"

// Case is the member that is set of a message's oneof, the last on the wire of all: envelopes say so what
// they carry. "" where there is none. b is one that fits the type.
func (m *Message) Case(b []byte) (name string) {
	m.each(b, func(f *field, _ []byte) {
		if f.oneof != "" {
			name = f.name
		}
	})
	return name
}

// Text is a text, number or name of an enum that stands in the message itself; "" where it is not there. b
// is one that fits the type.
func (w *Writer) Text(m *Message, b []byte, name string) (text string) {
	m.each(b, func(f *field, v []byte) {
		if f.name != name || f.repeated || f.kind == kindMessage || f.kind == kindGroup || f.kind == kindBytes {
			return
		}
		if f.kind == kindString {
			v, _ := protowire.ConsumeBytes(v)
			text = string(v[:min(len(v), maxLine)])
			return
		}
		w.out, w.limit, w.json = w.out[:0], maxLine, false
		w.scalar(f, v)
		text = string(w.out)
	})
	return text
}

// each gives a message's fields that the type knows.
func (m *Message) each(b []byte, give func(f *field, v []byte)) {
	for len(b) > 0 {
		num, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return
		}
		size := protowire.ConsumeFieldValue(num, wire, b[n:])
		if size < 0 {
			return
		}
		if f := m.fields[int32(num)]; f != nil {
			give(f, b[n:n+size])
		}
		b = b[n+size:]
	}
}
