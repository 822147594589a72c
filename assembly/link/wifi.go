package link

// wifi decodes an IEEE 802.11 frame (§9.2): data frames in the clear. padded says that
// the header was padded to a multiple of four bytes.
func (d *Decoder) wifi(c cursor, padded bool, s *Segment) bool {
	const data, noPayload, qos = 2, 4, 8                                               // type; bits of the subtype
	const toDS, fromDS, moreFragments, protected, order = 0x01, 0x02, 0x04, 0x40, 0x80 // flags
	const aMSDU = 0x80
	h := c.data
	if len(h) < 2 {
		return d.malformed()
	}
	subtype, flags := h[0]>>4, h[1]
	if h[0]>>2&3 != data || subtype&noPayload != 0 {
		return d.other("802.11 without data")
	}
	if flags&protected != 0 {
		return d.unsupported("802.11, encrypted")
	}
	n := 24
	if flags&(toDS|fromDS) == toDS|fromDS {
		n += 6 // the fourth address
	}
	if len(h) < n {
		return d.malformed()
	}
	if fragment := h[22] & 15; fragment != 0 || flags&moreFragments != 0 {
		return d.unsupported("802.11 fragment")
	}
	if subtype&qos != 0 {
		if len(h) < n+2 {
			return d.malformed()
		}
		if h[n]&aMSDU != 0 {
			return d.unsupported("802.11 a-msdu") // may hold several packets
		}
		n += 2
		if flags&order != 0 {
			n += 4 // HT control
		}
	}
	if padded {
		n = (n + 3) &^ 3
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	return d.llc(body, s)
}

// radiotap decodes the header that radiotap.org describes. By hand: gopacket indexes
// past the end of a short one.
func (d *Decoder) radiotap(c cursor, s *Segment) bool {
	const hasTSFT, hasFlags, more = 1 << 0, 1 << 1, 1 << 31 // bits of the first present word
	const fcs, pad = 0x10, 0x20                             // bits of the flags
	h := c.data
	if len(h) < 8 {
		return d.malformed()
	}
	length := int(le16(h[2:]))
	body, ok := c.skip(length)
	if !ok || length < 8 {
		return d.malformed()
	}
	h = h[:length]
	present := le32(h[4:])
	at := 8
	for word := present; word&more != 0; at += 4 {
		if at+4 > length {
			return d.malformed()
		}
		word = le32(h[at:])
	}
	if present&hasTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	flags := uint8(0)
	if present&hasFlags != 0 && at < length {
		flags = h[at]
	}
	if flags&fcs != 0 {
		body = body.limit(body.wire - 4)
	}
	return d.wifi(body, flags&pad != 0, s)
}

// prism decodes the Prism monitor header, or the AVS one that drivers wrote in its place.
func (d *Decoder) prism(c cursor, s *Segment) bool {
	const avs = 0x80211000
	if len(c.data) < 8 {
		return d.malformed()
	}
	length := le32(c.data[4:])
	if be32(c.data)&0xfffff000 == avs {
		length = be32(c.data[4:])
	}
	if length < 8 || length > uint32(len(c.data)) {
		return d.malformed()
	}
	c, _ = c.skip(int(length))
	return d.wifi(c, false, s)
}
