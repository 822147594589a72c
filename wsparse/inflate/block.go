package inflate

// stage is where in a block, RFC 1951 §3.2.3, decoding stands.
type stage uint8

const (
	atBlock  stage = iota // before the three bits of a block's header
	inHeader              // in the code lengths of a dynamic block
	atLength              // before LEN and NLEN of a stored block
	inStored              // in the bytes of a stored block
	inCodes               // before a literal, a length or the end of the block
	atDist                // after a length, before its distance
	inMatch               // in the copying that a length and a distance ask for
)

// status is why decoding came back.
type status uint8

const (
	goOn      status = iota
	moreInput        // src is used up, and what is left in the bit buffer is no whole item
	outFull          // out[:end] is full and there is more to write
	lost             // a distance into lost history
	corrupt          // f.reason says why
)

// blocks decodes as far as input and output allow.
func (f *Inflater) blocks(c *call) status {
	for {
		st := goOn
		switch f.stage {
		case atBlock:
			st = f.blockHeader(c)
		case inHeader:
			st = f.codeLengths(c)
		case atLength:
			st = f.storedLength(c)
		case inStored:
			st = f.stored(c)
		case inCodes:
			st = f.fast(c)
			if st == goOn && f.stage == inCodes {
				st = f.fastEnd(c)
			}
			if st == goOn && f.stage == inCodes {
				st = f.code(c)
			}
		case atDist:
			st = f.distance(c)
		case inMatch:
			st = f.match(c)
		}
		if st != goOn {
			return st
		}
	}
}

// bad notes why the stream is corrupt.
func (f *Inflater) bad(reason string) status {
	f.reason = reason
	return corrupt
}

// endBlock leaves a block. After a final one the next starts at a byte boundary,
// padded with zeros, RFC 7692 §7.2.1.
func (f *Inflater) endBlock(c *call) {
	f.stage = atBlock
	f.afterFinal = f.final
	if f.final && c.align() != 0 {
		f.unpadded = true
	}
}

func (f *Inflater) blockHeader(c *call) status {
	if !c.need(3) {
		return moreInput
	}
	f.final = c.take(1) == 1
	f.afterFinal = false
	f.fixed = false
	switch c.take(2) {
	case 0:
		c.align()
		f.stage = atLength
	case 1:
		f.fixed = true
		c.lit, c.dist = &fixedLit, &fixedDist
		f.stage = inCodes
	case 2:
		c.stamp = 0
		c.header.begin()
		f.stage = inHeader
	default:
		return f.bad("block type 3")
	}
	return goOn
}

func (f *Inflater) storedLength(c *call) status {
	if !c.need(32) {
		return moreInput
	}
	n, not := c.take(16), c.take(16)
	if n^not != 0xffff {
		return f.bad("stored block's length and its complement differ")
	}
	f.rest = int(n)
	f.stage = inStored
	return goOn
}

func (f *Inflater) stored(c *call) status {
	for f.rest > 0 {
		if c.op == c.end {
			return outFull
		}
		if c.n > 0 {
			// Whole bytes, for the block's data starts at a byte boundary.
			c.out[c.op] = byte(c.take(8))
			c.op++
			f.rest--
			continue
		}
		n := copy(c.out[c.op:min(c.end, c.op+f.rest)], c.src[c.in:])
		if n == 0 {
			return moreInput
		}
		c.in += n
		c.op += n
		f.rest -= n
	}
	f.endBlock(c)
	return goOn
}
