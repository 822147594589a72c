package capture

import (
	"math"
	"math/bits"
)

// clock turns the timestamps of a pcapng interface into nanoseconds since 1970.
// Digits finer than a nanosecond are cut off; a time beyond what 64 bits of
// nanoseconds hold (the years 1677 to 2262) becomes the nearest that they do.
type clock struct {
	mul    uint64 // nanoseconds in a tick, where there is one or more; else 0
	limit  uint64 // ticks beyond this overflow mul
	div    uint64 // ticks in a nanosecond, where there are more than one; else 0
	shift  uint8  // ticks are 2^-shift seconds, where mul and div are 0
	offset int64  // nanoseconds to be added
}

// newClock reads if_tsresol (a negative power of 10, or of 2 with the top bit set) and
// if_tsoffset (seconds).
func newClock(resolution byte, offset int64) clock {
	c := clock{offset: seconds(offset)}
	n := resolution & 0x7f
	switch {
	case resolution&0x80 != 0:
		c.shift = n
	case n <= 9:
		c.mul = pow10(9 - n)
		c.limit = math.MaxInt64 / c.mul
	case n-9 <= 19:
		c.div = pow10(n - 9)
	default:
		c.div = math.MaxUint64 // finer than 2^64 ticks a nanosecond
	}
	return c
}

func pow10(n byte) uint64 {
	p := uint64(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

// seconds is s in nanoseconds, kept within 64 bits.
func seconds(s int64) int64 {
	switch {
	case s > math.MaxInt64/1_000_000_000:
		return math.MaxInt64
	case s < math.MinInt64/1_000_000_000:
		return math.MinInt64
	}
	return s * 1e9
}

// time is the time of a timestamp.
func (c *clock) time(ticks uint64) int64 {
	var t uint64
	switch {
	case c.mul != 0:
		if ticks > c.limit {
			ticks = c.limit
		}
		t = ticks * c.mul
	case c.div != 0:
		t = ticks / c.div
	default:
		// ticks × 10⁹ / 2^shift: the product has 128 bits
		hi, lo := bits.Mul64(ticks, 1e9)
		if c.shift < 64 {
			t = hi<<(64-c.shift) | lo>>c.shift
			if hi>>c.shift != 0 {
				t = math.MaxInt64
			}
		} else {
			t = hi >> (c.shift - 64)
		}
		t = min(t, math.MaxInt64)
	}
	sum := int64(t) + c.offset
	if c.offset > 0 && sum < 0 { // t is never negative: only a positive offset can overflow
		return math.MaxInt64
	}
	return sum
}
