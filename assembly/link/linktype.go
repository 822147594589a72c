package link

import "wscope/assembly/packet"

// Link types, as registered by tcpdump.org.
const (
	linkNull         packet.LinkType = 0
	linkEthernet     packet.LinkType = 1
	linkARCNETBSD    packet.LinkType = 7
	linkPPP          packet.LinkType = 9
	linkRawBSD       packet.LinkType = 12
	linkRawOpenBSD   packet.LinkType = 14
	linkPPPHDLC      packet.LinkType = 50
	linkPPPoE        packet.LinkType = 51
	linkRaw          packet.LinkType = 101
	linkCiscoHDLC    packet.LinkType = 104
	link80211        packet.LinkType = 105
	linkFrameRelay   packet.LinkType = 107
	linkLoop         packet.LinkType = 108
	linkSLL          packet.LinkType = 113
	linkPrism        packet.LinkType = 119
	linkRadiotap     packet.LinkType = 127
	linkARCNETLinux  packet.LinkType = 129
	linkUser2        packet.LinkType = 149 // what Apple's tools wrote PKTAP as
	linkJuniperEther packet.LinkType = 178
	linkIPoIB        packet.LinkType = 242
	linkBroadcomTag  packet.LinkType = 281
	linkBroadcomPre  packet.LinkType = 282
	linkDSATag       packet.LinkType = 284
	linkEDSATag      packet.LinkType = 285
	linkAVS          packet.LinkType = 163
	linkPPPPPPD      packet.LinkType = 166
	linkPPI          packet.LinkType = 192
	linkPPPDirection packet.LinkType = 204
	linkIPNET        packet.LinkType = 226
	linkIPv4         packet.LinkType = 228
	linkIPv6         packet.LinkType = 229
	linkNFLOG        packet.LinkType = 239
	linkPKTAP        packet.LinkType = 258
	linkSLL2         packet.LinkType = 276
)

// linkLayer decodes what a packet of link type t begins with.
func (d *Decoder) linkLayer(t packet.LinkType, c cursor, s *Segment) bool {
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
	case linkJuniperEther:
		return d.juniperEthernet(c, s)
	case linkIPoIB:
		return d.infiniband(c, s)
	case linkBroadcomTag, linkDSATag:
		return d.taggedEthernet(12, 4, c, s)
	case linkBroadcomPre:
		return d.taggedEthernet(0, 4, c, s)
	case linkEDSATag:
		return d.taggedEthernet(12, 8, c, s)
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
