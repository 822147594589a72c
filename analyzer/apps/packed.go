package apps

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"
)

// cborMode decodes CBOR (RFC 8949) to find where an item ends.
var cborMode = func() cbor.DecMode {
	m, err := cbor.DecOptions{MaxNestedLevels: packedNesting, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}()

// packing is a binary twin of JSON.
type packing uint8

const (
	msgPacking packing = iota
	cborPacking
)

// packedHead is a MessagePack or CBOR item as JSON: what stands in it at the top and near it, which is all that a
// dialect looks at. A long text, or what lies deep in an item that is long, is given by its size alone. rest is what is behind the item;
// ok is false where b does not begin with a whole one.
//
// Keys that are no texts are written as such, NaN and infinities as texts, and bytes in base64 where they are few.
func packedHead(b []byte, p packing) (head, rest []byte, ok bool) {
	if p == cborPacking {
		if rest, err := cborMode.UnmarshalFirst(b, new(cborRaw)); err == nil {
			w := unpacker{b: b[:len(b)-len(rest)], packing: p}
			w.item(0)
			return w.out, rest, !w.bad
		}
		return nil, nil, false
	}
	rest, err := msgp.Skip(b)
	if err != nil {
		return nil, nil, false
	}
	w := unpacker{b: b[:len(b)-len(rest)], packing: p}
	w.item(0)
	return w.out, rest, !w.bad
}

// cborRaw takes an item without looking into it.
type cborRaw struct{}

func (*cborRaw) UnmarshalCBOR([]byte) error { return nil }

// packedValue is packedHead of a whole message that is a map or an array; nil where it is none.
func packedValue(b []byte, p packing) []byte {
	head, rest, ok := packedHead(b, p)
	if !ok || len(rest) > 0 || len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return nil
	}
	return head
}

const (
	packedText1   = 8 * maxGist // bytes of a text that are written
	packedRoom    = 16 << 10    // bytes that are written in all; behind them everything is given by its kind alone
	packedNesting = 32
)

// unpacker writes an item, whose shape was checked, as JSON.
type unpacker struct {
	b       []byte
	out     []byte
	packing packing
	bad     bool
}

func (w *unpacker) item(depth int) {
	if w.bad || len(w.b) == 0 {
		w.bad = true
		return
	}
	if depth > packedNesting && w.packing == msgPacking {
		rest, err := msgp.Skip(w.b)
		w.b, w.bad = rest, err != nil
		w.out = append(w.out, "null"...)
		return
	}
	if w.packing == cborPacking {
		w.cbor(depth)
	} else {
		w.msgpack(depth)
	}
}

func (w *unpacker) take(n uint64) []byte {
	if n > uint64(len(w.b)) {
		w.bad, w.b = true, nil
		return nil
	}
	b := w.b[:n]
	w.b = w.b[n:]
	return b
}

func (w *unpacker) full() bool { return len(w.out) > packedRoom }

func (w *unpacker) text(b []byte) {
	switch {
	case w.full():
		w.out = append(w.out, `""`...)
	case len(b) > packedText1:
		b = b[:packedText1]
		for len(b) > 0 && !utf8.RuneStart(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
		w.out = appendJSONText(w.out, b[:max(len(b)-1, 0)], true)
	default:
		w.out = appendJSONText(w.out, b, false)
	}
}

func (w *unpacker) bytes(b []byte) {
	if len(b) > 48 || w.full() {
		w.out = append(append(w.out, '"'), bytesOf(len(b))...)
		w.out = append(w.out, '"')
		return
	}
	w.out = append(w.out, '"')
	w.out = base64.StdEncoding.AppendEncode(w.out, b)
	w.out = append(w.out, '"')
}

func (w *unpacker) float(v float64, bits int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		w.out = strconv.AppendQuote(w.out, strconv.FormatFloat(v, 'g', -1, 64))
		return
	}
	w.out = strconv.AppendFloat(w.out, v, 'g', -1, bits)
}

// group writes the n items, or pairs, of a list or map.
func (w *unpacker) group(n uint64, pairs bool, depth int, endless bool) {
	begin, end := byte('['), byte(']')
	if pairs {
		begin, end = '{', '}'
	}
	w.out = append(w.out, begin)
	for i := uint64(0); (endless || i < n) && !w.bad; i++ {
		if endless && len(w.b) > 0 && w.b[0] == 0xff {
			w.b = w.b[1:]
			break
		}
		keep := len(w.out)
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if pairs {
			w.key(depth)
			w.out = append(w.out, ':')
		}
		w.item(depth + 1)
		if keep > packedRoom {
			w.out = w.out[:keep]
		}
	}
	w.out = append(w.out, end)
}

// key writes a key as a text, whatever it is.
func (w *unpacker) key(depth int) {
	at := len(w.out)
	w.item(depth + 1)
	if len(w.out) > at && w.out[at] != '"' {
		k := string(w.out[at:])
		w.out = appendJSONText(w.out[:at], []byte(k), false)
	}
}

