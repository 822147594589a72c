package simulate

import (
	"encoding/binary"
	"math"
)

// msgpack appends a value as MessagePack.
func msgpack(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, 0xc0)
	case bool:
		if x {
			return append(b, 0xc3)
		}
		return append(b, 0xc2)
	case int:
		switch {
		case x >= 0 && x < 128:
			return append(b, byte(x))
		case x >= 0 && x < 1<<16:
			return binary.BigEndian.AppendUint16(append(b, 0xcd), uint16(x))
		}
		return binary.BigEndian.AppendUint64(append(b, 0xd3), uint64(x))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xcb), math.Float64bits(x))
	case string:
		switch {
		case len(x) < 32:
			b = append(b, 0xa0|byte(len(x)))
		case len(x) < 256:
			b = append(b, 0xd9, byte(len(x)))
		default:
			b = binary.BigEndian.AppendUint16(append(b, 0xda), uint16(len(x)))
		}
		return append(b, x...)
	case []any:
		b = binary.BigEndian.AppendUint16(append(b, 0xdc), uint16(len(x)))
		for _, e := range x {
			b = msgpack(b, e)
		}
	case object:
		b = binary.BigEndian.AppendUint16(append(b, 0xde), uint16(len(x)))
		for _, p := range x {
			b = msgpack(msgpack(b, p.name), p.value)
		}
	}
	return b
}

// cbor appends a value as CBOR, RFC 8949.
func cbor(b []byte, v any) []byte {
	head := func(b []byte, major byte, n int) []byte {
		switch {
		case n < 24:
			return append(b, major<<5|byte(n))
		case n < 256:
			return append(b, major<<5|24, byte(n))
		case n < 1<<16:
			return binary.BigEndian.AppendUint16(append(b, major<<5|25), uint16(n))
		}
		if n < 1<<32 {
			return binary.BigEndian.AppendUint32(append(b, major<<5|26), uint32(n))
		}
		return binary.BigEndian.AppendUint64(append(b, major<<5|27), uint64(n))
	}
	switch x := v.(type) {
	case nil:
		return append(b, 0xf6)
	case bool:
		if x {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case int:
		return head(b, 0, x)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(x))
	case string:
		return append(head(b, 3, len(x)), x...)
	case []any:
		b = head(b, 4, len(x))
		for _, e := range x {
			b = cbor(b, e)
		}
	case object:
		b = head(b, 5, len(x))
		for _, p := range x {
			b = cbor(cbor(b, p.name), p.value)
		}
	}
	return b
}

// proto appends an object as a Protocol Buffers message whose fields are numbered as they come.
func proto(b []byte, o object, number func(name string) int) []byte {
	for _, p := range o {
		n := uint64(number(p.name))
		switch x := p.value.(type) {
		case bool:
			if x {
				b = append(binary.AppendUvarint(b, n<<3), 1)
			}
		case int:
			b = binary.AppendUvarint(binary.AppendUvarint(b, n<<3), uint64(x))
		case float64:
			b = binary.LittleEndian.AppendUint64(binary.AppendUvarint(b, n<<3|1), math.Float64bits(x))
		case string:
			b = binary.AppendUvarint(binary.AppendUvarint(b, n<<3|2), uint64(len(x)))
			b = append(b, x...)
		case object:
			inner := proto(nil, x, number)
			b = append(binary.AppendUvarint(binary.AppendUvarint(b, n<<3|2), uint64(len(inner))), inner...)
		case []any:
			for _, e := range x {
				b = proto(b, object{{p.name, e}}, number)
			}
		}
	}
	return b
}
