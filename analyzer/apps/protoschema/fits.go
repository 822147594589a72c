package protoschema

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// fits is whether b is a message of the type, in all its depth, and whether the type knows all
// fields of it.
func (m *Message) fits(b []byte, depth int) (ok, known bool) {
	if depth > maxNested {
		return false, false
	}
	known = true
	for len(b) > 0 {
		num, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return false, false
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(num, wire, b); n < 0 {
			return false, false
		}
		v := b[:n]
		b = b[n:]
		f := m.fields[int32(num)]
		if f == nil {
			known = false
			continue
		}
		inner, all := f.fits(wire, v, depth)
		if !inner {
			return false, false
		}
		known = known && all
	}
	return true, known
}

// fits is whether a value is one of the field.
func (f *field) fits(wire protowire.Type, v []byte, depth int) (ok, known bool) {
	packed := wire == protowire.BytesType && f.repeated && f.kind.packable()
	if wire != f.kind.wire() && !packed {
		return false, false
	}
	switch f.kind {
	case kindMessage:
		b, _ := protowire.ConsumeBytes(v)
		return f.message.fits(b, depth+1)
	case kindGroup:
		b, n := protowire.ConsumeGroup(protowire.Number(f.number), v)
		if n < 0 {
			return false, false
		}
		return f.message.fits(b, depth+1)
	case kindString:
		b, _ := protowire.ConsumeBytes(v)
		return utf8.Valid(b), true
	}
	if packed {
		b, _ := protowire.ConsumeBytes(v)
		for len(b) > 0 {
			n := protowire.ConsumeFieldValue(protowire.Number(f.number), f.kind.wire(), b)
			if n < 0 {
				return false, false
			}
			b = b[n:]
		}
	}
	return true, true
}

// wire is how a value of the kind is written, but where it is packed.
func (k kind) wire() protowire.Type {
	switch k {
	case kindDouble, kindFixed64, kindSfixed64:
		return protowire.Fixed64Type
	case kindFloat, kindFixed32, kindSfixed32:
		return protowire.Fixed32Type
	case kindString, kindBytes, kindMessage:
		return protowire.BytesType
	case kindGroup:
		return protowire.StartGroupType
	}
	return protowire.VarintType
}

// packable is whether repeated values may stand side by side in one field.
func (k kind) packable() bool {
	return k != kindString && k != kindBytes && k != kindMessage && k != kindGroup
}
