package quic

import "encoding/binary"

// MaxVarint is the largest number that a variable-length integer holds (RFC 9000 §16).
const MaxVarint = 1<<62 - 1

// Varint reads a variable-length integer (RFC 9000 §16) and returns how many bytes it took;
// 0 where b is too short.
func Varint(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	switch b[0] >> 6 {
	case 0:
		return uint64(b[0]), 1
	case 1:
		if len(b) >= 2 {
			return uint64(binary.BigEndian.Uint16(b)) & (1<<14 - 1), 2
		}
	case 2:
		if len(b) >= 4 {
			return uint64(binary.BigEndian.Uint32(b)) & (1<<30 - 1), 4
		}
	default:
		if len(b) >= 8 {
			return binary.BigEndian.Uint64(b) & MaxVarint, 8
		}
	}
	return 0, 0
}

// fields reads a row of variable-length integers and byte strings. Once something is
// missing, ok is false and all that follows is zero.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) varint() uint64 {
	v, n := Varint(f.b)
	if n == 0 {
		f.bad, f.b = true, nil
		return 0
	}
	f.b = f.b[n:]
	return v
}

func (f *fields) bytes(n uint64) []byte {
	if n > uint64(len(f.b)) {
		f.bad, f.b = true, nil
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}
