package report

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"wscope/analyzer/record"
)

// appendInt appends a number in decimal digits. Those of records are mostly small and
// never negative, for which it is faster than strconv.
func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	return appendUint(dst, uint64(n))
}

func appendUint(dst []byte, n uint64) []byte {
	if n < 10 {
		return append(dst, byte('0'+n))
	}
	if n >= 1e8 {
		return strconv.AppendUint(dst, n, 10)
	}
	digits := record.Digits(uint32(n))
	zeros := bits.TrailingZeros64(digits) &^ 7 // of those in front, in bits
	dst = binary.LittleEndian.AppendUint64(dst, (digits|record.Zeros)>>(zeros&63))
	return dst[:len(dst)-zeros/8]
}
