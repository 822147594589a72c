package link

import "wscope/assembly/packet"

// sample is a packet that holds the samples' conversation.
type sample struct {
	name   string
	link   packet.LinkType
	data   []byte
	tunnel string // its Decoder.TunnelName
}

const between = " 10.0.0.1-10.0.0.2"

// samples has one packet of each link type, tag and tunnel.
func samples() []sample {
	v4, v6 := tcp4(), tcp6()
	frame := ether("0800", v4)
	snap := cat("aaaa03 000000 0800", v4)
	ppp4 := cat("0021", v4)
	data80211 := cat("0802 0000 020000000001 020000000002 020000000003 1000", snap)
	qos80211 := cat("8801 0000 020000000001 020000000002 020000000003 1000 0000", snap)
	udp := func(port uint16, body []byte) []byte { return ether("0800", outer(17, udpTo(port, body))) }
	proto := func(p uint8, body []byte) []byte { return ether("0800", outer(p, body)) }
	return []sample{
		{"ethernet", 1, frame, ""},
		{"ethernet, ipv6", 1, ether("86dd", v6), ""},
		{"ethernet, padded", 1, cat(frame, "000000000000"), ""},
		{"802.3 length, LLC, SNAP", 1, ether("003e", snap), ""},
		{"802.2 with IP's own SAP", 1, ether("0039", cat("060603", v4)), ""},
		{"vlan", 1, ether("8100 0007 0800", v4), ""},
		{"vlan, ipv6", 1, ether("8100 0007 86dd", v6), ""},
		{"priority tag", 1, ether("8100 a000 0800", v4), ""},
		{"vlan, 802.3 length", 1, ether("8100 0007 003e", snap), ""},
		{"802.1ad", 1, ether("88a8 0005 8100 0007 0800", v4), ""},
		{"three tags", 1, ether("9100 0001 8100 0005 8100 0007 0800", v4), ""},
		{"vn-tag", 1, ether("8926 00000000 0800", v4), ""},
		{"cisco metadata", 1, ether("8909 0101 0001 0004 0800", v4), ""},
		{"nsh", 1, ether("894f 0fc6 0101 00000000 00000000000000000000000000000000", v4), ""},
		{"macsec, not encrypted", 1, ether("88e5 0000 00000001 0800", cat(v4, "00112233445566778899aabbccddeeff")), ""},
		{"macsec with its channel", 1, ether("88e5 2000 00000001 0200000000010001 0800", v4), ""},
		{"mpls", 1, ether("8847 00010040 00011140", v4), ""},
		{"mpls, ipv6", 1, ether("8847 00011140", v6), ""},
		{"mpls pseudowire", 1, ether("8847 00011140 00000000", frame), ""},
		{"mpls pseudowire, no control word", 1, ether("8847 00011140", frame), ""},
		{"pppoe", 1, ether("8864 1100 0001 0038", ppp4), ""},
		{"pppoe, ipv6", 1, ether("8864 1100 0001 004c 0057", v6), ""},

		{"null, little-endian", 0, cat("02000000", v4), ""},
		{"null, big-endian", 0, cat("00000002", v4), ""},
		{"null, ipv6 of macOS", 0, cat("1e000000", v6), ""},
		{"null, ipv6 of Linux, big-endian", 0, cat("0000000a", v6), ""},
		{"loop", 108, cat("00000002", v4), ""},
		{"loop, ipv6 of FreeBSD", 108, cat("0000001c", v6), ""},
		{"raw", 101, v4, ""},
		{"raw, ipv6", 101, v6, ""},
		{"raw of BSD", 12, v4, ""},
		{"raw of OpenBSD", 14, v6, ""},
		{"ipv4", 228, v4, ""},
		{"ipv6", 229, v6, ""},
		{"sll", 113, cat("0000 0001 0006 0200000000010000 0800", v4), ""},
		{"sll, ipv6", 113, cat("0000 0304 0006 0200000000010000 86dd", v6), ""},
		{"sll, vlan", 113, cat("0000 0001 0006 0200000000010000 8100 0007 0800", v4), ""},
		{"sll, tag untold", 113, cat("0000 0001 0006 0200000000010000 0800 0007 0800", v4), ""},
		{"sll, second tag untold", 113, cat("0000 0001 0006 0200000000010000 88a8 0005 0800 0007 0800", v4), ""},
		{"sll, second tag untold, ipv6", 113, cat("0000 0001 0006 0200000000010000 8100 0005 86dd 0007 86dd", v6), ""},
		{"sll, LLC", 113, cat("0000 0001 0006 0200000000010000 0004", snap), ""},
		{"sll, 802.11", 113, cat("0000 0321 0006 0200000000010000 0000", data80211), ""},
		{"sll2", 276, cat("0800 0000 00000003 0001 04 06 0200000000010000", v4), ""},
		{"sll2, second tag untold", 276, cat("88a8 0000 00000003 0001 04 06 0200000000010000 0005 0800 0007 0800", v4), ""},
		{"sll2, ipv6", 276, cat("86dd 0000 00000003 0304 04 06 0200000000010000", v6), ""},
		{"ppp", 9, cat("ff03", ppp4), ""},
		{"ppp without address", 9, ppp4, ""},
		{"ppp, compressed protocol", 9, cat("21", v4), ""},
		{"ppp, ipv6", 50, cat("ff03 0057", v6), ""},
		{"ppp, mpls", 50, cat("ff03 0281 00011140", v4), ""},
		{"ppp, bridged ethernet", 50, cat("ff03 0031 0001", frame), ""},
		{"cisco hdlc", 104, cat("0f00 0800", v4), ""},
		{"pppoe link", 51, cat("1100 0001 0038", ppp4), ""},
		{"ppp of pppd", 166, cat("0003", ppp4), ""},
		{"ppp with direction", 204, cat("01 ff03", ppp4), ""},
		{"802.11", 105, data80211, ""},
		{"802.11, qos", 105, qos80211, ""},
		{"802.11, four addresses", 105, cat("0803 0000 020000000001 020000000002 020000000003 1000 020000000004", snap), ""},
		{"802.11, qos and ht control", 105, cat("8881 0000 020000000001 020000000002 020000000003 1000 0000 00000000", snap), ""},
		{"radiotap", 127, cat("0000 0800 00000000", data80211), ""},
		{"radiotap with time, flags, FCS", 127, cat("0000 1900 03000000 0000000000000000 0000000000000000 10", data80211, "deadbeef"), ""},
		{"radiotap, padded header", 127, cat("0000 0900 02000000 20", qos80211[:26], "0000", snap), ""},
		{"radiotap, two present words", 127, cat("0000 0d00 020000a0 00000000 10", data80211, "deadbeef"), ""},
		{"prism", 119, cat("44000000 10000000 0000000000000000", data80211), ""},
		{"avs", 163, cat("80211001 00000010 0000000000000000", data80211), ""},
		{"ppi", 192, cat("0000 0800 01000000", frame), ""},
		{"nflog", 239, cat("02 00 0000 0800 0100 08000300 0500 0a00 61000000 4c00 0900", v4), ""},
		{"nflog, big-endian, ipv6", 239, cat("0a 00 0000 0008 0001 08000300 0060 0009", v6[:]), ""},
		{"pktap", 258, cat("0c000000 01000000 01000000", frame), ""},
		{"pktap as user 2", 149, cat("6c000000 01000000 0c000000", make([]byte, 96), v4), ""},
		{"ipnet", 226, cat("01 02 0000 00000000 00000000 00000000 00000000 00000000", v4), ""},
		{"ipnet, ipv6", 226, cat("01 1a 0000 00000000 00000000 00000000 00000000 00000000", v6), ""},
		{"frame relay", 107, cat("1841 03 cc", v4), ""},
		{"frame relay, padded SNAP", 107, cat("1841 03 00 80 000000 0800", v4), ""},
		{"frame relay, bridged", 107, cat("1841 03 00 80 0080c2 0007", frame), ""},
		{"frame relay of Cisco", 107, cat("1841 86dd", v6), ""},
		{"arcnet", 7, cat("0102 d4 00 0001", v4), ""},
		{"arcnet of Linux", 129, cat("0102 0000 d4 00 0001", v4), ""},
		{"arcnet, RFC 1051", 7, cat("0102 f0", v4), ""},
		{"arcnet, exception", 7, cat("0102 d4 ff ffff d4 00 0001", v4), ""},

		{"ipv4 with options", 1, ether("0800", func() []byte {
			b := cat("46", v4[1:20], "94040000", v4[20:])
			b[3] += 4
			return b
		}()), ""},
		{"ipv4, total length 0", 1, ether("0800", cat(v4[:2], "0000", v4[4:])), ""},
		{"ipv4, total length beyond the packet", 1, ether("0800", cat(v4[:2], "ffff", v4[4:])), ""},
		{"ipv6, payload length 0", 1, ether("86dd", cat(v6[:4], "0000", v6[6:])), ""},
		{"ipv6 jumbogram", 1, ether("86dd", cat(v6[:4], "0000 00 40", v6[8:40], "0600 c204 0000002a", v6[40:], "ffff")), ""},
		{"ipv6 extension headers", 1, ether("86dd", ip6(0, client6, server6, cat("3c00 010400000000", "2b00 010400000000", "0600 000000000000", v6[40:]))), ""},
		{"ipv6 source route", 1, ether("86dd", ip6(43, client6, client6, cat("0602 0001 00000000", server6, v6[40:]))), ""},
		{"ipv6 segment routing", 1, ether("86dd", ip6(43, client6, client6, cat("0604 0401 01000000", server6, client6, v6[40:]))), ""},
		{"ipv6 atomic fragment", 1, ether("86dd", ip6(44, client6, server6, cat("0600 0000 00000001", v6[40:]))), ""},
		{"authentication header", 1, ether("0800", ip4(51, client4, server4, cat("0604 0000 00000001 00000001 000000000000000000000000", v4[20:]))), ""},

		{"ip in ip", 1, proto(4, v4), "ip-in-ip" + between},
		{"6in4", 1, proto(41, v6), "ip-in-ip" + between},
		{"4in6", 229, ip6(4, client6, server6, v4), "ip-in-ip 2001:db8::1-2001:db8::2"},
		{"6in6", 229, ip6(41, server6, client6, v6), "ip-in-ip 2001:db8::1-2001:db8::2"},
		{"gre", 1, proto(47, cat("0000 0800", v4)), "gre" + between},
		{"gre with checksum, key, sequence", 1, proto(47, cat("b000 86dd 00000000 0000002a 00000001", v6)), "gre 42" + between},
		{"gre, bridged ethernet", 1, proto(47, cat("0000 6558", frame)), "gre" + between},
		{"gre, mpls", 1, proto(47, cat("0000 8847 00011140", v4)), "gre" + between},
		{"gre, wccp 2", 1, proto(47, cat("0000 883e 00000000", v4)), "gre" + between},
		{"gre 1, ppp", 1, proto(47, cat("3081 880b 00380007 00000001 00000000", ppp4)), "gre" + between},
		{"erspan 1", 1, proto(47, cat("0000 88be", frame)), "erspan" + between},
		{"erspan 2", 1, proto(47, cat("1000 88be 00000001 10010009 00000000", frame)), "erspan 9" + between},
		{"erspan 3", 1, proto(47, cat("1000 22eb 00000001 20010009 00000000 00000000", frame)), "erspan 9" + between},
		{"erspan 3 with subheader, ip", 1, proto(47, cat("1000 22eb 00000001 20010009 00000000 00000809 0000000000000000", v4)), "erspan 9" + between},
		{"etherip", 1, proto(97, cat("3000", frame)), "etherip" + between},
		{"mpls in ip", 1, proto(137, cat("00011140", v4)), "mpls-in-ip" + between},
		{"vxlan", 1, udp(4789, cat("08000000 00002a00", frame)), "vxlan 42" + between},
		{"vxlan of Linux", 1, udp(8472, cat("08000000 00000000", frame)), "vxlan 0" + between},
		{"vxlan-gpe", 1, udp(4790, cat("0c000001 00002a00", v4)), "vxlan 42" + between},
		{"nsh in vxlan-gpe", 1, udp(4790, cat("0c000004 00002a00 0fc2 0203 00000000", frame)), "vxlan 42" + between},
		{"vxlan, udp length 0", 1, ether("0800", outer(17, cat("9c40 12b5 0000 0000 08000000 00002a00", frame))), "vxlan 42" + between},
		{"geneve", 1, udp(6081, cat("0000 6558 00002a00", frame)), "geneve 42" + between},
		{"geneve with options", 1, udp(6081, cat("0240 0800 00002a00 0102 8001 aabbccdd", v4)), "geneve 42" + between},
		{"gtp-u", 1, udp(2152, cat("30ff 0036 0000002a", v4)), "gtp-u" + between},
		{"gtp-u with extension", 1, udp(2152, cat("34ff 003e 0000002a 00000085 01100100", v4)), "gtp-u" + between},
		{"gre in udp", 1, udp(4754, cat("0000 0800", v4)), "gre" + between},
		{"teredo", 1, udp(3544, v6), "teredo" + between},
		{"teredo with indications", 1, udp(3544, cat("0001 0000 0000000000000000 00", "0000 0102 03040506", v6)), "teredo" + between},
		{"vxlan in gre in vlan", 1, ether("8100 0007 0800", outer(47, cat("0000 0800",
			ip4(17, []byte{10, 1, 0, 2}, []byte{10, 1, 0, 1}, udpTo(4789, cat("08000000 00002a00", frame)))))),
			"gre" + between + " > vxlan 42 10.1.0.1-10.1.0.2"},
	}
}
