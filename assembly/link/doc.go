// Package link finds the TCP segment in a captured packet, through link layers,
// tunnels and IP fragments.
//
// Start at Decoder.Decode. Most packets take the short way of fast; any other goes
// layer by layer from Decoder.linkLayer down to Decoder.tcp, each layer a method in the
// file of its name. gopacket's layer decoders, on values used again, do Ethernet, VLAN tags
// and VXLAN; where they would panic, allocate or lose what a capture cut, a layer is
// decoded here, and its comment says so.
//
// Links: Ethernet (IEEE 802.3 with LLC and SNAP too), BSD null and loop, raw IP, Linux
// cooked v1 and v2, PPP, PPP in HDLC, Cisco HDLC, PPPoE, IEEE 802.11 alone or behind radiotap,
// Prism, AVS or PPI headers, frame relay, ARCNET, Solaris IPNET, NFLOG, PKTAP.
//
// Tags and tunnels: VLAN tags of any number, VN-Tag, Cisco MetaData, MACsec that does not
// encrypt, MPLS (pseudowires too), PPPoE, NSH; IP in IP of either version, 6in4, GRE (with Ethernet bridging, WCCP and
// PPTP), ERSPAN I to III, EtherIP, MPLS in IP, VXLAN and VXLAN-GPE, GENEVE, GTP-U, GRE in UDP, Teredo.
// A conversation in a tunnel is another than one with the same addresses outside: see
// Key.Tunnel and Decoder.TunnelName. Tags, labels and PPPoE are no tunnels in this sense, for
// they differ between the directions of a connection, or between mirror ports.
//
// Lengths are what the headers say was on the wire, not what was captured: IP's length
// tells payload from padding, and Segment.Missing how much of it the capture cut.
// Where IP's length is 0 (segmentation offload, BIG TCP) or beyond the packet, the
// packet's own length on the wire counts. TCP headers quoted in ICMP are no segments.
//
// What holds no TCP and what cannot be read is counted in Stats by what it is.
//
// It does not keep connections, decrypt (802.11, MACsec, ESP), join fragments of 802.11, ARCNET
// or PPP multilink, nor undo header compression.
package link
