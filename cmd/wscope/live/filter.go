package live

import (
	"strings"

	"wscope/assembly/packet"
)

// The kernel's filter, in the language of pcap-filter(7). A packet that it does not let
// through costs nothing.

// tcpFilter lets TCP through, and what may be a part of it: every fragment of IPv4 carries
// the protocol's number; IPv6 may have a fragment's header (44) before the one of TCP, and
// before either hop-by-hop options (0), routing (43) or destination options (60), whose
// first byte says what follows. What follows two of those is let through unseen.
const tcpFilter = "tcp or ip6[6] == 44 or ((ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 60) and " +
	"(ip6[40] == 6 or ip6[40] == 44 or ip6[40] == 43 or ip6[40] == 60))"

// cookedTCP lets through the same on "any" in frames that keep a tag when the kernel has
// taken one off them. In pcap-filter(7) there are no VLANs for that link type, so that the
// places are counted: its header has 16 bytes, the tag 4. The type of the frame is not
// asked for, as kernels differ in it; that no IP packet begins at once is.
const cookedTCP = "(link[16] & 0xf0 != 0x40 and link[18:2] == 0x800 and link[20] & 0xf0 == 0x40 and link[29] == 6) or " +
	"(link[16] & 0xf0 != 0x60 and link[18:2] == 0x86dd and link[20] & 0xf0 == 0x60 and (link[26] == 6 or link[26] == 44 or " +
	"((link[26] == 0 or link[26] == 43 or link[26] == 60) and " +
	"(link[60] == 6 or link[60] == 44 or link[60] == 43 or link[60] == 60))))"

// cookedIP is cookedTCP for all that IP may carry.
const cookedIP = "(link[16] & 0xf0 != 0x40 and link[18:2] == 0x800) or (link[16] & 0xf0 != 0x60 and link[18:2] == 0x86dd)"

// linkCooked is the link type of "any".
const linkCooked = packet.LinkType(113)

// tunnelFilter lets through what may carry TCP inside: IP in IP, GRE, VXLAN (and Linux's
// old port), Geneve, GTP-U, fragments of those in UDP.
const tunnelFilter = "ip proto 4 or ip proto 41 or ip proto 47 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47 or " +
	"udp port 4789 or udp port 8472 or udp port 6081 or udp port 2152 or ip[6:2] & 0x1fff != 0"

// labelFilter lets through MPLS, of which no more can be asked. It is not "mpls", which
// would move the place where the rest of the expression looks.
const labelFilter = "ether proto 0x8847 or ether proto 0x8848"

// quicFilter lets through QUIC: UDP port 443, and those that were asked for.
func quicFilter(ports []string) string {
	filter := "udp port 443"
	for _, p := range ports {
		filter += " or udp port " + p
	}
	return filter
}

// cookedQUIC is quicFilter as cookedTCP is tcpFilter: the ports stand behind IPv4's header, whose length it
// gives itself, or IPv6's.
func cookedQUIC(ports []string) string {
	filter := ""
	for _, p := range append([]string{"443"}, ports...) {
		filter += " or (link[16] & 0xf0 != 0x40 and link[18:2] == 0x800 and link[20] & 0xf0 == 0x40 and link[29] == 17 and " +
			"(link[20 + (link[20] & 0xf) * 4 : 2] == " + p + " or link[22 + (link[20] & 0xf) * 4 : 2] == " + p + "))" +
			" or (link[16] & 0xf0 != 0x60 and link[18:2] == 0x86dd and link[20] & 0xf0 == 0x60 and link[26] == 17 and " +
			"(link[60:2] == " + p + " or link[62:2] == " + p + "))"
	}
	return filter
}

// KernelFilter is the filter of a capture: by default TCP and QUIC's port, with and without one or two
// VLAN tags, and only of it what the user's expression lets through. fallback gives the same
// for link types of which "vlan" cannot be asked.
//
// "vlan" moves the place where the rest of an expression looks, so that the filter is
// written once for each number of tags, and one of the user's that has such words is taken
// as it is. Without it an expression cannot be asked for behind a tag: then what has two
// of them on "any" is not let through.
func KernelFilter(user string, tunnels bool, quicPorts []string) (filter string, fallback func(packet.LinkType) string) {
	user = strings.TrimSpace(user)
	for _, word := range []string{"vlan", "mpls", "pppoes", "geneve", "vxlan"} {
		if strings.Contains(user, word) {
			return user, nil
		}
	}
	plain, cooked := "("+tcpFilter+" or "+quicFilter(quicPorts)+")", cookedTCP+cookedQUIC(quicPorts)
	if tunnels {
		plain, cooked = "("+tcpFilter+" or "+quicFilter(quicPorts)+" or "+tunnelFilter+")", cookedIP
	}
	if user != "" {
		plain += " and (" + user + ")"
	}
	one := "(" + plain + ")"
	if tunnels {
		one = "(" + plain + " or " + labelFilter + ")"
	}
	return one + " or (vlan and (" + one + " or (vlan and " + one + ")))", func(link packet.LinkType) string {
		if link == linkCooked && user == "" {
			return plain + " or " + cooked
		}
		return plain
	}
}
