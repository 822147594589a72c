//go:build linux && libpcap

package live

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcap"

	"wscope/assembly/packet"
)

// The packets that the kernel's filter is asked about, from the IP header on. What a
// filter does not look at is zero.
func ipv4(protocol byte, fragment uint16, rest ...byte) []byte {
	b := append(make([]byte, 20), rest...)
	b[0], b[8], b[9] = 0x45, 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[6:], fragment)
	return b
}

func ipv6(next byte, rest ...byte) []byte {
	b := append(make([]byte, 40), rest...)
	b[0], b[6], b[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(rest)))
	return b
}

// ports begins a TCP or UDP header.
func ports(from, to uint16) []byte {
	b := make([]byte, 40)
	binary.BigEndian.PutUint16(b, from)
	binary.BigEndian.PutUint16(b[2:], to)
	b[12] = 5 << 4
	return b
}

// tagged puts VLAN tags before a packet that follows an EtherType.
func tagged(etherType uint16, packet []byte, tags ...uint16) (uint16, []byte) {
	for i := len(tags) - 1; i >= 0; i-- {
		tag := binary.BigEndian.AppendUint16([]byte{0, 5}, etherType)
		etherType, packet = tags[i], append(tag, packet...)
	}
	return etherType, packet
}

// links put a link layer before a packet.
var links = []struct {
	name string
	link layers.LinkType
	head func(etherType uint16) []byte
	tags int // how many VLAN tags it may have
}{
	{"Ethernet", layers.LinkTypeEthernet, func(e uint16) []byte { return binary.BigEndian.AppendUint16(make([]byte, 12), e) }, 2},
	{"any (SLL)", layers.LinkTypeLinuxSLL, func(e uint16) []byte { return binary.BigEndian.AppendUint16(make([]byte, 14), e) }, 1},
	{"raw IP", 12, func(uint16) []byte { return nil }, 0},
	{"BSD loopback", layers.LinkTypeNull, func(e uint16) []byte {
		family := map[uint16]uint32{0x800: 2, 0x86dd: 10}[e]
		return binary.NativeEndian.AppendUint32(nil, family)
	}, 0},
}

// TestKernelFilter runs the default filter and that of --tunnels, as libpcap compiles
// them, over packets of each link type.
func TestKernelFilter(t *testing.T) {
	const v4, v6, arp, q, ad = 0x800, 0x86dd, 0x806, 0x8100, 0x88a8
	tcp := ipv4(6, 0, ports(40000, 8080)...)
	cases := []struct {
		name            string
		etherType       uint16
		packet          []byte
		tags            []uint16
		plain, tunneled bool // let through by default, and with --tunnels
	}{
		{"TCP", v4, tcp, nil, true, true},
		{"TCP in a VLAN", v4, tcp, []uint16{q}, true, true},
		{"TCP in QinQ", v4, tcp, []uint16{ad, q}, true, true},
		{"TCP in two 802.1Q tags", v4, tcp, []uint16{q, q}, true, true},
		{"first fragment", v4, ipv4(6, 0x2000, ports(40000, 8080)...), nil, true, true},
		{"later fragment", v4, ipv4(6, 0x00b9, 1, 2, 3, 4), nil, true, true},
		{"later fragment in a VLAN", v4, ipv4(6, 0x00b9, 1, 2, 3, 4), []uint16{q}, true, true},
		{"TCP over IPv6", v6, ipv6(6, ports(40000, 8080)...), nil, true, true},
		{"TCP over IPv6 in a VLAN", v6, ipv6(6, ports(40000, 8080)...), []uint16{q}, true, true},
		{"fragment of IPv6", v6, ipv6(44, append([]byte{6, 0, 5, 0, 0, 0, 0, 1}, 1, 2, 3, 4)...), nil, true, true},
		{"fragment of IPv6 in a VLAN", v6, ipv6(44, append([]byte{6, 0, 5, 0, 0, 0, 0, 1}, 1, 2, 3, 4)...), []uint16{q}, true, true},
		{"hop-by-hop options before TCP", v6, ipv6(0, append([]byte{6, 0, 1, 4, 0, 0, 0, 0}, ports(40000, 8080)...)...), nil, true, true},
		{"two headers before a fragment of IPv6", v6, ipv6(60, append([]byte{44, 0, 1, 4, 0, 0, 0, 0}, 6, 0, 5, 0, 0, 0, 0, 1)...), nil, true, true},
		{"two headers before TCP over IPv6 in a VLAN", v6, ipv6(0, append([]byte{43, 0, 1, 4, 0, 0, 0, 0}, 6, 0, 0, 0, 0, 0, 0, 0)...), []uint16{q}, true, true},
		{"hop-by-hop options before ICMPv6", v6, ipv6(0, append([]byte{58, 0, 5, 2, 0, 0, 1, 0}, 143, 0, 0, 0)...), nil, false, false},
		{"UDP", v4, ipv4(17, 0, ports(40000, 53)...), nil, false, false},
		{"QUIC", v4, ipv4(17, 0, ports(443, 40000)...), nil, true, true},
		{"QUIC in a VLAN", v4, ipv4(17, 0, ports(40000, 443)...), []uint16{q}, true, true},
		{"QUIC over IPv6 on a port that was asked for", v6, ipv6(17, ports(40000, 8443)...), nil, true, true},
		{"UDP in a VLAN", v4, ipv4(17, 0, ports(40000, 53)...), []uint16{q}, false, false},
		{"ICMPv6 in a VLAN", v6, ipv6(58, 128, 0, 0, 0), []uint16{q}, false, false},
		{"UDP over IPv6", v6, ipv6(17, ports(40000, 53)...), nil, false, false},
		{"ICMP", v4, ipv4(1, 0, 8, 0, 0, 0), nil, false, false},
		{"ICMPv6", v6, ipv6(58, 128, 0, 0, 0), nil, false, false},
		{"ARP", arp, make([]byte, 28), nil, false, false},
		{"VXLAN", v4, ipv4(17, 0, ports(40000, 4789)...), nil, false, true},
		{"VXLAN over IPv6", v6, ipv6(17, ports(40000, 4789)...), nil, false, true},
		{"Geneve", v4, ipv4(17, 0, ports(40000, 6081)...), nil, false, true},
		{"GTP-U", v4, ipv4(17, 0, ports(2152, 2152)...), nil, false, true},
		{"later fragment of UDP", v4, ipv4(17, 0x00b9, 1, 2, 3, 4), nil, false, true},
		{"GRE", v4, ipv4(47, 0, 0, 0, 8, 0), nil, false, true},
		{"IP in IP", v4, ipv4(4, 0, tcp...), nil, false, true},
		{"IPv6 in IP", v4, ipv4(41, 0, ipv6(6, ports(1, 2)...)...), nil, false, true},
		{"MPLS", 0x8847, append([]byte{0, 1, 1, 64}, tcp...), nil, false, true},
		{"VXLAN in a VLAN", v4, ipv4(17, 0, ports(40000, 4789)...), []uint16{q}, false, true},
	}
	for _, l := range links {
		for _, tunnels := range []bool{false, true} {
			filter := compiled(t, l.link, "", tunnels)
			for _, c := range cases {
				if len(c.tags) > l.tags || l.link != layers.LinkTypeEthernet && c.etherType != v4 && c.etherType != v6 {
					continue
				}
				etherType, packet := tagged(c.etherType, c.packet, c.tags...)
				b := append(l.head(etherType), packet...)
				want := c.plain
				if tunnels {
					want = c.tunneled || l.link == layers.LinkTypeLinuxSLL && len(c.tags) > 0 // IP behind it is asked for alone
				}
				if got := matches(filter, b); got != want {
					t.Errorf("%s, tunnels %v: %s: let through %v", l.name, tunnels, c.name, got)
				}
			}
		}
	}
}

