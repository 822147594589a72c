package flow_test

import "fmt"

// inflated is what a DEFLATE stream gives, RFC 1951, read a bit at a time and as plainly as can
// be: beside compress/flate, which does not say how far back a stream reaches.
type inflated struct {
	in       []byte
	bit      int
	out      []byte // what came before included
	farthest int    // largest distance so far
}

var (
	lengthBase   = [...]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthBits   = [...]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase = [...]int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	lengthOrder  = [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

func (f *inflated) bits(n int) (v int) {
	for i := range n {
		if f.bit/8 >= len(f.in) {
			panic("the stream ends")
		}
		v |= int(f.in[f.bit/8]>>(f.bit%8)&1) << i
		f.bit++
	}
	return v
}

// code is the canonical Huffman codes of some lengths, RFC 1951 §3.2.2, as text of 0 and 1.
func code(lengths []int) map[string]int {
	codes, next := map[string]int{}, 0
	for n := 1; n <= 15; n++ {
		for symbol, l := range lengths {
			if l == n {
				codes[fmt.Sprintf("%0*b", n, next)] = symbol
				next++
			}
		}
		next <<= 1
	}
	return codes
}

func (f *inflated) symbol(codes map[string]int) int {
	for b := ""; len(b) < 16; {
		b += string(rune('0' + f.bits(1)))
		if s, ok := codes[b]; ok {
			return s
		}
	}
	panic("no such code")
}

// message inflates one message's bytes behind all before, RFC 7692 §7.2.2.
func (f *inflated) message(in []byte) {
	f.in, f.bit = append(append([]byte(nil), in...), 0, 0, 0xff, 0xff), 0
	for f.bit < 8*len(f.in)-7 {
		final := f.bits(1) == 1
		switch f.bits(2) {
		case 0:
			f.bit = (f.bit + 7) &^ 7
			n := f.bits(16)
			f.bits(16)
			for range n {
				f.out = append(f.out, byte(f.bits(8)))
			}
		case 1:
			var fixed [288]int
			for i := range fixed {
				fixed[i] = 8
				if i >= 144 && i < 256 {
					fixed[i] = 9
				} else if i >= 256 && i < 280 {
					fixed[i] = 7
				}
			}
			f.block(code(fixed[:]), code([]int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}))
		case 2:
			f.block(f.dynamic())
		default:
			panic("a block of no type")
		}
		if final {
			return
		}
	}
}

func (f *inflated) dynamic() (literals, distances map[string]int) {
	nl, nd, nc := f.bits(5)+257, f.bits(5)+1, f.bits(4)+4
	var short [19]int
	for i := range nc {
		short[lengthOrder[i]] = f.bits(3)
	}
	codes := code(short[:])
	var lengths []int
	repeat := func(v, n int) {
		for range n {
			lengths = append(lengths, v)
		}
	}
	for len(lengths) < nl+nd {
		switch s := f.symbol(codes); s {
		case 16:
			repeat(lengths[len(lengths)-1], 3+f.bits(2))
		case 17:
			repeat(0, 3+f.bits(3))
		case 18:
			repeat(0, 11+f.bits(7))
		default:
			repeat(s, 1)
		}
	}
	return code(lengths[:nl]), code(lengths[nl:])
}

func (f *inflated) block(literals, distances map[string]int) {
	for {
		s := f.symbol(literals)
		switch {
		case s < 256:
			f.out = append(f.out, byte(s))
			continue
		case s == 256:
			return
		}
		n := lengthBase[s-257] + f.bits(lengthBits[s-257])
		d := f.symbol(distances)
		back := distanceBase[d] + f.bits(max(d/2-1, 0))
		f.farthest = max(f.farthest, back)
		for range n {
			f.out = append(f.out, f.out[len(f.out)-back])
		}
	}
}
