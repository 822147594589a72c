package tlsopen

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"
)

// camellia is the block cipher Camellia, RFC 3713, with keys of 128 or 256 bits. It is slower
// than AES by far and takes no care that time tells nothing of keys: here they are known.
type camellia struct {
	white  [4]uint64 // kw1 to kw4
	rounds []uint64  // k1 to k18, or to k24
	mix    [6]uint64 // ke1 to ke4, or to ke6
}

// word128 is a number of 128 bits.
type word128 struct{ hi, lo uint64 }

// rotl is the number rotated to the left by n, less than 128.
func (w word128) rotl(n uint) word128 {
	if n >= 64 {
		w, n = word128{w.lo, w.hi}, n-64
	}
	return word128{w.hi<<n | w.lo>>(64-n), w.lo<<n | w.hi>>(64-n)}
}

// camelliaSigma are the constants of the key schedule, RFC 3713 §2.2.
var camelliaSigma = [6]uint64{
	0xA09E667F3BCC908B, 0xB67AE8584CAA73B2, 0xC6EF372FE94F82BE,
	0x54FF53A5F1D36F1C, 0x10E527FADE682D1D, 0xB05688C2B3E6C1FD,
}

// newCamellia makes the cipher of a key, RFC 3713 §2.2.
func newCamellia(key []byte) (cipher.Block, error) {
	if len(key) != 16 && len(key) != 32 {
		return nil, fmt.Errorf("a Camellia key of %d bytes", len(key))
	}
	half := func(i int) uint64 { return binary.BigEndian.Uint64(key[8*i:]) }
	kl, kr := word128{half(0), half(1)}, word128{}
	if len(key) == 32 {
		kr = word128{half(2), half(3)}
	}
	s := &camelliaSigma
	ka := word128{kl.hi ^ kr.hi, kl.lo ^ kr.lo}
	ka.lo ^= camelliaF(ka.hi, s[0])
	ka.hi ^= camelliaF(ka.lo, s[1])
	ka.hi, ka.lo = ka.hi^kl.hi, ka.lo^kl.lo
	ka.lo ^= camelliaF(ka.hi, s[2])
	ka.hi ^= camelliaF(ka.lo, s[3])
	kb := word128{ka.hi ^ kr.hi, ka.lo ^ kr.lo}
	kb.lo ^= camelliaF(kb.hi, s[4])
	kb.hi ^= camelliaF(kb.lo, s[5])

	c := new(camellia)
	both := func(w word128, n uint) []uint64 { w = w.rotl(n); return []uint64{w.hi, w.lo} }
	add := func(pairs ...[]uint64) {
		for _, p := range pairs {
			c.rounds = append(c.rounds, p...)
		}
	}
	copy(c.white[:2], both(kl, 0))
	if len(key) == 16 {
		add(both(ka, 0), both(kl, 15), both(ka, 15), both(kl, 45), []uint64{ka.rotl(45).hi, kl.rotl(60).lo},
			both(ka, 60), both(kl, 94), both(ka, 94), both(kl, 111))
		copy(c.mix[:], append(both(ka, 30), both(kl, 77)...))
		copy(c.white[2:], both(ka, 111))
		return c, nil
	}
	add(both(kb, 0), both(kr, 15), both(ka, 15), both(kb, 30), both(kl, 45), both(ka, 45),
		both(kr, 60), both(kb, 60), both(kl, 77), both(kr, 94), both(ka, 94), both(kl, 111))
	copy(c.mix[:], append(append(both(kr, 30), both(kl, 60)...), both(ka, 77)...))
	copy(c.white[2:], both(kb, 111))
	return c, nil
}

func (c *camellia) BlockSize() int { return 16 }

// Encrypt implements cipher.Block, RFC 3713 §2.3.1 and §2.3.2.
func (c *camellia) Encrypt(dst, src []byte) {
	a, b := binary.BigEndian.Uint64(src)^c.white[0], binary.BigEndian.Uint64(src[8:])^c.white[1]
	for i, k := range c.rounds {
		if i > 0 && i%6 == 0 {
			a, b = camelliaFL(a, c.mix[i/3-2]), camelliaFLInverse(b, c.mix[i/3-1])
		}
		if i%2 == 0 {
			b ^= camelliaF(a, k)
		} else {
			a ^= camelliaF(b, k)
		}
	}
	binary.BigEndian.PutUint64(dst, b^c.white[2])
	binary.BigEndian.PutUint64(dst[8:], a^c.white[3])
}

