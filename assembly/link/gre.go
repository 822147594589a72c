package link

// GRE protocol types besides the ethertypes.
const (
	greERSPAN  = 0x88be // types I and II
	greERSPAN3 = 0x22eb
	greWCCP    = 0x883e
	greAruba   = 0x8200 // to 0x83ff: frames of IEEE 802.11, from Aruba's access points
	greArubaTo = 0x83ff
)

// gre decodes RFC 2784 with RFC 2890's key and sequence number, and version 1 of PPTP
// (RFC 2637). By hand: gopacket indexes past the end of a short header.
func (d *Decoder) gre(c cursor, ip *datagram, s *Segment) bool {
	const checksum, routing, key, sequence, acknowledgment = 0x80, 0x40, 0x20, 0x10, 0x80
	if len(c.data) < 4 {
		return d.malformed()
	}
	flags, version, protocol := c.data[0], c.data[1]&7, be16(c.data[2:])
	if version > 1 || flags&routing != 0 {
		return d.unsupported("gre with routing or of another version")
	}
	n, id := 4, uint32(0)
	if flags&checksum != 0 {
		n += 4
	}
	if flags&key != 0 {
		if len(c.data) < n+4 {
			return d.malformed()
		}
		if version == 0 { // PPTP has its length and the receiver's call there
			id = be32(c.data[n:])
		}
		n += 4
	}
	if flags&sequence != 0 {
		n += 4
	}
	if version == 1 && c.data[1]&acknowledgment != 0 {
		n += 4
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	if len(body.data) == 0 {
		return d.other("gre without payload") // PPTP's acknowledgments, keep-alives
	}
	switch protocol {
	case greERSPAN:
		return d.erspan(body, flags&sequence != 0, ip, s)
	case greERSPAN3:
		return d.erspan3(body, ip, s)
	}
	d.into(greTunnel, id, ip)
	if protocol >= greAruba && protocol <= greArubaTo {
		return d.mirroredWifi(body, s)
	}
	if protocol == greWCCP {
		if body.data[0]>>4 != 4 { // WCCPv2 has a redirect header, version 1 none
			if body, ok = body.skip(4); !ok {
				return d.malformed()
			}
		}
		protocol = etherIPv4
	}
	return d.etherType(protocol, body, s)
}

// erspan decodes ERSPAN types I, which has no header (and so no GRE sequence number), and
// II (draft-foschiano-erspan §4.2).
func (d *Decoder) erspan(c cursor, headed bool, ip *datagram, s *Segment) bool {
	session := uint32(0)
	if headed {
		if len(c.data) < 8 {
			return d.malformed()
		}
		session = uint32(be16(c.data[2:]) & 0x3ff)
		c, _ = c.skip(8)
	}
	d.into(erspanTunnel, session, ip)
	return d.ethernet(c, s)
}

// erspan3 decodes ERSPAN type III (§4.3): 12 bytes, and 8 more where the last bit says so.
func (d *Decoder) erspan3(c cursor, ip *datagram, s *Segment) bool {
	const subheader, frame, ipFrame = 0x01, 0x1f, 2
	if len(c.data) < 12 {
		return d.malformed()
	}
	session, kind, n := uint32(be16(c.data[2:])&0x3ff), c.data[10]>>2&frame, 12
	if c.data[11]&subheader != 0 {
		n += 8
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	d.into(erspanTunnel, session, ip)
	if kind == ipFrame {
		return d.ip(body, s)
	}
	return d.ethernet(body, s)
}

// etherIP decodes RFC 3378.
func (d *Decoder) etherIP(c cursor, ip *datagram, s *Segment) bool {
	if len(c.data) < 2 || c.data[0]>>4 != 3 {
		return d.malformed()
	}
	d.into(etherInIP, 0, ip)
	c, _ = c.skip(2)
	return d.ethernet(c, s)
}
