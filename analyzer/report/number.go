package report

import "strconv"

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
	var digits [8]byte
	first, rest := len(digits), uint32(n)
	for ; rest > 0; rest /= 10 {
		first--
		digits[first&7] = byte('0' + rest%10)
	}
	return append(dst, digits[first&7:]...)
}
