package record

// Digits are the eight decimal digits of n, which must be below 100,000,000: the number that each is,
// the first in the lowest byte. Two, four and eight of them are found at once, without a branch or a loop.
func Digits(n uint32) uint64 {
	x := uint64(n/10000) | uint64(n%10000)<<32
	hundreds := x * 10486 >> 20 & 0x0000007f_0000007f // of a number below 10,000: exact below 43,699
	x = hundreds | (x-100*hundreds)<<16
	tens := x * 103 >> 10 & 0x000f_000f_000f_000f // of a number below 100: exact below 179
	return tens | (x-10*tens)<<8
}

// Zeros makes the number that a digit is its character: Digits(n) | Zeros.
const Zeros = 0x3030303030303030
