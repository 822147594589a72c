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
//
// Each turn of its loop has 56 bits or more of input: enough for two literals and the
// longest of lengths, or for a length and its distance.
func (f *Inflater) fast(c *call) status {
	src, in, buf, n := c.src, c.in, c.buf, c.n
	out, op, base := c.out, c.op, c.base
	lit, dist := c.lit, c.dist
	win, at := c.win.buf, c.win.pos
	inMax := len(src) - 8
	opMax := min(c.end-3-matchMax, len(out)-reserve)
	if in > inMax || op > opMax {
		return goOn
	}
	st := goOn
	farthest := 0
loop:
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

		if back := d - (op - base); back > 0 {
			// It reaches into the window.
			i := at - back
			if i < 0 {
				i += maxWindow
			}
			switch {
			case back > len(win):
				f.dist = d
				c.op = op
				st = f.reach(c)
				break loop
			case length <= back && i <= len(win)-length-slack:
				copyNear(out, op, win, i, length)
				op += length
			case length <= back && i <= len(win)-length:
				copy(out[op:op+length], win[i:])
				op += length
			default:
				f.rest, f.dist = length, d
				c.op = op
				f.match(c)
				op = c.op
			}
			if d > farthest {
				farthest = d
			}
			continue
		}
		if d > farthest {
			farthest = d
		}
		if d >= 8 {
			copyNear(out, op, out, op-d, length)
		} else {
			repeat(out[op:op+length+slack], out[op-d:op])
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

// copyNear copies length bytes, and up to slack more, from in[i:] to out[op:], 16 at a
// time. in may be out, with i at least 8 before op.
func copyNear(out []byte, op int, in []byte, i, length int) {
	for end := op + length; op < end; op, i = op+16, i+16 {
		from, to := in[i:i+16], out[op:op+16]
		binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
		binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
	}
}

// repeat fills to, less its slack, with a pattern of fewer than 8 bytes that stands
// before it.
func repeat(to, pattern []byte) {
	var v uint64
	for i := len(pattern) - 1; i >= 0; i-- {
		v = v<<8 | uint64(pattern[i])
	}
	width := 8 * uint(len(pattern))
	for k := width; k < 64; k += k {
		v |= v << k
	}
	step := repeatStep[len(pattern)&7]
	for i := 0; i < len(to)-slack; i += step {
		binary.LittleEndian.PutUint64(to[i:], v)
	}
}

// repeatStep is, for each length of a pattern, how much of it 8 bytes hold in whole
// patterns.
var repeatStep = [8]int{1, 8, 8, 6, 8, 5, 6, 7}
