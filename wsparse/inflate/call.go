package inflate

import (
	"encoding/binary"
	"sync"
)

// call is what decoding needs only while a call lasts: places in input and output, the bit
// buffer, the tables. It is shared, so that an idle Inflater costs none of it.
type call struct {
	src []byte
	in  int    // next byte of src
	buf uint64 // bits taken from src and not used yet, the next one lowest; zero above n
	n   uint

	out  []byte // to its capacity: what lies beyond end may be scribbled on
	base int    // where the output of this call starts in out
	op   int    // next byte of out
	end  int    // out must not be filled further

	pad [24]byte // the input's last bytes, and zeros: see fastEnd

	win *window // the output before out[base:]

	farthest int // largest distance seen

	lit  *[litEnough]uint32
	dist *[distEnough]uint32

	header header
	stamp  uint64 // tells whether the tables below are those of an unfinished block
	ownLit [litEnough]uint32
	ownDst [distEnough]uint32

	scratch []byte // output that nobody wants, but the next messages may refer to
}

var calls = sync.Pool{New: func() any { return new(call) }}

// slack is how far beyond the end of a match the copying may write.
const slack = 16

// fill takes bytes of src into the bit buffer: up to 56 bits or more, or all there are.
func (c *call) fill() {
	if c.in+8 <= len(c.src) {
		c.buf |= binary.LittleEndian.Uint64(c.src[c.in:]) << (c.n & 63)
		c.in += int(63-c.n) >> 3
		c.n |= 56
		c.buf &= 1<<c.n - 1
		return
	}
	for c.n < 56 && c.in < len(c.src) {
		c.buf |= uint64(c.src[c.in]) << (c.n & 63)
		c.in++
		c.n += 8
	}
}

// need makes sure of k bits, k <= 56.
func (c *call) need(k uint) bool {
	if c.n < k {
		c.fill()
	}
	return c.n >= k
}

// take removes k bits that are there.
func (c *call) take(k uint) uint {
	v := uint(c.buf & (1<<k - 1))
	c.buf >>= k
	c.n -= k
	return v
}

// align drops the bits up to the next byte boundary, and gives them.
func (c *call) align() uint { return c.take(c.n & 7) }
