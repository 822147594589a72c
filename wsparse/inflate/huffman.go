package inflate

import (
	"encoding/binary"
	"math/bits"
)

// A decode table is indexed by the next bits of the stream. Its first 1<<litBits (or
// 1<<distBits) entries are the primary table; codes longer than that have a pointer
// there to a subtable further on, which is indexed by the bits that follow.
//
// An entry is laid out so that one load says all:
//
//	bits 0-5    bits to consume: the code and its extra bits
//	bits 8-11   bits of the code alone; of a pointer, the index bits of its subtable
//	bit  13     end of block
//	bit  14     pointer to a subtable
//	bit  15     no literal, length or distance: one of the two above, or an unused code
//	bits 16-30  literal byte, base length, base distance, or where the subtable starts
//	bit  31     literal
const (
	litBits  = 10
	distBits = 8

	// The largest tables that a code of 288 (32) symbols of up to 15 bits can need,
	// as zlib's examples/enough.c computes them.
	litEnough  = 1334
	distEnough = 402

	consumeMask = 63
	codeShift   = 8
	codeMask    = 15
	entryEnd    = 1 << 13
	entryMore   = 1 << 14
	entryOther  = 1 << 15
	valueShift  = 16
	entryLit    = 1 << 31

	// unused is the entry of a code that stands for nothing: with one symbol of one
	// bit, the other value of that bit.
	unused = entryOther | 1
)

const (
	maxLits  = 286 // literal and length symbols that a dynamic block may define
	maxDists = 30
	endBlock = 256
)

// litResults and distResults hold the entry of every symbol, less its code's length.
var (
	litResults  [288]uint32
	distResults [32]uint32
	preResults  [19]uint32
)

// The fixed code's tables, RFC 1951 §3.2.6.
var (
	fixedLit  [litEnough]uint32
	fixedDist [distEnough]uint32
)

func init() {
	for i := range litResults {
		switch {
		case i < endBlock:
			litResults[i] = entryLit | uint32(i)<<valueShift
		case i == endBlock:
			litResults[i] = entryOther | entryEnd
		default:
			litResults[i] = entryOther
		}
	}
	// RFC 1951 §3.2.5: the lengths 3 to 258 and the distances 1 to 32768.
	base := 3
	for i := 0; i < 28; i++ {
		extra := max(0, i/4-1)
		litResults[257+i] = uint32(base)<<valueShift | uint32(extra)
		base += 1 << extra
	}
	litResults[285] = 258 << valueShift
	base = 1
	for i := range distResults {
		if i >= maxDists {
			distResults[i] = entryOther
			continue
		}
		extra := max(0, i/2-1)
		distResults[i] = uint32(base)<<valueShift | uint32(extra)
		base += 1 << extra
	}
	for i := range preResults {
		preResults[i] = uint32(i) << valueShift
	}

	var lens [288]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	build(fixedLit[:], litBits, lens[:], litResults[:])
	for i := range 32 {
		lens[i] = 5
	}
	build(fixedDist[:], distBits, lens[:32], distResults[:])
}

// build makes the decode table of the canonical code (RFC 1951 §3.2.2) in which symbol i
// has a code of lens[i] bits, 0 for none, and the entry results[i]. It returns false where
// the lengths are no prefix code. As zlib does, it takes an incomplete code only where it
// is empty or one symbol of one bit.
func build(table []uint32, primary uint, lens []uint8, results []uint32) bool {
	// Most symbols of a block of text have no code: they are stepped over by eights.
	var count [16]uint16
	var used [288]uint16 // the symbols that have a code
	n := 0
	for i := 0; i < len(lens); {
		if i+8 <= len(lens) && binary.LittleEndian.Uint64(lens[i:]) == 0 {
			i += 8
			continue
		}
		for end := min(i+8, len(lens)); i < end; i++ {
			if l := lens[i]; l != 0 {
				count[l&15]++
				used[n] = uint16(i)
				n++
			}
		}
	}
	longest := uint(15)
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	if longest == 0 {
		for i := range table[:1<<primary] {
			table[i] = unused
		}
		return true
	}
	var next [16]uint16 // where the symbols of each length begin in sorted
	space, total := 0, uint16(0)
	for l := uint(1); l <= longest; l++ {
		space = space<<1 + int(count[l])
		next[l] = total
		total += count[l]
	}
	if space != 1<<longest && (space != 1 || longest != 1) {
		return false
	}
	var sorted [288]uint16
	for _, i := range used[:n] {
		l := lens[i] & 15
		sorted[next[l]] = i
		next[l]++
	}
	if space == 1 {
		e := entry(results[sorted[0]], 1)
		for i := 0; i < 1<<primary; i += 2 {
			table[i], table[i+1] = e, unused
		}
		return true
	}

	// Symbols in order of their codes. The table is filled for the bits of the code at
	// hand, and doubled when codes become a bit longer. code is bit-reversed, as it
	// stands in the stream.
	symbol := 0
	code := 0
	size := 1 // of the table so far
	for l := uint(1); l <= min(primary, longest); l++ {
		copy(table[size:2*size], table[:size])
		size *= 2
		for range count[l] {
			table[code] = entry(results[sorted[symbol]], uint32(l))
			symbol++
			if code == size-1 {
				// The last code: what is left of the primary table repeats.
				for ; size < 1<<primary; size *= 2 {
					copy(table[size:2*size], table[:size])
				}
				return true
			}
			code = follow(code, size)
		}
	}
	return subtables(table, primary, longest, code, symbol, &count, &sorted, results)
}

// subtables makes the tables of codes longer than the primary table's index.
func subtables(table []uint32, primary, longest uint, code, symbol int, count *[16]uint16, sorted *[288]uint16, results []uint32) bool {
	end := 1 << primary // where the next subtable starts
	prefix := -1
	start, width := 0, uint(0)
	left := 0
	l := primary + 1
	for ; count[l] == 0; l++ {
	}
	left = int(count[l])
	for {
		if code&(1<<primary-1) != prefix {
			// A new subtable: as wide as the codes that share the prefix need.
			prefix = code & (1<<primary - 1)
			start = end
			width = l - primary
			for space := left; space < 1<<width; {
				width++
				space = space<<1 + int(count[primary+width])
			}
			end = start + 1<<width
			table[prefix] = uint32(start)<<valueShift | entryOther | entryMore | uint32(width)<<codeShift | uint32(primary)
		}
		e := entry(results[sorted[symbol]], uint32(l-primary))
		for i := code >> primary; i < 1<<width; i += 1 << (l - primary) {
			table[start+i] = e
		}
		symbol++
		left--
		if code == 1<<l-1 {
			return true
		}
		code = follow(code, 1<<l)
		for left == 0 {
			l++
			left = int(count[l])
		}
	}
}

// entry completes a symbol's entry with the length of its code.
func entry(result, length uint32) uint32 {
	return result + length + length<<codeShift
}

// follow gives the next code of the same length, or its prefix where codes grow longer:
// an increment of a bit-reversed number below size that is not all ones.
func follow(code, size int) int {
	bit := 1 << (bits.Len(uint(code^(size-1))) - 1)
	return code&(bit-1) | bit
}