func (w *unpacker) msgpack(depth int) {
	switch msgp.NextType(w.b) {
	case msgp.StrType:
		b, rest, err := msgp.ReadStringZC(w.b)
		w.bad, w.b = err != nil, rest
		w.text(b)
	case msgp.BinType:
		b, rest, err := msgp.ReadBytesZC(w.b)
		w.bad, w.b = err != nil, rest
		w.bytes(b)
	case msgp.MapType:
		n, rest, err := msgp.ReadMapHeaderBytes(w.b)
		w.bad, w.b = err != nil, rest
		w.group(uint64(n), true, depth, false)
	case msgp.ArrayType:
		n, rest, err := msgp.ReadArrayHeaderBytes(w.b)
		w.bad, w.b = err != nil, rest
		w.group(uint64(n), false, depth, false)
	case msgp.IntType:
		v, rest, err := msgp.ReadInt64Bytes(w.b)
		w.bad, w.b = err != nil, rest
		w.out = strconv.AppendInt(w.out, v, 10)
	case msgp.UintType:
		v, rest, err := msgp.ReadUint64Bytes(w.b)
		w.bad, w.b = err != nil, rest
		w.out = strconv.AppendUint(w.out, v, 10)
	case msgp.Float64Type:
		v, rest, err := msgp.ReadFloat64Bytes(w.b)
		w.bad, w.b = err != nil, rest
		w.float(v, 64)
	case msgp.Float32Type:
		v, rest, err := msgp.ReadFloat32Bytes(w.b)
		w.bad, w.b = err != nil, rest
		w.float(float64(v), 32)
	case msgp.BoolType:
		v, rest, err := msgp.ReadBoolBytes(w.b)
		w.bad, w.b = err != nil, rest
		w.out = strconv.AppendBool(w.out, v)
	case msgp.NilType:
		w.b = w.b[1:]
		w.out = append(w.out, "null"...)
	default: // an extension: a time, or what a library made of its own
		rest, err := msgp.Skip(w.b)
		if err != nil {
			w.bad = true
			return
		}
		w.bytes(w.b[:len(w.b)-len(rest)])
		w.b = rest
	}
}

func (w *unpacker) cbor(depth int) {
	major, info := w.b[0]>>5, w.b[0]&31
	w.b = w.b[1:]
	n, endless := uint64(info), info == 31
	switch {
	case info >= 24 && info <= 27:
		size := uint64(1) << (info - 24)
		var full [8]byte
		copy(full[8-size:], w.take(size))
		n = binary.BigEndian.Uint64(full[:])
	case info > 27 && !endless:
		w.bad = true
		return
	}
	switch major {
	case 0:
		w.out = strconv.AppendUint(w.out, n, 10)
	case 1:
		if n == math.MaxUint64 {
			w.out = append(w.out, "-18446744073709551616"...)
			return
		}
		w.out = strconv.AppendUint(append(w.out, '-'), n+1, 10)
	case 2, 3:
		b := w.take(n * uint64(boolInt(!endless)))
		for endless && !w.bad && len(w.b) > 0 {
			if w.b[0] == 0xff {
				w.b = w.b[1:]
				break
			}
			part := unpacker{b: w.b, packing: cborPacking}
			b = append(b[:len(b):len(b)], part.chunk()...)
			w.b, w.bad = part.b, part.bad
		}
		if major == 2 {
			w.bytes(b)
		} else {
			w.text(b)
		}
	case 4, 5:
		w.group(n, major == 5, depth, endless)
	case 6:
		w.item(depth + 1)
	default:
		w.simple(info, n)
	}
}

// chunk is one of the strings that an endless one is made of.
func (w *unpacker) chunk() []byte {
	info := w.b[0] & 31
	w.b = w.b[1:]
	n := uint64(info)
	if info >= 24 && info <= 27 {
		var full [8]byte
		size := uint64(1) << (info - 24)
		copy(full[8-size:], w.take(size))
		n = binary.BigEndian.Uint64(full[:])
	}
	return w.take(n)
}

func (w *unpacker) simple(info byte, n uint64) {
	switch info {
	case 20, 21:
		w.out = strconv.AppendBool(w.out, info == 21)
	case 25:
		w.float(halfFloat(uint16(n)), 32)
	case 26:
		w.float(float64(math.Float32frombits(uint32(n))), 32)
	case 27:
		w.float(math.Float64frombits(n), 64)
	default:
		w.out = append(w.out, "null"...)
	}
}

// halfFloat is a number of 16 bits, RFC 8949 appendix D.
func halfFloat(h uint16) float64 {
	exp, mant := int(h>>10&31), float64(h&1023)
	v := math.Ldexp(mant+1024, exp-25)
	switch exp {
	case 0:
		v = math.Ldexp(mant, -24)
	case 31:
		if v = math.Inf(1); mant != 0 {
			v = math.NaN()
		}
	}
	if h&0x8000 != 0 {
		v = -v
	}
	return v
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// appendJSONText writes a text in quotes; cut says that it goes on.
func appendJSONText(out, b []byte, cut bool) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for len(b) > 0 {
		switch c := b[0]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			out = append(out, c)
		default:
			r, size := utf8.DecodeRune(b)
			out = utf8.AppendRune(out, r)
			b = b[size:]
			continue
		}
		b = b[1:]
	}
	if cut {
		out = append(out, "…"...)
	}
	return append(out, '"')
}

// packedText is a MessagePack string; "" where b is none.
func packedText(b []byte) string {
	s, _, err := msgp.ReadStringZC(b)
	if err != nil {
		return ""
	}
	return short(s)
}

// msgpackNamed reports whether a map has only texts as keys, and one at least: other bytes are maps by chance.
func msgpackNamed(b []byte) bool {
	n, rest, err := msgp.ReadMapHeaderBytes(b)
	if err != nil || n == 0 {
		return false
	}
	for range n {
		if msgp.NextType(rest) != msgp.StrType {
			return false
		}
		if _, rest, err = msgp.ReadStringZC(rest); err != nil {
			return false
		}
		if rest, err = msgp.Skip(rest); err != nil {
			return false
		}
	}
	return true
}
