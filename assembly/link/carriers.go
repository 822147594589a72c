package link

// mplsInUDP decodes RFC 7510.
func (d *Decoder) mplsInUDP(c cursor, ip *datagram, s *Segment) bool {
	const bottom, most = 0x01, 8
	for i := 0; ; i++ {
		if i == most || len(c.data) < 4*(i+1)+1 {
			return d.other("udp")
		}
		if c.data[4*i+2]&bottom != 0 {
			break
		}
	}
	d.into(mplsInUDP, 0, ip)
	return d.mpls(c, s)
}

// l2tp decodes L2TP version 2 (RFC 2661 §3.1), which carries PPP. Its tunnel and session identifiers
// are no part of the tunnel's identity: each end chooses its own, so they differ by direction.
func (d *Decoder) l2tp(c cursor, ip *datagram, s *Segment) bool {
	const control, length, sequence, offset, version = 0x80, 0x40, 0x08, 0x02, 0x0f
	if len(c.data) < 6 || c.data[1]&version != 2 {
		return d.other("udp")
	}
	flags, n := c.data[0], 2
	if flags&control != 0 {
		return d.other("l2tp control")
	}
	if flags&length != 0 {
		c, n = c.limit(int(be16(c.data[2:]))), n+2
	}
	n += 4 // tunnel and session
	if flags&sequence != 0 {
		n += 4
	}
	if flags&offset != 0 {
		if len(c.data) < n+2 {
			return d.malformed()
		}
		n += 2 + int(be16(c.data[n:]))
	}
	body, ok := c.skip(n)
	if !ok || len(body.data) == 0 {
		return d.malformed()
	}
	d.into(l2tpTunnel, 0, ip)
	return d.ppp(body, s)
}

// tzsp decodes the TaZmen Sniffer Protocol, by which routers and access points mirror packets.
func (d *Decoder) tzsp(c cursor, ip *datagram, s *Segment) bool {
	const version, received, transmit, padding, end = 1, 0, 1, 0, 1
	if len(c.data) < 5 || c.data[0] != version {
		return d.other("udp")
	}
	if c.data[1] != received && c.data[1] != transmit {
		return d.other("tzsp")
	}
	protocol := be16(c.data[2:])
	n := 4
	for {
		if len(c.data) <= n {
			return d.malformed()
		}
		tag := c.data[n]
		n++
		if tag == end {
			break
		}
		if tag == padding {
			continue
		}
		if len(c.data) <= n {
			return d.malformed()
		}
		n += 1 + int(c.data[n])
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	d.into(tzspTunnel, 0, ip)
	switch protocol {
	case 1:
		return d.ethernet(body, s)
	case 18:
		return d.wifi(body, false, s)
	case 119, 127:
		return d.prism(body, s)
	}
	return d.unsupported(d.decimal("tzsp protocol", uint32(protocol)))
}

// capwap decodes CAPWAP's data channel (RFC 5415 §4.3).
func (d *Decoder) capwap(c cursor, ip *datagram, s *Segment) bool {
	const clear, dtls, fragment, native, keepAlive = 0x00, 0x01, 0x80, 0x01, 0x08
	if len(c.data) < 8 {
		return d.other("udp")
	}
	switch c.data[0] {
	case clear:
	case dtls:
		return d.other("capwap, encrypted")
	default:
		return d.other("udp")
	}
	header, binding := int(c.data[1]>>3)*4, c.data[2]>>1&0x1f
	switch {
	case header < 8:
		return d.other("udp")
	case c.data[3]&keepAlive != 0:
		return d.other("capwap keep-alive")
	case c.data[3]&fragment != 0:
		return d.unsupported("capwap fragments")
	}
	isNative := c.data[2]&native != 0
	body, ok := c.skip(header)
	if !ok {
		return d.malformed()
	}
	d.into(capwapTunnel, 0, ip)
	switch {
	case !isNative:
		return d.ethernet(body, s)
	case binding == 1:
		return d.mirroredWifi(body, s)
	}
	return d.unsupported(d.decimal("capwap binding", uint32(binding)))
}

// mirroredWifi decodes a frame of IEEE 802.11 that an access point sends on: several makes have the two
// bytes of its frame control the other way round.
func (d *Decoder) mirroredWifi(c cursor, s *Segment) bool {
	const kind, data, version = 0x0c, 0x08, 0x03
	if b := c.data; len(b) >= 2 && !(b[0]&kind == data && b[0]&version == 0) && b[1]&kind == data && b[1]&version == 0 {
		c.data = append([]byte{b[1], b[0]}, b[2:]...)
	}
	return d.wifi(c, false, s)
}

// juniperEthernet decodes Juniper's pseudo-header in front of Ethernet: a magic, flags, and extensions.
func (d *Decoder) juniperEthernet(c cursor, s *Segment) bool {
	const noLink, extended = 0x02, 0x80
	if len(c.data) < 4 || string(c.data[:3]) != "MGC" {
		return d.malformed()
	}
	flags, n := c.data[3], 4
	if flags&extended != 0 {
		if len(c.data) < 6 {
			return d.malformed()
		}
		n += 2 + int(be16(c.data[4:]))
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	if flags&noLink != 0 {
		return d.ip(body, s)
	}
	return d.ethernet(body, s)
}

// taggedEthernet decodes Ethernet with a switch chip's tag of so many bytes at an offset.
func (d *Decoder) taggedEthernet(at, tag int, c cursor, s *Segment) bool {
	if at == 0 {
		body, ok := c.skip(tag)
		if !ok {
			return d.malformed()
		}
		return d.ethernet(body, s)
	}
	if len(c.data) < at+tag+2 {
		return d.malformed()
	}
	t := be16(c.data[at+tag:])
	c, _ = c.skip(at + tag + 2)
	if t <= etherLengthMax {
		return d.llc(c.limit(int(t)), s)
	}
	return d.etherType(t, c, s)
}

// infiniband decodes IP over InfiniBand (RFC 4391 §6): a global route header, then a type.
func (d *Decoder) infiniband(c cursor, s *Segment) bool {
	const route = 40
	return d.taggedHeader(route, route+4, c, s)
}

// taggedHeader decodes a header of n bytes that has the type of what follows at an offset.
func (d *Decoder) taggedHeader(at, n int, c cursor, s *Segment) bool {
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	return d.etherType(be16(c.data[at:]), body, s)
}
