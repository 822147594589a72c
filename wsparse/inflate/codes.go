package inflate

// These decode one item of a compressed block at a time and stop at any bit: they serve
// where fast must not go, near the ends of input and output. Each takes an item only when
// it is there whole, so that decoding can go on with other input or other output.

// code decodes a literal, a length, or the end of the block.
func (f *Inflater) code(c *call) status {
	if c.n < 20 {
		c.fill()
	}
	e, size := c.lit[c.buf&(1<<litBits-1)], uint(0)
	if e&entryMore != 0 {
		size = litBits
		e = c.lit[uint64(e>>valueShift)+c.buf>>litBits&(1<<(e>>codeShift&codeMask)-1)]
	}
	own := uint(e >> codeShift & codeMask)
	if c.n < size+uint(e&consumeMask) {
		return moreInput
	}
	switch {
	case e&entryLit != 0:
		if c.op == c.end {
			return outFull
		}
		c.take(size + own)
		c.out[c.op] = byte(e >> valueShift)
		c.op++
	case e&entryEnd != 0:
		c.take(size + own)
		f.endBlock(c)
	case e&entryOther != 0:
		return f.bad("unused code for a literal or length")
	default:
		c.take(size + own)
		f.rest = int(e>>valueShift) + int(c.take(uint(e&consumeMask)-own))
		f.stage = atDist
	}
	return goOn
}

// distance decodes the distance that follows a length.
func (f *Inflater) distance(c *call) status {
	if c.n < 28 {
		c.fill()
	}
	e, size := c.dist[c.buf&(1<<distBits-1)], uint(0)
	if e&entryMore != 0 {
		size = distBits
		e = c.dist[uint64(e>>valueShift)+c.buf>>distBits&(1<<(e>>codeShift&codeMask)-1)]
	}
	if c.n < size+uint(e&consumeMask) {
		return moreInput
	}
	if e&entryOther != 0 {
		return f.bad("unused code for a distance")
	}
	own := uint(e >> codeShift & codeMask)
	c.take(size + own)
	f.dist = int(e>>valueShift) + int(c.take(uint(e&consumeMask)-own))
	f.stage = inMatch
	return f.reach(c)
}

// reach checks that the history reaches as far as the distance at hand.
func (f *Inflater) reach(c *call) status {
	if f.dist > c.op-c.base+len(c.win.buf) {
		if f.lost {
			return lost
		}
		return f.bad(BeforeHistory)
	}
	c.farthest = max(c.farthest, f.dist)
	return goOn
}

// match copies what a length and a distance ask for, as far as there is room.
func (f *Inflater) match(c *call) status {
	for f.rest > 0 {
		n := min(f.rest, c.end-c.op)
		if n == 0 {
			return outFull
		}
		if back := f.dist - (c.op - c.base); back > 0 {
			n = min(n, back)
			c.win.from(c.out[c.op:], back, n)
		} else {
			n = min(n, f.dist)
			copy(c.out[c.op:c.op+n], c.out[c.op-f.dist:])
		}
		c.op += n
		f.rest -= n
	}
	f.stage = inCodes
	return goOn
}
