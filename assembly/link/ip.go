package link

// IP protocol numbers, as registered by IANA.
const (
	protoICMP     = 1
	protoIGMP     = 2
	protoIPv4     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoESP      = 50
	protoAH       = 51
	protoICMPv6   = 58
	protoNoNext   = 59
	protoOptions  = 60
	protoEtherIP  = 97
	protoMobility = 135
	protoMPLS     = 137
	protoHIP      = 139
	protoShim6    = 140
	protoHopByHop = 0
)

// datagram is what the layers above IP need of its header.
type datagram struct {
	src, dst Addr
	id       uint16 // IPv4 identification
	ttl      uint8  // or hop limit
}

// ip decodes raw IP of either version.
func (d *Decoder) ip(c cursor, s *Segment) bool {
	if len(c.data) == 0 {
		return d.malformed()
	}
	if c.data[0]>>4 == 6 {
		return d.ipv6(c, s)
	}
	return d.ipv4(c, s)
}

// ipv4 decodes RFC 791. By hand: gopacket takes a total length of 0 for the captured
// length modulo 65536, and refuses a datagram for a fault in its options.
func (d *Decoder) ipv4(c cursor, s *Segment) bool {
	if !d.enter() {
		return false
	}
	h := c.data
	if len(h) < 20 || h[0]>>4 != 4 {
		return d.malformed()
	}
	header := int(h[0]&15) * 4
	total := int(be16(h[2:]))
	if total == 0 || total > c.wire {
		// 0 is what an offloading sender leaves for the card to fill in (TSO), and
		// what BIG TCP has for lengths over 65535.
		total = c.wire
	}
	if header < 20 || header > total {
		return d.malformed()
	}
	c = c.limit(total)
	body, ok := c.skip(header)
	if !ok {
		return d.malformed()
	}
	if d.Checksum && sum16(0, h[:header]) != 0xffff {
		d.badIP = true
	}
	ip := datagram{src: mapped(h[12:16]), dst: mapped(h[16:20]), id: be16(h[4:]), ttl: h[8]}
	const moreFragments, offset = 0x2000, 0x1fff
	if f := be16(h[6:]); f&(moreFragments|offset) != 0 {
		k := fragmentKey{src: ip.src, dst: ip.dst, id: uint32(ip.id), proto: h[9], tunnel: d.tunnel}
		joined, proto, ok := d.fragment(k, h[9], int(f&offset)*8, f&moreFragments != 0, body)
		if !ok {
			return false
		}
		return d.transport(proto, joined, &ip, s)
	}
	return d.transport(h[9], body, &ip, s)
}

// mapped is an IPv4 address as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2).
func mapped(b []byte) Addr {
	return Addr{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}
}

// transport decodes what a whole datagram holds.
func (d *Decoder) transport(proto uint8, c cursor, ip *datagram, s *Segment) bool {
	switch proto {
	case protoTCP:
		return d.tcp(c, ip, s)
	case protoUDP:
		return d.udp(c, ip, s)
	case protoIPv4:
		d.into(ipInIP, 0, ip)
		return d.ipv4(c, s)
	case protoIPv6:
		d.into(ipInIP, 0, ip)
		return d.ipv6(c, s)
	case protoGRE:
		return d.gre(c, ip, s)
	case protoAH:
		return d.extensions(proto, c, ip, s)
	case protoMPLS:
		d.into(mplsInIP, 0, ip)
		return d.mpls(c, s)
	case protoEtherIP:
		return d.etherIP(c, ip, s)
	case protoESP:
		return d.unsupported("esp, encrypted")
	case protoICMP:
		return d.other("icmp")
	case protoIGMP:
		return d.other("igmp")
	case protoICMPv6:
		return d.other("icmpv6")
	case protoNoNext:
		return d.other("ipv6 no next header")
	case 89:
		return d.other("ospf")
	case 103:
		return d.other("pim")
	case 112:
		return d.other("vrrp")
	case 132:
		return d.other("sctp")
	}
	return d.other(d.decimal("ip protocol", uint32(proto)))
}
