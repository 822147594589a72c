package link

import "wscope/assembly/packet"

// arcnet decodes RFC 1201's framing as BSD captures it and as Linux does, which has an
// offset of two bytes more before the type.
func (d *Decoder) arcnet(t packet.LinkType, c cursor, s *Segment) bool {
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
