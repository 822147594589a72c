package link

import (
	"encoding/binary"

	"wscope/assembly/packet"
)

// fast fills s from the packets that most captures are made of: a whole TCP header that
// is no SYN, in IPv4 without options or IPv6 without extension headers, not fragmented,
// behind Ethernet with at most one tag, null, raw IP or Linux SLL. It says false for any
// other packet, which is then decoded in general. It takes nothing that Decoder.general
// would decode in another way: tests hold the two together. s is touched only on true.
func fast(p *packet.Packet, wire int, s *Segment) bool {
	data := p.Data
	if len(data) < 4+20+20 {
		return false
	}
	n, t := 0, uint16(0)
	switch p.Link {
	case linkEthernet:
		n, t = 14, be16(data[12:])
		if t == etherVLAN {
			n, t = 18, be16(data[16:])
		}
	case linkNull:
		n, t = 4, etherIPv4
		if family := le32(data); family != familyIPv4 {
			return false
		}
	case linkRaw:
		t = etherIPv4
		if data[0]>>4 == 6 {
			t = etherIPv6
		}
	case linkSLL:
		if be16(data[2:]) > 772 { // hardware types whose protocol field is not an ethertype lie above
			return false
		}
		n, t = 16, be16(data[14:])
	case linkSLL2:
		if be16(data[8:]) > 772 {
			return false
		}
		n, t = 20, be16(data)
	default:
		return false
	}
	h := data[n:]
	wire -= n
	var total, header int // of the datagram and its own header
	switch t {
	case etherIPv4:
		if len(h) < 40 || h[0] != 0x45 || h[9] != protoTCP || be16(h[6:])&0x3fff != 0 {
			return false
		}
		total, header = int(be16(h[2:])), 20
	case etherIPv6:
		if len(h) < 60 || h[0]>>4 != 6 || h[6] != protoTCP || be16(h[4:]) == 0 {
			return false
		}
		total, header = 40+int(be16(h[4:])), 40
	default:
		return false
	}
	if total > wire || total < header+20 {
		return false
	}
	tcp := h[header:min(total, len(h))]
	if len(tcp) < 20 || tcp[13]&uint8(SYN) != 0 {
		return false
	}
	offset := int(tcp[12]>>4) * 4
	if offset < 20 || offset > len(tcp) {
		return false
	}

	if header == 20 {
		mappedInto(&s.Key.Src, h[12:16])
		mappedInto(&s.Key.Dst, h[16:20])
		s.IPID, s.TTL = be16(h[4:]), h[8]
	} else {
		s.Key.Src, s.Key.Dst = Addr(h[8:24]), Addr(h[24:40])
		s.IPID, s.TTL = 0, h[7]
	}
	s.Key.SrcPort, s.Key.DstPort = be16(tcp), be16(tcp[2:])
	s.Key.Tunnel = 0
	s.Mark = p.Mark
	s.Payload = tcp[offset:]
	s.Missing = total - header - len(tcp)
	s.Hash = s.Key.Hash()
	s.Seq, s.Ack = be32(tcp[4:]), be32(tcp[8:])
	s.Window = be16(tcp[14:])
	s.Flags = Flags(tcp[13])
	s.Scale, s.MSS, s.BadSum, s.UDP = -1, 0, false, false
	s.Stamp, s.Options = 0, nil
	if o := tcp[20:offset]; len(o) == 12 && be32(o) == onlyStamp {
		s.Stamp = be32(o[4:])
	} else if len(o) > 0 {
		s.options(o)
	}
	return true
}

// onlyStamp begins options that are two NOPs and a time stamp, as most segments have them.
const onlyStamp = 0x0101080a

// mappedInto stores an IPv4 address as IPv4-mapped IPv6 in two writes.
func mappedInto(a *Addr, b []byte) {
	binary.BigEndian.PutUint64(a[:8], 0)
	binary.BigEndian.PutUint64(a[8:], 0xffff<<32|uint64(be32(b)))
}
