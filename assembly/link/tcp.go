package link

// tcp decodes RFC 9293 §3.1. By hand: gopacket allocates at the fifth option, which
// most SYNs have, and refuses a segment for a fault in its options or a header that the
// capture cut.
func (d *Decoder) tcp(c cursor, ip *datagram, s *Segment) bool {
	h := c.data
	// Ports, numbers, offset and flags are enough to place a segment in its stream.
	if len(h) < 14 {
		return d.malformed()
	}
	header := int(h[12]>>4) * 4
	if header < 20 || header > c.wire {
		return d.malformed()
	}
	s.Key.Src, s.Key.Dst, s.Key.Tunnel = ip.src, ip.dst, d.tunnel
	s.Key.SrcPort, s.Key.DstPort = be16(h), be16(h[2:])
	s.Hash = s.Key.ConnHash()
	s.Mark = d.mark
	s.UDP = false
	s.Seq, s.Ack = be32(h[4:]), be32(h[8:])
	s.Flags = Flags(h[13])
	s.IPID, s.TTL = ip.id, ip.ttl
	s.Payload = h[min(header, len(h)):]
	s.Missing = c.wire - header - len(s.Payload)
	s.Window, s.MSS, s.Scale, s.Stamp, s.Options = 0, 0, -1, 0, nil
	if len(h) >= 16 {
		s.Window = be16(h[14:])
	}
	if len(h) > 20 {
		s.options(h[20:min(header, len(h))])
	}
	s.BadSum = d.Checksum && (d.badIP || len(h) == c.wire && !tcpSumRight(h, ip))
	return true
}

// options reads a header's options: what a SYN announces (RFC 9293 §3.2, RFC 7323 §2.2), the
// time stamp, and whether MPTCP's are among them. A malformed option ends the list.
func (s *Segment) options(list []byte) {
	const end, nop, mss, windowScale, timestamps, mptcp = 0, 1, 2, 3, 8, 30
	syn := s.Flags&SYN != 0
	for o := list; len(o) > 0 && o[0] != end; {
		if o[0] == nop {
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			return
		}
		switch {
		case syn && o[0] == mss && o[1] == 4:
			s.MSS = be16(o[2:])
		case syn && o[0] == windowScale && o[1] == 3:
			s.Scale = int8(min(o[2], 14)) // RFC 7323 §2.3: more is taken for 14
		case o[0] == timestamps && o[1] == 10:
			s.Stamp = be32(o[2:])
		case o[0] == mptcp:
			s.Options = list
		}
		o = o[o[1]:]
	}
}
