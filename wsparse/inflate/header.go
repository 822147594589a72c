package inflate

// header is the head of a dynamic block, RFC 1951 §3.2.7, as far as it has been read.
type header struct {
	nlit, ndist int // code lengths to read; nlit is 0 before the three counts are read
	npre        int // lengths of the code-length code to read
	have        int // lengths read: of the code-length code until it is complete, then of the two codes
	ready       bool
	pre         [19]uint8
	lens        [maxLits + maxDists]uint8
}

// preBits is the longest code of a code length's code.
const preBits = 7

// preOrder is the order in which the lengths of the code-length code come.
var preOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (h *header) begin() {
	h.nlit, h.have, h.ready = 0, 0, false
	h.pre = [19]uint8{}
}

// codeLengths reads the head of a dynamic block and builds its tables.
func (f *Inflater) codeLengths(c *call) status {
	h := &c.header
	if h.nlit == 0 {
		if !c.need(14) {
			return moreInput
		}
		h.nlit, h.ndist, h.npre = int(c.take(5))+257, int(c.take(5))+1, int(c.take(4))+4
		if h.nlit > maxLits || h.ndist > maxDists {
			return f.bad("too many length or distance symbols")
		}
	}
	if !h.ready {
		for h.have < h.npre {
			if !c.need(3) {
				return moreInput
			}
			h.pre[preOrder[h.have]] = uint8(c.take(3))
			h.have++
		}
		h.have, h.ready = 0, true
	}
	// The table of the code-length code is needed only here: it lies where the distance
	// table will be.
	table := c.ownDst[:1<<preBits]
	if !build(table, preBits, h.pre[:], preResults[:]) {
		return f.bad("code lengths' code is no prefix code")
	}
	if st := f.readLengths(c, (*[1 << preBits]uint32)(table)); st != goOn {
		return st
	}
	if h.lens[endBlock] == 0 {
		return f.bad("no code for the end of the block")
	}
	st := f.tables(c)
	if st == goOn {
		f.stage = inCodes
	}
	return st
}

// readLengths reads the code lengths of both codes by the table of theirs.
func (f *Inflater) readLengths(c *call, table *[1 << preBits]uint32) status {
	h := &c.header
	total := h.nlit + h.ndist
	for h.have < total {
		if c.n < preBits+7 {
			c.fill()
		}
		e := table[c.buf&(1<<preBits-1)]
		size := uint(e & consumeMask)
		symbol := uint8(e >> valueShift)
		if symbol < 16 && c.n >= size && e&entryOther == 0 {
			c.buf >>= size & 63
			c.n -= size
			h.lens[h.have] = symbol
			h.have++
			continue
		}
		if c.n < size {
			return moreInput
		}
		if e&entryOther != 0 {
			return f.bad("unused code for a code length")
		}
		// The symbols 16, 17 and 18: the length before again, or zeros.
		extra, times, value := uint(2), 3, uint8(0)
		switch symbol {
		case 16:
			if h.have == 0 {
				return f.bad("no code length to repeat")
			}
			value = h.lens[h.have-1]
		case 17:
			extra = 3
		default:
			extra, times = 7, 11
		}
		if c.n < size+extra {
			return moreInput
		}
		c.take(size)
		times += int(c.take(extra))
		if times > total-h.have {
			return f.bad("too many code lengths")
		}
		run := h.lens[h.have : h.have+times]
		for i := range run {
			run[i] = value
		}
		h.have += times
	}
	return goOn
}

// tables builds the tables of the dynamic block whose code lengths are complete.
func (f *Inflater) tables(c *call) status {
	h := &c.header
	if !build(c.ownLit[:], litBits, h.lens[:h.nlit], litResults[:]) {
		return f.bad("literals' and lengths' code is no prefix code")
	}
	if !build(c.ownDst[:], distBits, h.lens[h.nlit:h.nlit+h.ndist], distResults[:]) {
		return f.bad("distances' code is no prefix code")
	}
	c.lit, c.dist = &c.ownLit, &c.ownDst
	return goOn
}
