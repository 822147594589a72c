package inflate

// fastEnd lets fast decode the last bytes of the input too, followed by zeros. If the
// block does not end in them, and fast went into the zeros, it is all taken back: the
// items that are really there are then left to code and distance.
func (f *Inflater) fastEnd(c *call) status {
	src, in, buf, n := c.src, c.in, c.buf, c.n
	op, rest, dist, farthest := c.op, f.rest, f.dist, c.farthest
	left := len(src) - in
	if left == 0 && n == 0 || left > 7 {
		return goOn
	}
	c.pad = [len(c.pad)]byte{}
	copy(c.pad[:], src[in:])
	c.src, c.in = c.pad[:left+15], 0
	st := f.fast(c)
	c.src = src
	zeros := max(0, 8*(c.in-left))
	if st == goOn && int(c.n) >= zeros {
		c.in = min(in+c.in, len(src))
		c.n -= uint(zeros)
		c.buf &= 1<<c.n - 1
		return goOn
	}
	f.stage, f.afterFinal, f.rest, f.dist = inCodes, false, rest, dist
	c.in, c.buf, c.n, c.op, c.farthest = in, buf, n, op, farthest
	return goOn
}