// Decrypt implements cipher.Block: the same with the keys in reverse, RFC 3713 §2.3.3.
func (c *camellia) Decrypt(dst, src []byte) {
	a, b := binary.BigEndian.Uint64(src)^c.white[2], binary.BigEndian.Uint64(src[8:])^c.white[3]
	for i := len(c.rounds) - 1; i >= 0; i-- {
		if i%2 == 1 {
			b ^= camelliaF(a, c.rounds[i])
		} else {
			a ^= camelliaF(b, c.rounds[i])
		}
		if i > 0 && i%6 == 0 {
			a, b = camelliaFL(a, c.mix[i/3-1]), camelliaFLInverse(b, c.mix[i/3-2])
		}
	}
	binary.BigEndian.PutUint64(dst, b^c.white[0])
	binary.BigEndian.PutUint64(dst[8:], a^c.white[1])
}

// camelliaF is the function F, RFC 3713 §2.4.1: what each byte of x^k comes to is in a table.
func camelliaF(x, k uint64) (y uint64) {
	t := camelliaTables()
	x ^= k
	for i := range t {
		y ^= t[i][byte(x>>(56-8*i))]
	}
	return y
}

// camelliaFL is the function FL, RFC 3713 §2.4.2.
func camelliaFL(x, k uint64) uint64 {
	l, r := uint32(x>>32), uint32(x)
	r ^= bits.RotateLeft32(l&uint32(k>>32), 1)
	l ^= r | uint32(k)
	return uint64(l)<<32 | uint64(r)
}

// camelliaFLInverse is the function FLINV, RFC 3713 §2.4.3.
func camelliaFLInverse(y, k uint64) uint64 {
	l, r := uint32(y>>32), uint32(y)
	l ^= r | uint32(k)
	r ^= bits.RotateLeft32(l&uint32(k>>32), 1)
	return uint64(l)<<32 | uint64(r)
}

// camelliaTables are, for each byte of F's input from the highest on, the S-box of that byte
// put in all the bytes of the output that it is a part of.
var camelliaTables = sync.OnceValue(func() *[8][256]uint64 {
	// Which bytes of the output, y1 the highest bit, each of t1 to t8 is a part of.
	parts := [8]uint8{0b11101001, 0b01111100, 0b10110110, 0b11010011, 0b01110111, 0b10111011, 0b11011101, 0b11101110}
	s := &camelliaSBox
	t := new([8][256]uint64)
	for x := range 256 {
		one, two, three, four := s[x], bits.RotateLeft8(s[x], 1), bits.RotateLeft8(s[x], 7), s[bits.RotateLeft8(uint8(x), 1)]
		for i, v := range [8]uint8{one, two, three, four, two, three, four, one} {
			for j := range 8 {
				if parts[i]>>(7-j)&1 != 0 {
					t[i][x] |= uint64(v) << (56 - 8*j)
				}
			}
		}
	}
	return t
})

// camelliaSBox is SBOX1 of RFC 3713 §2.4.1; the other three follow from it.
var camelliaSBox = [256]uint8{
	112, 130, 44, 236, 179, 39, 192, 229, 228, 133, 87, 53, 234, 12, 174, 65,
	35, 239, 107, 147, 69, 25, 165, 33, 237, 14, 79, 78, 29, 101, 146, 189,
	134, 184, 175, 143, 124, 235, 31, 206, 62, 48, 220, 95, 94, 197, 11, 26,
	166, 225, 57, 202, 213, 71, 93, 61, 217, 1, 90, 214, 81, 86, 108, 77,
	139, 13, 154, 102, 251, 204, 176, 45, 116, 18, 43, 32, 240, 177, 132, 153,
	223, 76, 203, 194, 52, 126, 118, 5, 109, 183, 169, 49, 209, 23, 4, 215,
	20, 88, 58, 97, 222, 27, 17, 28, 50, 15, 156, 22, 83, 24, 242, 34,
	254, 68, 207, 178, 195, 181, 122, 145, 36, 8, 232, 168, 96, 252, 105, 80,
	170, 208, 160, 125, 161, 137, 98, 151, 84, 91, 30, 149, 224, 255, 100, 210,
	16, 196, 0, 72, 163, 247, 117, 219, 138, 3, 230, 218, 9, 63, 221, 148,
	135, 92, 131, 2, 205, 74, 144, 51, 115, 103, 246, 243, 157, 127, 191, 226,
	82, 155, 216, 38, 200, 55, 198, 59, 129, 150, 111, 75, 19, 190, 99, 46,
	233, 121, 167, 140, 159, 110, 188, 142, 41, 245, 249, 182, 47, 253, 180, 89,
	120, 152, 6, 106, 231, 70, 113, 186, 212, 37, 171, 66, 136, 162, 141, 250,
	114, 7, 185, 85, 248, 238, 172, 10, 54, 73, 42, 104, 60, 56, 241, 164,
	64, 40, 211, 123, 187, 201, 67, 193, 21, 227, 173, 244, 119, 199, 128, 158,
}
