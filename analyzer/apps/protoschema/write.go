package protoschema

import (
	"cmp"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Writer writes messages. It keeps its buffers for the next one; the zero value is ready.
type Writer struct {
	out    []byte
	fields []written // a stack: those of a message lie above those of the one around it
	told   int       // fields of the message in hand
	limit  int
	json   bool
	whole  bool
}

// written is one field of the message in hand as it is on the wire.
type written struct {
	number protowire.Number
	wire   protowire.Type
	value  []byte
}

// JSON is a message as JSON (https://protobuf.dev/programming-guides/json/) with the schema's
// names: 64-bit numbers, which JSON's readers round, are texts, bytes are base64, a field that the type
// does not know goes by its number. b is one that fits the type. Where whole is false, fields beyond the limits are
// left out. The bytes are valid until the writer's next call.
func (w *Writer) JSON(m *Message, b []byte) (text []byte, whole bool) {
	return w.begin(m, b, maxJSON, true)
}

// Line is the beginning of a message as one line: name: "value" other: {inner: 5}.
func (w *Writer) Line(m *Message, b []byte) []byte {
	text, whole := w.begin(m, b, maxLine, false)
	if !whole {
		text = append(text, "…"...)
	}
	return text
}

func (w *Writer) begin(m *Message, b []byte, limit int, json bool) ([]byte, bool) {
	if w.out, w.fields = w.out[:0], w.fields[:0]; cap(w.out) > maxLine*8 {
		w.out = nil
	}
	w.told, w.limit, w.json, w.whole = 0, limit, json, true
	w.message(m, b, 0)
	if clear(w.fields[:cap(w.fields)]); cap(w.fields) > 64 {
		w.fields = nil
	}
	return w.out, w.whole
}

// message writes the fields, those of one number together.
func (w *Writer) message(m *Message, b []byte, depth int) {
	from := len(w.fields)
	w.split(b)
	here := w.fields[from:]
	slices.SortStableFunc(here, func(a, b written) int { return cmp.Compare(a.number, b.number) })
	brace := w.json || depth > 0
	if brace {
		w.out = append(w.out, '{')
	}
	end := len(w.fields)
	for i, first := from, true; i < end; {
		to := i + 1
		for to < end && w.fields[to].number == w.fields[i].number {
			to++
		}
		if len(w.out) > w.limit || depth >= maxNested {
			w.whole = false
			break
		}
		if !first {
			w.separate()
		}
		first = false
		w.field(m.fields[int32(w.fields[i].number)], i, to, depth)
		i = to
	}
	if brace {
		w.out = append(w.out, '}')
	}
	w.fields = w.fields[:from]
}

// split pushes a message's fields.
func (w *Writer) split(b []byte) {
	for len(b) > 0 {
		num, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(num, wire, b); n < 0 {
			return
		}
		if w.told++; w.told > maxFields {
			w.whole = false
			return
		}
		w.fields = append(w.fields, written{num, wire, b[:n]})
		b = b[n:]
	}
}

func (w *Writer) separate() {
	if w.out = append(w.out, ','); !w.json {
		w.out[len(w.out)-1] = ' '
	}
}

func (w *Writer) name(s string) {
	if w.json {
		w.quote(s)
		w.out = append(w.out, ':')
		return
	}
	w.out = append(append(w.out, s...), ": "...)
}

// field writes the values from to to of one field.
func (w *Writer) field(f *field, from, to, depth int) {
	if f == nil {
		w.unknown(from, to)
		return
	}
	w.name(f.name)
	switch {
	case f.repeated && f.message != nil && f.message.entry:
		w.entries(f, from, to, depth)
	case f.repeated:
		w.out = append(w.out, '[')
		first := true
		for i := from; i < to && !w.full(); i++ {
			v := w.fields[i]
			if v.wire == protowire.BytesType && f.kind.packable() {
				first = w.packed(f, v.value, first)
				continue
			}
			if !first {
				w.comma()
			}
			first = false
			w.value(f, v.value, depth)
		}
		w.out = append(w.out, ']')
	case f.kind == kindMessage && to-from > 1: // §"Last One Wins": messages are merged, which is joining their bytes
		var joined []byte
		for i := from; i < to; i++ {
			b, _ := protowire.ConsumeBytes(w.fields[i].value)
			joined = append(joined, b...)
		}
		w.message(f.message, joined, depth+1)
	default:
		w.value(f, w.fields[to-1].value, depth)
	}
}

func (w *Writer) comma() {
	if w.out = append(w.out, ','); !w.json {
		w.out = append(w.out, ' ')
	}
}

// full is whether no more values are to be written.
func (w *Writer) full() bool {
	if len(w.out) > w.limit {
		w.whole = false
		return true
	}
	return false
}

// packed writes values that stand side by side.
func (w *Writer) packed(f *field, b []byte, first bool) bool {
	b, _ = protowire.ConsumeBytes(b)
	for len(b) > 0 && !w.full() {
		n := protowire.ConsumeFieldValue(protowire.Number(f.number), f.kind.wire(), b)
		if n < 0 {
			break
		}
		if !first {
			w.comma()
		}
		first = false
		w.scalar(f, b[:n])
		b = b[n:]
	}
	return first
}

// entries writes a map.
func (w *Writer) entries(f *field, from, to, depth int) {
	w.out = append(w.out, '{')
	key, value := f.message.fields[1], f.message.fields[2]
	for i := from; i < to && !w.full(); i++ {
		b, _ := protowire.ConsumeBytes(w.fields[i].value)
		if i > from {
			w.comma()
		}
		var k, v []byte
		for len(b) > 0 {
			num, wire, n := protowire.ConsumeTag(b)
			if n < 0 {
				break
			}
			size := protowire.ConsumeFieldValue(num, wire, b[n:])
			if size < 0 {
				break
			}
			switch num {
			case 1:
				k = b[n : n+size]
			case 2:
				v = b[n : n+size]
			}
			b = b[n+size:]
		}
		at := len(w.out)
		if key != nil {
			w.scalar(key, k)
		}
		if w.json && (at == len(w.out) || w.out[at] != '"') {
			w.out = slices.Insert(w.out, at, '"')
			w.out = append(w.out, '"')
		}
		if w.out = append(w.out, ':'); !w.json {
			w.out = append(w.out, ' ')
		}
		switch {
		case value == nil:
			w.out = append(w.out, "null"...)
		case value.message != nil && v == nil:
			w.out = append(w.out, "{}"...)
		default:
			w.value(value, v, depth+1)
		}
	}
	w.out = append(w.out, '}')
}

// value writes one value of a field.
func (w *Writer) value(f *field, v []byte, depth int) {
	switch f.kind {
	case kindMessage:
		b, _ := protowire.ConsumeBytes(v)
		w.message(f.message, b, depth+1)
	case kindGroup:
		b, _ := protowire.ConsumeGroup(protowire.Number(f.number), v)
		w.message(f.message, b, depth+1)
	default:
		w.scalar(f, v)
	}
}

// unknown writes a field that the type does not know, by what its bytes show.
func (w *Writer) unknown(from, to int) {
	w.name(strconv.Itoa(int(w.fields[from].number)))
	if to-from > 1 {
		w.out = append(w.out, '[')
	}
	for i := from; i < to && !w.full(); i++ {
		if i > from {
			w.comma()
		}
		switch v := w.fields[i]; v.wire {
		case protowire.VarintType:
			n, _ := protowire.ConsumeVarint(v.value)
			w.unsigned(n)
		case protowire.Fixed32Type:
			n, _ := protowire.ConsumeFixed32(v.value)
			w.unsigned(uint64(n))
		case protowire.Fixed64Type:
			n, _ := protowire.ConsumeFixed64(v.value)
			w.unsigned(n)
		case protowire.BytesType:
			b, _ := protowire.ConsumeBytes(v.value)
			w.bytes(b)
		default:
			w.bytes(v.value)
		}
	}
	if to-from > 1 {
		w.out = append(w.out, ']')
	}
}
