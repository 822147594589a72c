package link

import (
	"math/bits"

	"wscope/assembly/packet"
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
	return d.linkLayer(packet.LinkType(t), c, s)
}

// pktap decodes Apple's LINKTYPE_PKTAP: a header whose first words are its length, the
// kind of record and the link type of the packet behind it, little-endian.
func (d *Decoder) pktap(t packet.LinkType, c cursor, s *Segment) bool {
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
