package main

import "strings"

// The kernel's filter, in the language of pcap-filter(7). A packet that it does not let
// through costs nothing.

// tcpFilter lets TCP through, and what may be a part of it: every fragment of IPv4 carries
// the protocol's number; IPv6 may have headers before the one of TCP or of fragments
// (hop-by-hop 0, routing 43, fragment 44, destination options 60).
const tcpFilter = "tcp or ip6[6] == 44 or ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 60"

// tunnelFilter lets through what may carry TCP inside: IP in IP, GRE, VXLAN (and Linux's
// old port), Geneve, GTP-U, fragments of those in UDP.
const tunnelFilter = "ip proto 4 or ip proto 41 or ip proto 47 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47 or " +
	"udp port 4789 or udp port 8472 or udp port 6081 or udp port 2152 or ip[6:2] & 0x1fff != 0"

// labelFilter lets through MPLS, of which no more can be asked. It is not "mpls", which
// would move the place where the rest of the expression looks.
const labelFilter = "ether proto 0x8847 or ether proto 0x8848"

// kernelFilter is the filter of a capture: by default TCP, with and without one or two
// VLAN tags, and only of it what the user's expression lets through. fallback is the same
// for link types that have no VLAN tags.
//
// "vlan" moves the place where the rest of an expression looks, so that the filter is
// written once for each number of tags, and one of the user's that has such words is taken
// as it is.
func kernelFilter(user string, tunnels bool) (filter, fallback string) {
	user = strings.TrimSpace(user)
	for _, word := range []string{"vlan", "mpls", "pppoes", "geneve", "vxlan"} {
		if strings.Contains(user, word) {
			return user, ""
		}
	}
	fallback = "(" + tcpFilter + ")"
	if tunnels {
		fallback = "(" + tcpFilter + " or " + tunnelFilter + ")"
	}
	if user != "" {
		fallback += " and (" + user + ")"
	}
	one := "(" + fallback + ")"
	if tunnels {
		one = "(" + fallback + " or " + labelFilter + ")"
	}
	return one + " or (vlan and (" + one + " or (vlan and " + one + ")))", fallback
}
