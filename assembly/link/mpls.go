package link

// mpls decodes a label stack (RFC 3032). Nothing says what is below the stack: as
// routers do, the first half-byte is asked. 4 and 6 are IP where a header is
// plausible, 0 is a control word (RFC 4385) with Ethernet behind it unless a frame is
// plausible only without, and anything else is Ethernet.
func (d *Decoder) mpls(c cursor, s *Segment) bool {
	const bottom = 0x01
	for {
		if !d.enter() {
			return false
		}
		if len(c.data) < 4 {
			return d.malformed()
		}
		last := c.data[2]&bottom != 0
		c, _ = c.skip(4)
		if last {
			break
		}
	}
	if len(c.data) == 0 {
		return d.malformed()
	}
	switch c.data[0] >> 4 {
	case 4:
		if h := c.data; h[0]&15 >= 5 && (len(h) < 4 || int(be16(h[2:])) <= c.wire) {
			return d.ipv4(c, s)
		}
	case 6:
		if h := c.data; len(h) < 6 || 40+int(be16(h[4:])) <= c.wire {
			return d.ipv6(c, s)
		}
	case 1:
		return d.other("mpls associated channel") // RFC 5586
	case 0:
		if len(c.data) < 4 {
			return d.malformed()
		}
		if likelyFrame(c.data[4:]) || !likelyFrame(c.data) {
			c, _ = c.skip(4)
		}
	}
	return d.ethernet(c, s)
}

// likelyFrame reports whether b has a common ethertype where a frame has it.
func likelyFrame(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	switch be16(b[12:]) {
	case etherIPv4, etherIPv6, etherVLAN, etherQinQ, etherMPLS, 0x0806:
		return true
	}
	return false
}
