package link

import "github.com/google/gopacket"

// Ports of the tunnels in UDP.
const (
	portL2TP       = 1701
	portGTPU       = 2152
	portTeredo     = 3544
	portGRE        = 4754
	portVXLAN      = 4789
	portVXLANGPE   = 4790
	portGENEVE     = 6081
	portCAPWAP     = 5247
	portMPLS       = 6635
	portTZSP       = 37008
	portVXLANLinux = 8472 // Linux's before the registration
)

// udp decodes the tunnels in UDP, told by port and by a header that is plausible, for
// any port may be someone's ephemeral one.
func (d *Decoder) udp(c cursor, ip *datagram, s *Segment) bool {
	if len(c.data) < 8 {
		return d.malformed()
	}
	source, destination, length := be16(c.data), be16(c.data[2:]), int(be16(c.data[4:]))
	if length >= 8 { // 0 is BIG TCP in a tunnel, or a jumbogram (RFC 2675 §4)
		c = c.limit(length)
	}
	c, _ = c.skip(8)
	switch {
	case destination == portVXLAN || destination == portVXLANLinux:
		return d.vxlanHeader(c, ip, s)
	case destination == portVXLANGPE:
		return d.vxlanGPE(c, ip, s)
	case destination == portGENEVE:
		return d.geneve(c, ip, s)
	case destination == portGRE:
		if len(c.data) >= 4 && c.data[1]&7 == 0 {
			return d.gre(c, ip, s)
		}
	case destination == portGTPU || source == portGTPU:
		return d.gtpu(c, ip, s)
	case destination == portMPLS:
		return d.mplsInUDP(c, ip, s)
	case destination == portL2TP || source == portL2TP:
		return d.l2tp(c, ip, s)
	case destination == portTZSP:
		return d.tzsp(c, ip, s)
	case destination == portCAPWAP || source == portCAPWAP:
		return d.capwap(c, ip, s)
	case destination == portTeredo || source == portTeredo:
		return d.teredo(c, ip, s)
	}
	return d.datagram(source, destination, c, ip, s)
}

// datagram hands a datagram on, where somebody wants it.
func (d *Decoder) datagram(source, destination uint16, c cursor, ip *datagram, s *Segment) bool {
	if d.WantUDP == nil {
		return d.other("udp")
	}
	*s = Segment{Mark: d.mark, Payload: c.data, Missing: c.wire - len(c.data), UDP: true, Scale: -1}
	s.Key = Key{Src: ip.src, Dst: ip.dst, SrcPort: source, DstPort: destination, Tunnel: d.tunnel}
	s.Hash = s.Key.Hash()
	if !d.WantUDP(s) {
		return d.other("udp")
	}
	return true
}

// vxlanHeader decodes RFC 7348 §5: reserved bits, which extensions use, are ignored on receipt.
func (d *Decoder) vxlanHeader(c cursor, ip *datagram, s *Segment) bool {
	const valid = 0x08
	body, ok := c.skip(8)
	if !ok || d.vxlan.DecodeFromBytes(c.data, gopacket.NilDecodeFeedback) != nil || c.data[0]&valid == 0 {
		return d.other("udp")
	}
	d.into(vxlanTunnel, d.vxlan.VNI, ip)
	return d.ethernet(body, s)
}

// geneve decodes RFC 8926 §3.4. By hand: gopacket keeps the options of every packet it
// ever decoded.
func (d *Decoder) geneve(c cursor, ip *datagram, s *Segment) bool {
	const version, options = 0xc0, 0x3f
	if len(c.data) < 8 || c.data[0]&version != 0 {
		return d.other("udp")
	}
	protocol := be16(c.data[2:])
	d.into(geneveTunnel, be32(c.data[4:])>>8, ip)
	body, ok := c.skip(8 + int(c.data[0]&options)*4)
	if !ok {
		return d.malformed()
	}
	return d.etherType(protocol, body, s)
}

// gtpu decodes GTP-U (3GPP TS 29.281 §5). Its tunnel endpoint identifier is no part of the
// tunnel's identity: each end chooses one, so it parts the directions of a connection.
func (d *Decoder) gtpu(c cursor, ip *datagram, s *Segment) bool {
	const version, v1, payloadType = 0xe0, 0x20, 0x10
	const extension, optional, userData = 0x04, 0x07, 0xff
	if len(c.data) < 8 || c.data[0]&version != v1 || c.data[0]&payloadType == 0 {
		return d.other("udp")
	}
	flags, message := c.data[0], c.data[1]
	if message != userData {
		return d.other("gtp-u control")
	}
	length := int(be16(c.data[2:]))
	c, _ = c.skip(8)
	if length != 0 {
		c = c.limit(length)
	}
	if flags&optional != 0 {
		if len(c.data) < 4 {
			return d.malformed()
		}
		next := c.data[3]
		c, _ = c.skip(4)
		for flags&extension != 0 && next != 0 { // each of four bytes or more
			if len(c.data) < 1 || c.data[0] == 0 || len(c.data) < int(c.data[0])*4 {
				return d.malformed()
			}
			n := int(c.data[0]) * 4
			next = c.data[n-1]
			c, _ = c.skip(n)
		}
	}
	if len(c.data) < 1 || c.data[0]>>4 != 4 && c.data[0]>>4 != 6 {
		return d.unsupported("gtp-u without ip")
	}
	d.into(gtpTunnel, 0, ip)
	return d.ip(c, s)
}

// teredo decodes RFC 4380 §5.1.1: IPv6 after an authentication and an origin indication,
// where they are there.
func (d *Decoder) teredo(c cursor, ip *datagram, s *Segment) bool {
	const authentication, origin = 0x0001, 0x0000
	if len(c.data) >= 4 && be16(c.data) == authentication {
		next, ok := c.skip(4 + int(c.data[2]) + int(c.data[3]) + 9)
		if !ok {
			return d.malformed()
		}
		c = next
	}
	if len(c.data) >= 8 && be16(c.data) == origin {
		c, _ = c.skip(8)
	}
	if len(c.data) < 1 || c.data[0]>>4 != 6 {
		return d.other("udp")
	}
	d.into(teredoTunnel, 0, ip)
	return d.ipv6(c, s)
}
