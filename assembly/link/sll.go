package link

// Hardware types (ARPHRD_…) for which the protocol field is no ethertype.
const (
	hardware80211    = 801
	hardwarePrism    = 802
	hardwareRadiotap = 803
	hardwareNetlink  = 824
)

// sll decodes LINKTYPE_LINUX_SLL: packet type, hardware type, address length and
// address (8), protocol.
func (d *Decoder) sll(c cursor, s *Segment) bool {
	body, ok := c.skip(16)
	if !ok {
		return d.malformed()
	}
	return d.cooked(be16(c.data[2:]), be16(c.data[14:]), body, s)
}

// sll2 decodes LINKTYPE_LINUX_SLL2: protocol, reserved (2), interface index (4),
// hardware type, packet type (1), address length (1) and address (8).
func (d *Decoder) sll2(c cursor, s *Segment) bool {
	body, ok := c.skip(20)
	if !ok {
		return d.malformed()
	}
	return d.cooked(be16(c.data[8:]), be16(c.data), body, s)
}

func (d *Decoder) cooked(hardware, protocol uint16, c cursor, s *Segment) bool {
	const novell, llc, can, canFD = 0x0001, 0x0004, 0x000c, 0x000d
	switch hardware {
	case hardware80211:
		return d.wifi(c, false, s)
	case hardwarePrism:
		return d.prism(c, s)
	case hardwareRadiotap:
		return d.radiotap(c, s)
	case hardwareNetlink:
		return d.other("netlink")
	}
	switch protocol {
	case novell:
		return d.other("ipx")
	case llc:
		return d.llc(c, s)
	case can, canFD:
		return d.other("can")
	}
	if t, behind := afterTag(protocol, c.data); untoldTag(t, behind) {
		if len(behind) < len(c.data) {
			c, _, _ = d.tag(c)
		}
		protocol = etherVLAN
	}
	return d.etherType(protocol, c, s)
}

// afterTag is the type, and what it is the type of, behind the tag that a frame may have.
func afterTag(t uint16, b []byte) (uint16, []byte) {
	if (t == etherVLAN || t == etherQinQ) && len(b) >= 4 {
		return be16(b[2:]), b[4:]
	}
	return t, b
}

// untoldTag reports whether b, which is to be of type t, is a VLAN tag with an IP packet of
// that type behind it. Linux of late (6.18 does) gives captures on "any" the type of what
// is behind all tags, and leaves those in the frame that are not kept apart from it: the second of
// two. A tag whose priority makes it look like the packet is not seen.
func untoldTag(t uint16, b []byte) bool {
	version := byte(4)
	if t == etherIPv6 {
		version = 6
	}
	return (t == etherIPv4 || t == etherIPv6) && len(b) > 4 && b[0]>>4 != version && be16(b[2:]) == t && b[4]>>4 == version
}
