package link

import "github.com/google/gopacket"

// Ethertypes, as registered by IEEE; those that only name what a packet was stand in etherName.
const (
	etherIPv4      = 0x0800
	etherIPv6      = 0x86dd
	etherVLAN      = 0x8100 // IEEE 802.1Q
	etherQinQ      = 0x88a8 // IEEE 802.1ad
	etherQinQOld   = 0x9100
	etherVNTag     = 0x8926 // Cisco VN-Tag
	etherCMD       = 0x8909 // Cisco MetaData (TrustSec's security group tags)
	etherNSH       = 0x894f // Network Service Header
	etherMPLS      = 0x8847
	etherMPLSMulti = 0x8848
	etherPPP       = 0x880b
	etherPPPoE     = 0x8864
	etherMACsec    = 0x88e5
	etherPBB       = 0x88e7 // IEEE 802.1ah
	etherFabric    = 0x8903 // Cisco FabricPath
	etherETag      = 0x893f // IEEE 802.1BR
	etherBridged   = 0x6558 // Transparent Ethernet Bridging
	etherLengthMax = 0x05ff // a smaller "type" is an IEEE 802.3 length
)

func (d *Decoder) ethernet(c cursor, s *Segment) bool {
	if !d.enter() {
		return false
	}
	// The length is asked first here and below, for gopacket's errors are allocated.
	body, ok := c.skip(14)
	if !ok || d.eth.DecodeFromBytes(c.data, gopacket.NilDecodeFeedback) != nil {
		return d.malformed()
	}
	if d.eth.EthernetType <= etherLengthMax { // LLC is what gopacket calls it: its number is 0
		return d.llc(body.limit(int(d.eth.Length)), s)
	}
	return d.etherType(uint16(d.eth.EthernetType), body, s)
}

// etherType decodes what a frame of this type holds, after any tags.
func (d *Decoder) etherType(t uint16, c cursor, s *Segment) bool {
	for d.enter() {
		switch t {
		case etherIPv4:
			return d.ipv4(c, s)
		case etherIPv6:
			return d.ipv6(c, s)
		case etherVLAN, etherQinQ, etherQinQOld:
			var ok bool
			if c, t, ok = d.tag(c); !ok {
				return d.malformed()
			}
			if t <= etherLengthMax {
				return d.llc(c.limit(int(t)), s)
			}
		case etherPBB, etherFabric: // a whole frame in a frame
			n := 4
			if t == etherFabric {
				n = 2
			}
			body, ok := c.skip(n)
			if !ok {
				return d.malformed()
			}
			return d.ethernet(body, s)
		case etherVNTag, etherCMD, etherETag:
			n := 4
			if t != etherVNTag {
				n = 6
			}
			if len(c.data) < n+2 {
				return d.malformed()
			}
			t = be16(c.data[n:])
			c, _ = c.skip(n + 2)
		case etherMACsec:
			next, ok := d.macsec(c)
			if !ok {
				return false
			}
			t = be16(next.data)
			c, _ = next.skip(2)
		case etherNSH:
			return d.nsh(c, s)
		case etherMPLS, etherMPLSMulti:
			return d.mpls(c, s)
		case etherPPP:
			return d.ppp(c, s)
		case etherPPPoE:
			return d.pppoe(c, s)
		case etherBridged:
			return d.ethernet(c, s)
		default:
			if name := etherName(t); name != "" {
				return d.other(name)
			}
			return d.unsupported(d.hex("ethertype", uint32(t)))
		}
	}
	return false
}

// tag takes a VLAN tag off, and gives the type of what follows.
func (d *Decoder) tag(c cursor) (body cursor, t uint16, ok bool) {
	body, ok = c.skip(4)
	if !ok || d.dot1q.DecodeFromBytes(c.data, gopacket.NilDecodeFeedback) != nil {
		return c, 0, false
	}
	// A VLAN identifier of 0 is a priority tag: no VLAN.
	if id := d.dot1q.VLANIdentifier; d.VLANAware && id != 0 {
		d.into(vlanTag, uint32(id), nil)
	}
	return body, uint16(d.dot1q.Type), true
}

// etherName names the types that hold no TCP.
func etherName(t uint16) string {
	switch t {
	case 0x0806:
		return "arp"
	case 0x8035:
		return "rarp"
	case 0x8863:
		return "pppoe discovery"
	case 0x888e:
		return "eapol"
	case 0x88cc:
		return "lldp"
	case 0x8808, 0x8809:
		return "ethernet control"
	case 0x88f7:
		return "ptp"
	case 0x9000:
		return "ethernet loopback"
	case 0x8137:
		return "ipx"
	case 0x809b, 0x80f3:
		return "appletalk"
	}
	return ""
}

// macsec gives what follows the SecTAG of a frame that is only authenticated
// (IEEE 802.1AE §9.3): neither encrypted (E) nor changed (C).
func (d *Decoder) macsec(c cursor) (cursor, bool) {
	const scPresent, encrypted, changed = 0x20, 0x08, 0x04
	if len(c.data) < 1 {
		return c, d.malformed()
	}
	flags := c.data[0]
	if flags&(encrypted|changed) != 0 {
		return c, d.unsupported("macsec, encrypted")
	}
	n := 6
	if flags&scPresent != 0 {
		n += 8
	}
	if len(c.data) < n+2 {
		return c, d.malformed()
	}
	next, _ := c.skip(n)
	return next, true
}

// llc decodes an IEEE 802.2 header, and SNAP behind it (RFC 1042).
func (d *Decoder) llc(c cursor, s *Segment) bool {
	const snap, ip, stp, isis, netbios, ipx, unnumbered = 0xaa, 0x06, 0x42, 0xfe, 0xf0, 0xff, 0x03
	if len(c.data) < 3 {
		return d.malformed()
	}
	switch destination, control := c.data[0], c.data[2]; {
	case destination == snap && control == unnumbered:
		return d.snap(c, s)
	case destination == ip && control == unnumbered:
		c, _ = c.skip(3)
		return d.etherType(etherIPv4, c, s)
	case destination == stp:
		return d.other("stp")
	case destination == isis:
		return d.other("isis")
	case destination == netbios:
		return d.other("netbios")
	case destination == ipx:
		return d.other("ipx")
	}
	return d.other("llc")
}

func (d *Decoder) snap(c cursor, s *Segment) bool {
	const encapsulated, bridged = 0x000000, 0x0000f8 // RFC 1042, IEEE 802.1H
	if len(c.data) < 8 {
		return d.malformed()
	}
	organization := be32(c.data[2:]) & 0xffffff
	if organization != encapsulated && organization != bridged {
		return d.other("snap")
	}
	t := be16(c.data[6:])
	c, _ = c.skip(8)
	return d.etherType(t, c, s)
}
