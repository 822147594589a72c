package link

import "wscope/assembly/capture"

// Link types, as registered by tcpdump.org.
const (
	linkNull         capture.LinkType = 0
	linkEthernet     capture.LinkType = 1
	linkARCNETBSD    capture.LinkType = 7
	linkPPP          capture.LinkType = 9
	linkRawBSD       capture.LinkType = 12
	linkRawOpenBSD   capture.LinkType = 14
	linkPPPHDLC      capture.LinkType = 50
	linkPPPoE        capture.LinkType = 51
	linkRaw          capture.LinkType = 101
	linkCiscoHDLC    capture.LinkType = 104
	link80211        capture.LinkType = 105
	linkFrameRelay   capture.LinkType = 107
	linkLoop         capture.LinkType = 108
	linkSLL          capture.LinkType = 113
	linkPrism        capture.LinkType = 119
	linkRadiotap     capture.LinkType = 127
	linkARCNETLinux  capture.LinkType = 129
	linkUser2        capture.LinkType = 149 // what Apple's tools wrote PKTAP as
	linkAVS          capture.LinkType = 163
	linkPPPPPPD      capture.LinkType = 166
	linkPPI          capture.LinkType = 192
	linkPPPDirection capture.LinkType = 204
	linkIPNET        capture.LinkType = 226
	linkIPv4         capture.LinkType = 228
	linkIPv6         capture.LinkType = 229
	linkNFLOG        capture.LinkType = 239
	linkPKTAP        capture.LinkType = 258
	linkSLL2         capture.LinkType = 276
)

// linkLayer decodes what a packet of link type t begins with.
func (d *Decoder) linkLayer(t capture.LinkType, c cursor, s *Segment) bool {
	if !d.enter() {
		return false
	}
	switch t {
	case linkEthernet:
		return d.ethernet(c, s)
	case linkNull, linkLoop:
		return d.null(c, s)
	case linkRaw, linkRawBSD, linkRawOpenBSD:
		return d.ip(c, s)
	case linkIPv4:
		return d.ipv4(c, s)
	case linkIPv6:
		return d.ipv6(c, s)
	case linkSLL:
		return d.sll(c, s)
	case linkSLL2:
		return d.sll2(c, s)
	case linkPPP, linkPPPHDLC, linkCiscoHDLC:
		return d.hdlc(c, s)
	case linkPPPPPPD, linkPPPDirection:
		return d.pppWithDirection(t, c, s)
	case linkPPPoE:
		return d.pppoe(c, s)
	case link80211:
		return d.wifi(c, false, s)
	case linkRadiotap:
		return d.radiotap(c, s)
	case linkPrism, linkAVS:
		return d.prism(c, s)
	case linkPPI:
		return d.ppi(c, s)
	case linkNFLOG:
		return d.nflog(c, s)
	case linkPKTAP, linkUser2:
		return d.pktap(t, c, s)
	case linkIPNET:
		return d.ipnet(c, s)
	case linkFrameRelay:
		return d.frameRelay(c, s)
	case linkARCNETBSD, linkARCNETLinux:
		return d.arcnet(t, c, s)
	case 195, 215, 230, 283:
		return d.unsupported("802.15.4")
	case 187, 201, 251, 254, 256:
		return d.unsupported("bluetooth")
	case 186, 189, 220, 249, 266:
		return d.unsupported("usb")
	}
	return d.unsupported(d.decimal("link type", uint32(t)))
}
