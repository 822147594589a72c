package inflate

import "encoding/binary"

const (
	matchMax = 258
	// reserve is how much room fast wants: three literals, a match, and the slack.
	reserve = 3 + matchMax + slack
)

// fast decodes a compressed block's items while there are 8 bytes of input and room for
// the longest of items. It returns goOn where code or distance must go on, and never
// stops for lack of input or room itself.
func (f *Inflater) fast(c *call) status {
	src, in, buf, n := c.src, c.in, c.buf, c.n
	out, op, base := c.out, c.op, c.base
	lit, dist := c.lit, c.dist
	inMax := len(src) - 8
	opMax := min(c.end-3-matchMax, len(out)-reserve)
	if in > inMax || op > opMax {
		return goOn
	}
	st := goOn
	farthest := 0
	for in <= inMax && op <= opMax {
		buf |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
		in += int(63-n) >> 3
		n |= 56

		// Up to three literals of at most litBits each.
		e := lit[buf&(1<<litBits-1)]
		if int32(e) < 0 {
			out[op] = byte(e >> valueShift)
			op++
			buf >>= e & consumeMask
			n -= uint(e & consumeMask)
			e = lit[buf&(1<<litBits-1)]
			if int32(e) < 0 {
				out[op] = byte(e >> valueShift)
				op++
				buf >>= e & consumeMask
				n -= uint(e & consumeMask)
				e = lit[buf&(1<<litBits-1)]
				if int32(e) < 0 {
					out[op] = byte(e >> valueShift)
					op++
					buf >>= e & consumeMask
					n -= uint(e & consumeMask)
					continue
				}
			}
		}
		if e&entryOther != 0 {
			if e&entryMore != 0 {
				buf >>= litBits
				n -= litBits
				e = lit[uint64(e>>valueShift)+buf&(1<<(e>>codeShift&codeMask)-1)]
				if int32(e) < 0 {
					out[op] = byte(e >> valueShift)
					op++
					buf >>= e & consumeMask
					n -= uint(e & consumeMask)
					continue
				}
			}
			if e&entryEnd != 0 {
				buf >>= e & consumeMask
				n -= uint(e & consumeMask)
				f.stage = atBlock
				break
			}
			if e&entryOther != 0 {
				st = f.bad("unused code for a literal or length")
				break
			}
		}
		length := int(e>>valueShift) + int(buf&(1<<(e&consumeMask)-1)>>(e>>codeShift&codeMask))
		buf >>= e & consumeMask
		n -= uint(e & consumeMask)

		// A distance takes up to 28 bits.
		if n < 28 {
			if in > inMax {
				f.rest, f.stage = length, atDist
				break
			}
			buf |= binary.LittleEndian.Uint64(src[in:]) << (n & 63)
			in += int(63-n) >> 3
			n |= 56
		}
		e = dist[buf&(1<<distBits-1)]
		if e&entryOther != 0 {
			if e&entryMore != 0 {
				buf >>= distBits
				n -= distBits
				e = dist[uint64(e>>valueShift)+buf&(1<<(e>>codeShift&codeMask)-1)]
			}
			if e&entryOther != 0 {
				st = f.bad("unused code for a distance")
				break
			}
		}
		d := int(e>>valueShift) + int(buf&(1<<(e&consumeMask)-1)>>(e>>codeShift&codeMask))
		buf >>= e & consumeMask
		n -= uint(e & consumeMask)

		if d > op-base {
			// It reaches into the window.
			f.rest, f.dist = length, d
			c.op = op
			if st = f.reach(c); st != goOn {
				break
			}
			f.match(c)
			op = c.op
			continue
		}
		if d > farthest {
			farthest = d
		}
		s := op - d
		switch {
		case d >= 16 && length <= 16:
			a, b := out[s:s+16], out[op:op+16]
			binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(a))
			binary.LittleEndian.PutUint64(b[8:], binary.LittleEndian.Uint64(a[8:]))
		case d >= length:
			copy(out[op:op+length], out[s:])
		case d >= 8:
			for i := 0; i < length; i += 8 {
				binary.LittleEndian.PutUint64(out[op+i:], binary.LittleEndian.Uint64(out[s+i:]))
			}
		default:
			repeat(out[op:op+length+slack], out[s:op])
		}
		op += length
	}
	c.in, c.n, c.buf = in, n, buf&(1<<n-1)
	c.op = op
	c.farthest = max(c.farthest, farthest)
	if f.stage == atBlock {
		f.endBlock(c)
	}
	return st
}

// repeat fills to, less its slack, with a pattern of fewer than 8 bytes that stands
// before it.
func repeat(to, pattern []byte) {
	d := len(pattern)
	for i := range min(16, len(to)) {
		to[i] = pattern[i%d]
	}
	step := 8 / d * d // of whole patterns; up to 8 bytes, of which all 8 are there
	if step < 8 {
		step += d
	}
	for i := 16; i < len(to)-slack; i += 8 {
		binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(to[i-step:]))
	}
}
