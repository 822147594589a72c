package link

// vxlanGPE decodes VXLAN's generic protocol extension (draft-ietf-nvo3-vxlan-gpe §3), where
// a byte says what is inside.
func (d *Decoder) vxlanGPE(c cursor, ip *datagram, s *Segment) bool {
	const version, valid, told = 0x30, 0x08, 0x04 // the other flags are ignored on receipt
	if len(c.data) < 8 || c.data[0]&(version|valid|told) != valid|told {
		return d.other("udp")
	}
	protocol := c.data[3]
	d.into(vxlanTunnel, be32(c.data[4:])>>8, ip)
	c, _ = c.skip(8)
	return d.nextProtocol(protocol, c, s)
}

// nsh decodes a Network Service Header (RFC 8300 §2.2). A service path is no tunnel's
// identity: each direction has its own.
func (d *Decoder) nsh(c cursor, s *Segment) bool {
	const version, words = 0xc0, 0x3f
	if !d.enter() {
		return false
	}
	if len(c.data) < 8 || c.data[0]&version != 0 {
		return d.malformed()
	}
	n := int(c.data[1]&words) * 4
	body, ok := c.skip(n)
	if !ok || n < 8 {
		return d.malformed()
	}
	return d.nextProtocol(c.data[3], body, s)
}

// nextProtocol decodes what VXLAN-GPE and NSH name in a byte of their own (RFC 8300 §9.1.6).
func (d *Decoder) nextProtocol(protocol uint8, c cursor, s *Segment) bool {
	const ipv4, ipv6, ethernet, nsh, mpls = 1, 2, 3, 4, 5
	switch protocol {
	case ipv4:
		return d.ipv4(c, s)
	case ipv6:
		return d.ipv6(c, s)
	case ethernet:
		return d.ethernet(c, s)
	case nsh:
		return d.nsh(c, s)
	case mpls:
		return d.mpls(c, s)
	}
	return d.unsupported(d.decimal("nsh protocol", uint32(protocol)))
}