// TestKernelFilterOfTheUser holds that the user's expression is asked for with and without
// tags, and never lets more through.
func TestKernelFilterOfTheUser(t *testing.T) {
	const v4, q = 0x800, 0x8100
	for _, c := range []struct {
		name, user string
		protocol   byte
		port       uint16
		tags       []uint16
		want       bool
	}{
		{"the port", "port 8080", 6, 8080, nil, true},
		{"the port in a VLAN", "port 8080", 6, 8080, []uint16{q}, true},
		{"the port in two", "port 8080", 6, 8080, []uint16{q, q}, true},
		{"another port", "port 8080", 6, 8081, nil, false},
		{"another port in a VLAN", "port 8080", 6, 8081, []uint16{q}, false},
		{"the port of UDP", "port 8080", 17, 8080, nil, false},
		{"an alternative is one expression", "port 1 or port 8080", 17, 8080, nil, false},
		{"what has a VLAN in it is taken as it is", "vlan 5 and udp", 17, 53, []uint16{q}, true},
		{"and not outside", "vlan 5 and udp", 17, 53, nil, false},
	} {
		etherType, packet := tagged(v4, ipv4(c.protocol, 0, ports(40000, c.port)...), c.tags...)
		b := append(links[0].head(etherType), packet...)
		if got := matches(compiled(t, links[0].link, c.user, false), b); got != c.want {
			t.Errorf("%s: let through %v", c.name, got)
		}
	}
}

// compiled is the filter as a capture takes it: where the link type has no VLANs, the fallback.
func compiled(t *testing.T, link layers.LinkType, user string, tunnels bool) *pcap.BPF {
	t.Helper()
	filter, fallback := KernelFilter(user, tunnels, []string{"8443"})
	b, err := pcap.NewBPF(link, 1<<18, filter)
	if err != nil && fallback != nil {
		b, err = pcap.NewBPF(link, 1<<18, fallback(packet.LinkType(link)))
	}
	if err != nil {
		t.Fatalf("%v: %v", link, err)
	}
	return b
}

func matches(f *pcap.BPF, b []byte) bool {
	return f.Matches(gopacket.CaptureInfo{CaptureLength: len(b), Length: len(b)}, b)
}
