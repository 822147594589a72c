package link

// frameRelay decodes Q.922's address and RFC 2427's encapsulation, or Cisco's ethertype.
func (d *Decoder) frameRelay(c cursor, s *Segment) bool {
	const unnumbered, pad = 0x03, 0x00
	const snap, ipv4, ipv6 = 0x80, 0xcc, 0x8e // NLPIDs
	n := 0
	for { // the last byte of the address has its low bit set; it has two to four
		if n >= len(c.data) || n == 4 {
			return d.malformed()
		}
		n++
		if c.data[n-1]&1 != 0 {
			break
		}
	}
	c, _ = c.skip(n)
	if len(c.data) < 2 {
		return d.malformed()
	}
	if c.data[0] != unnumbered {
		t := be16(c.data)
		c, _ = c.skip(2)
		if t <= etherLengthMax {
			return d.other("frame relay control")
		}
		return d.etherType(t, c, s)
	}
	c, _ = c.skip(1)
	if c.data[0] == pad {
		c, _ = c.skip(1)
	}
	if len(c.data) < 1 {
		return d.malformed()
	}
	id := c.data[0]
	c, _ = c.skip(1)
	switch id {
	case ipv4:
		return d.ipv4(c, s)
	case ipv6:
		return d.ipv6(c, s)
	case snap:
		return d.relayedSNAP(c, s)
	}
	return d.other("frame relay control")
}

// relayedSNAP decodes RFC 2427 §4's SNAP: a routed ethertype, or a bridged frame.
func (d *Decoder) relayedSNAP(c cursor, s *Segment) bool {
	const routed, bridged, ethernetFCS, ethernet = 0x000000, 0x0080c2, 0x0001, 0x0007
	if len(c.data) < 5 {
		return d.malformed()
	}
	organization, t := be32(c.data)>>8, be16(c.data[3:])
	c, _ = c.skip(5)
	switch {
	case organization == routed:
		return d.etherType(t, c, s)
	case organization == bridged && (t == ethernet || t == ethernetFCS):
		return d.ethernet(c, s)
	}
	return d.other("snap")
}
