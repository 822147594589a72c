package link

import "wscope/assembly/packet"

// PPP protocol numbers, as registered by IANA.
const (
	pppIPv4     = 0x0021
	pppVJ       = 0x002d
	pppVJFull   = 0x002f
	pppBridging = 0x0031
	pppMulti    = 0x003d
	pppIPv6     = 0x0057
	pppCompress = 0x00fd
	pppMPLS     = 0x0281
	pppMPLSMany = 0x0283
)

// hdlc decodes PPP in HDLC-like framing (RFC 1662), with or without its address and
// control, and Cisco's HDLC, which has an ethertype there.
func (d *Decoder) hdlc(c cursor, s *Segment) bool {
	const unicast, broadcast = 0x0f, 0x8f
	if len(c.data) < 4 {
		return d.malformed()
	}
	if a := c.data[0]; (a == unicast || a == broadcast) && c.data[1] == 0 {
		const keepAlive = 0x8035
		t := be16(c.data[2:])
		if t == keepAlive {
			return d.other("cisco hdlc keepalive")
		}
		c, _ = c.skip(4)
		return d.etherType(t, c, s)
	}
	return d.ppp(c, s)
}

// pppWithDirection decodes PPP behind a byte of the capturer's: of pppd it stands in the
// address's place, else before the address.
func (d *Decoder) pppWithDirection(t packet.LinkType, c cursor, s *Segment) bool {
	body, ok := c.skip(1)
	if !ok {
		return d.malformed()
	}
	if t == linkPPPPPPD && len(body.data) > 0 && body.data[0] == 0x03 {
		body, _ = body.skip(1)
	}
	return d.ppp(body, s)
}

// ppp decodes RFC 1661's protocol field, of one byte where it was compressed (§6.5),
// after the address and control where they are there.
func (d *Decoder) ppp(c cursor, s *Segment) bool {
	if !d.enter() {
		return false
	}
	if len(c.data) >= 2 && c.data[0] == 0xff && c.data[1] == 0x03 {
		c, _ = c.skip(2)
	}
	if len(c.data) < 2 {
		return d.malformed()
	}
	protocol, n := be16(c.data), 2
	if c.data[0]&1 != 0 {
		protocol, n = uint16(c.data[0]), 1
	}
	c, _ = c.skip(n)
	switch protocol {
	case pppIPv4:
		return d.ipv4(c, s)
	case pppIPv6:
		return d.ipv6(c, s)
	case pppMPLS, pppMPLSMany:
		return d.mpls(c, s)
	case pppBridging:
		return d.bridged(c, s)
	case pppVJ, pppVJFull:
		return d.unsupported("ppp van jacobson compression")
	case pppMulti:
		return d.unsupported("ppp multilink")
	case pppCompress:
		return d.unsupported("ppp compression")
	}
	if protocol >= 0x8000 {
		return d.other("ppp control")
	}
	return d.unsupported(d.hex("ppp protocol", uint32(protocol)))
}

// bridged decodes PPP's bridging (RFC 3518 §4.2) of Ethernet.
func (d *Decoder) bridged(c cursor, s *Segment) bool {
	const ethernet = 1
	if len(c.data) < 2 {
		return d.malformed()
	}
	if c.data[1] != ethernet {
		return d.unsupported("ppp bridging")
	}
	c, _ = c.skip(2)
	return d.ethernet(c, s)
}

// pppoe decodes RFC 2516 §4 in its session stage.
func (d *Decoder) pppoe(c cursor, s *Segment) bool {
	const versionAndType, session = 0x11, 0
	if len(c.data) < 6 || c.data[0] != versionAndType {
		return d.malformed()
	}
	if c.data[1] != session {
		return d.other("pppoe discovery")
	}
	length := int(be16(c.data[4:]))
	c, _ = c.skip(6)
	return d.ppp(c.limit(length), s)
}
