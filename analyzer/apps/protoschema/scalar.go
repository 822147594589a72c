package protoschema

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// scalar writes a value that is no message; an empty v is the kind's zero.
func (w *Writer) scalar(f *field, v []byte) {
	var n uint64
	switch f.kind.wire() {
	case protowire.VarintType:
		n, _ = protowire.ConsumeVarint(v)
	case protowire.Fixed64Type:
		n, _ = protowire.ConsumeFixed64(v)
	case protowire.Fixed32Type:
		n32, _ := protowire.ConsumeFixed32(v)
		n = uint64(n32)
	case protowire.BytesType:
		b, _ := protowire.ConsumeBytes(v)
		if f.kind == kindBytes {
			w.bytes(b)
		} else {
			w.quote(string(w.part(b)))
		}
		return
	}
	switch f.kind {
	case kindDouble:
		w.float(math.Float64frombits(n), 64)
	case kindFloat:
		w.float(float64(math.Float32frombits(uint32(n))), 32)
	case kindBool:
		w.out = strconv.AppendBool(w.out, n != 0)
	case kindEnum:
		if name := f.enum.names[int32(n)]; name == "" {
			w.out = strconv.AppendInt(w.out, int64(int32(n)), 10)
		} else if w.json {
			w.quote(name)
		} else {
			w.out = append(w.out, name...)
		}
	case kindInt32, kindSfixed32:
		w.out = strconv.AppendInt(w.out, int64(int32(n)), 10)
	case kindUint32, kindFixed32:
		w.out = strconv.AppendUint(w.out, uint64(uint32(n)), 10)
	case kindSint32:
		w.out = strconv.AppendInt(w.out, int64(int32(protowire.DecodeZigZag(n&math.MaxUint32))), 10)
	case kindSint64:
		w.signed(protowire.DecodeZigZag(n))
	case kindUint64, kindFixed64:
		w.unsigned(n)
	default:
		w.signed(int64(n))
	}
}

// long writes the mark that stands before and after a number of 64 bits.
func (w *Writer) long() {
	if w.json {
		w.out = append(w.out, '"')
	}
}

// unsigned writes a number of 64 bits.
func (w *Writer) unsigned(n uint64) {
	w.long()
	w.out = strconv.AppendUint(w.out, n, 10)
	w.long()
}

// signed does the same for one that may be negative.
func (w *Writer) signed(n int64) {
	w.long()
	w.out = strconv.AppendInt(w.out, n, 10)
	w.long()
}

func (w *Writer) float(v float64, bits int) {
	switch {
	case math.IsNaN(v):
		w.quote("NaN")
	case math.IsInf(v, 1):
		w.quote("Infinity")
	case math.IsInf(v, -1):
		w.quote("-Infinity")
	default:
		w.out = strconv.AppendFloat(w.out, v, 'g', -1, bits)
	}
}

// part is as much of a text or of bytes as may still be written.
func (w *Writer) part(b []byte) []byte {
	room := max(w.limit-len(w.out), 0)
	if len(b) <= room {
		return b
	}
	w.whole = false
	for room > 0 && !utf8.RuneStart(b[room]) {
		room--
	}
	return b[:room]
}

func (w *Writer) bytes(b []byte) {
	if w.json {
		w.out = append(w.out, '"')
		w.out = base64.StdEncoding.AppendEncode(w.out, w.part(b))
		w.out = append(w.out, '"')
		return
	}
	w.out = append(strconv.AppendInt(w.out, int64(len(b)), 10), " bytes"...)
}

const hexDigits = "0123456789abcdef"

// quote writes a text as JSON does: what is no UTF-8 becomes U+FFFD.
func (w *Writer) quote(s string) {
	w.out = append(w.out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.out = append(w.out, '\\', byte(r))
		case r == '\n':
			w.out = append(w.out, '\\', 'n')
		case r < ' ' || r == 0x7f:
			w.out = append(w.out, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			w.out = utf8.AppendRune(w.out, r)
		}
	}
	w.out = append(w.out, '"')
}
