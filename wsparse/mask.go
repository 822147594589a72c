package wsparse

import (
	"encoding/binary"
	"math/bits"
)

// Unmask writes src, masked or unmasked with key (RFC 6455 §5.3; it is its own inverse),
// to the start of dst. key is the big-endian reading of the frame's four key bytes, pos
// the position of src's first byte in the frame's payload. dst must be at least as long as
// src, and may be src itself (unmasking in place) but not overlap it otherwise. src is not
// changed unless it is dst.
func Unmask(dst, src []byte, key uint32, pos uint64) {
	dst = dst[:len(src)]
	k := wideKey(key, pos)
	for len(src) >= 64 {
		d, s := (*[64]byte)(dst), (*[64]byte)(src)
		a0 := binary.LittleEndian.Uint64(s[0:]) ^ k
		a1 := binary.LittleEndian.Uint64(s[8:]) ^ k
		a2 := binary.LittleEndian.Uint64(s[16:]) ^ k
		a3 := binary.LittleEndian.Uint64(s[24:]) ^ k
		a4 := binary.LittleEndian.Uint64(s[32:]) ^ k
		a5 := binary.LittleEndian.Uint64(s[40:]) ^ k
		a6 := binary.LittleEndian.Uint64(s[48:]) ^ k
		a7 := binary.LittleEndian.Uint64(s[56:]) ^ k
		binary.LittleEndian.PutUint64(d[0:], a0)
		binary.LittleEndian.PutUint64(d[8:], a1)
		binary.LittleEndian.PutUint64(d[16:], a2)
		binary.LittleEndian.PutUint64(d[24:], a3)
		binary.LittleEndian.PutUint64(d[32:], a4)
		binary.LittleEndian.PutUint64(d[40:], a5)
		binary.LittleEndian.PutUint64(d[48:], a6)
		binary.LittleEndian.PutUint64(d[56:], a7)
		dst, src = dst[64:], src[64:]
	}
	for len(src) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^k)
		dst, src = dst[8:], src[8:]
	}
	for i := range src {
		dst[i] = src[i] ^ byte(k>>(8*uint(i)))
	}
}

// wideKey is the key for eight bytes from payload position pos on, its first byte lowest.
func wideKey(key uint32, pos uint64) uint64 {
	k := bits.ReverseBytes32(key)
	k = bits.RotateLeft32(k, -8*int(pos&3))
	return uint64(k)<<32 | uint64(k)
}

const highBits = 0x8080808080808080

// maskedASCII is how many bytes at the start of src are certainly ASCII once unmasked. It
// writes nothing, so that text in plain ASCII, which most text is, is checked without
// being unmasked.
func maskedASCII(src []byte, key uint32, pos uint64) int {
	k := wideKey(key, pos)
	n := 0
	for len(src)-n >= 64 {
		s := (*[64]byte)(src[n:])
		a := (binary.LittleEndian.Uint64(s[0:]) ^ k) | (binary.LittleEndian.Uint64(s[8:]) ^ k) |
			(binary.LittleEndian.Uint64(s[16:]) ^ k) | (binary.LittleEndian.Uint64(s[24:]) ^ k) |
			(binary.LittleEndian.Uint64(s[32:]) ^ k) | (binary.LittleEndian.Uint64(s[40:]) ^ k) |
			(binary.LittleEndian.Uint64(s[48:]) ^ k) | (binary.LittleEndian.Uint64(s[56:]) ^ k)
		if a&highBits != 0 {
			return n
		}
		n += 64
	}
	if len(src)-n >= 32 {
		s := (*[32]byte)(src[n:])
		a := (binary.LittleEndian.Uint64(s[0:]) ^ k) | (binary.LittleEndian.Uint64(s[8:]) ^ k) |
			(binary.LittleEndian.Uint64(s[16:]) ^ k) | (binary.LittleEndian.Uint64(s[24:]) ^ k)
		if a&highBits != 0 {
			return n
		}
		n += 32
	}
	for len(src)-n >= 8 {
		if (binary.LittleEndian.Uint64(src[n:])^k)&highBits != 0 {
			return n
		}
		n += 8
	}
	for i := 0; n < len(src); n, i = n+1, i+1 {
		if (src[n]^byte(k>>(8*uint(i))))&0x80 != 0 {
			return n
		}
	}
	return n
}
