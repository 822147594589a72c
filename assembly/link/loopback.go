package link

import "math/bits"

// Address families by the systems that write them.
const (
	familyIPv4        = 2
	familyLinuxIPv6   = 10
	familyWindowsIPv6 = 23
	familyBSDIPv6     = 24
	familySolarisIPv6 = 26
	familyFreeBSDIPv6 = 28
	familyDarwinIPv6  = 30
)

// null decodes LINKTYPE_NULL, whose four bytes of address family are in the order of
// the machine that captured, and LINKTYPE_LOOP, where they are in network order. A family
// is under 65536, so the number itself tells its order.
func (d *Decoder) null(c cursor, s *Segment) bool {
	if len(c.data) < 4 {
		return d.malformed()
	}
	family := le32(c.data)
	if family > 0xffff {
		family = bits.ReverseBytes32(family)
	}
	c, _ = c.skip(4)
	switch family {
	case familyIPv4:
		return d.ipv4(c, s)
	case familyLinuxIPv6, familyWindowsIPv6, familyBSDIPv6, familyFreeBSDIPv6, familyDarwinIPv6:
		return d.ipv6(c, s)
	}
	return d.unsupported(d.decimal("address family", family))
}

// ipnet decodes LINKTYPE_IPNET, Solaris's IP observability (version 1, 24 bytes).
func (d *Decoder) ipnet(c cursor, s *Segment) bool {
	if len(c.data) < 24 {
		return d.malformed()
	}
	family := c.data[1]
	c, _ = c.skip(24)
	switch family {
	case familyIPv4:
		return d.ipv4(c, s)
	case familySolarisIPv6:
		return d.ipv6(c, s)
	}
	return d.unsupported(d.decimal("address family", uint32(family)))
}
