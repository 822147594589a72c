package link

// ipv6 decodes RFC 8200. By hand: gopacket allocates for each extension header, and
// refuses a payload length of 0 without a jumbogram's option.
func (d *Decoder) ipv6(c cursor, s *Segment) bool {
	if !d.enter() {
		return false
	}
	h := c.data
	if len(h) < 40 || h[0]>>4 != 6 {
		return d.malformed()
	}
	length := int(be16(h[4:]))
	body, _ := c.skip(40)
	if length == 0 && h[6] == protoHopByHop {
		length = jumboLength(body.data)
	}
	if length != 0 { // else BIG TCP: all there was on the wire
		body = body.limit(length)
	}
	ip := datagram{src: Addr(h[8:24]), dst: Addr(h[24:40]), ttl: h[7]}
	return d.extensions(h[6], body, &ip, s)
}

// jumboLength is the length that the hop-by-hop header h gives (RFC 2675 §2), 0 where
// it gives none.
func jumboLength(h []byte) int {
	const pad1, jumbo = 0, 0xc2
	if len(h) < 2 {
		return 0
	}
	h = h[2:min(8+int(h[1])*8, len(h))]
	for len(h) > 0 {
		if h[0] == pad1 {
			h = h[1:]
			continue
		}
		if len(h) < 2 || len(h) < 2+int(h[1]) {
			return 0
		}
		if h[0] == jumbo && h[1] == 4 {
			return int(be32(h[2:]))
		}
		h = h[2+int(h[1]):]
	}
	return 0
}

// extensions walks the extension headers (RFC 8200 §4, RFC 4302 for AH) up to the
// transport. Each is eight bytes or more, so the packet's length bounds the walk.
func (d *Decoder) extensions(proto uint8, c cursor, ip *datagram, s *Segment) bool {
	for {
		h := c.data
		n := 0
		switch proto {
		case protoHopByHop, protoRouting, protoOptions, protoMobility, protoHIP, protoShim6, protoAH, protoFragment:
			if len(h) < 8 {
				return d.malformed()
			}
			n = 8 + int(h[1])*8
		default:
			return d.transport(proto, c, ip, s)
		}
		switch proto {
		case protoAH:
			n = 8 + int(h[1])*4
		case protoFragment:
			n = 8
		}
		body, ok := c.skip(n)
		if !ok {
			return d.malformed()
		}
		switch proto {
		case protoRouting:
			finalDestination(h[:n], &ip.dst)
		case protoFragment:
			next, ok := uint8(0), false
			body, next, ok = d.ipv6Fragment(h, body, ip)
			if !ok {
				return false
			}
			proto, c = next, body
			continue
		}
		proto, c = h[0], body
	}
}

// finalDestination puts into dst the address at the end of a route that is not yet at
// its end. It, not the next hop, is the connection's address, and the checksum's (RFC 8200 §8.1).
func finalDestination(h []byte, dst *Addr) {
	const source, mobile, segments = 0, 2, 4 // RFC 5095, RFC 6275 §6.4, RFC 8754
	kind, left := h[2], h[3]
	if left == 0 || len(h) < 24 {
		return
	}
	switch kind {
	case source, mobile:
		*dst = Addr(h[len(h)-16:])
	case segments: // the list begins with the last segment
		*dst = Addr(h[8:24])
	}
}

// ipv6Fragment takes the fragment header h and the body behind it. It gives the joined
// datagram once it is whole, and the header that it begins with.
func (d *Decoder) ipv6Fragment(h []byte, body cursor, ip *datagram) (cursor, uint8, bool) {
	at := be16(h[2:])
	offset, more := int(at&^7), at&1 != 0
	if offset == 0 && !more {
		return body, h[0], true // atomic, a datagram by itself (RFC 6946)
	}
	if !d.enter() {
		return cursor{}, 0, false
	}
	k := fragmentKey{src: ip.src, dst: ip.dst, id: be32(h[4:]), v6: true, tunnel: d.tunnel}
	return d.fragment(k, h[0], offset, more, body)
}
