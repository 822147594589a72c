package link

import (
	"math/bits"

	"wscope/assembly/capture"
)

// ppi decodes LINKTYPE_PPI, which holds a packet of another link type.
func (d *Decoder) ppi(c cursor, s *Segment) bool {
	if len(c.data) < 8 {
		return d.malformed()
	}
	length, inner := int(le16(c.data[2:])), le32(c.data[4:])
	body, ok := c.skip(length)
	if !ok || length < 8 {
		return d.malformed()
	}
	return d.inner(inner, body, s)
}

// inner decodes a packet of the link type that a wrapper names. Wrappers write the
// number of the capturing system, which may be wider than the registered ones.
func (d *Decoder) inner(t uint32, c cursor, s *Segment) bool {
	if t > 0xffff {
		return d.unsupported("link type over 65535")
	}
	return d.linkLayer(capture.LinkType(t), c, s)
}

// pktap decodes Apple's LINKTYPE_PKTAP: a header whose first words are its length, the
// kind of record and the link type of the packet behind it, little-endian.
func (d *Decoder) pktap(t capture.LinkType, c cursor, s *Segment) bool {
	const packet, shortest = 1, 108
	if len(c.data) < 12 {
		return d.malformed()
	}
	length, record, inner := le32(c.data), le32(c.data[4:]), le32(c.data[8:])
	if length > 0xffff {
		length, record, inner = bits.ReverseBytes32(length), bits.ReverseBytes32(record), bits.ReverseBytes32(inner)
	}
	if t == linkUser2 && (length < shortest || length > uint32(len(c.data)) || record > packet) {
		return d.unsupported("link type 149") // anyone's
	}
	if length < 12 || length > uint32(len(c.data)) {
		return d.malformed()
	}
	if record != packet {
		return d.other("pktap without packet")
	}
	body, _ := c.skip(int(length))
	return d.inner(inner, body, s)
}

// nflog decodes LINKTYPE_NFLOG: address family, version, resource, then attributes of
// length, type and value in the capturing machine's byte order.
func (d *Decoder) nflog(c cursor, s *Segment) bool {
	const payload = 9
	if len(c.data) < 4 {
		return d.malformed()
	}
	family := c.data[0]
	c, _ = c.skip(4)
	for {
		if len(c.data) < 4 {
			return d.malformed()
		}
		length, kind := int(le16(c.data)), le16(c.data[2:])
		if kind&0x7fff > 0xff { // types are small: their order is told by that
			length, kind = int(be16(c.data)), be16(c.data[2:])
		}
		if length < 4 {
			return d.malformed()
		}
		if kind&0x7fff == payload {
			c = c.limit(length)
			c, _ = c.skip(4)
			break
		}
		next, ok := c.skip((length + 3) &^ 3)
		if !ok {
			return d.malformed()
		}
		c = next
	}
	switch family {
	case familyIPv4:
		return d.ipv4(c, s)
	case familyLinuxIPv6:
		return d.ipv6(c, s)
	case 0, 3, 5, 7: // of any family, ARP, a device, a bridge
		return d.other("nflog of no ip")
	}
	return d.unsupported(d.decimal("address family", uint32(family)))
}

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

// arcnet decodes RFC 1201's framing as BSD captures it and as Linux does, which has an
// offset of two bytes more before the type.
func (d *Decoder) arcnet(t capture.LinkType, c cursor, s *Segment) bool {
	const ipOld, arpOld, ip, arp, ipv6 = 240, 241, 212, 213, 196 // types; the old are RFC 1051's
	const exception = 0xff
	at := 2 // source and destination
	if t == linkARCNETLinux {
		at = 4
	}
	if len(c.data) < at+2 {
		return d.malformed()
	}
	kind, flag := c.data[at], c.data[at+1]
	n := at + 4 // type, flag, sequence
	if kind == ipOld || kind == arpOld {
		n, flag = at+1, 0
	}
	if flag == exception {
		if len(c.data) < n+2 {
			return d.malformed()
		}
		flag = c.data[n+1]
		n += 4
	}
	body, ok := c.skip(n)
	if !ok {
		return d.malformed()
	}
	if flag != 0 {
		return d.unsupported("arcnet fragment")
	}
	switch kind {
	case ipOld, ip:
		return d.ipv4(body, s)
	case ipv6:
		return d.ipv6(body, s)
	case arpOld, arp:
		return d.other("arp")
	}
	return d.unsupported(d.decimal("arcnet type", uint32(kind)))
}
