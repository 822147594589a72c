package link

import (
	"strings"
	"testing"
)

// In steady state no packet allocates, whatever it is, but for a joined datagram's buffer.
func TestNoAllocations(t *testing.T) {
	all := samples()
	all = append(all,
		sample{name: "udp", link: 1, data: ether("0800", ip4(17, client4, server4, udpTo(53, nil)))},
		sample{name: "unknown ethertype", link: 1, data: ether("88e1", nil)},
		sample{name: "unknown protocol", link: 1, data: ether("0800", ip4(253, client4, server4, nil))},
		sample{name: "unknown link", link: 147},
		sample{name: "malformed", link: 1},
		sample{name: "waiting fragment", link: linkRaw, data: cut4(1, long(), 0, 40)},
	)
	syn := tcp4()
	syn[20+13] = byte(SYN)
	all = append(all, sample{name: "SYN", link: linkRaw, data: syn})
	for _, c := range all {
		var d Decoder
		var s Segment
		p := packetOf(c.link, c.data)
		if n := testing.AllocsPerRun(20, func() { d.Decode(p, &s) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

func benchmark(b *testing.B, data []byte) {
	var d Decoder
	var s Segment
	p := packetOf(linkEthernet, data)
	b.ReportAllocs()
	for b.Loop() {
		if !d.Decode(p, &s) {
			b.Fatal("no segment")
		}
	}
}

var text = strings.Repeat("x", 200)

func BenchmarkIPv4(b *testing.B) {
	benchmark(b, ether("0800", ip4(6, client4, server4, tcpBytes(client4, server4, text))))
}

func BenchmarkIPv6(b *testing.B) {
	benchmark(b, ether("86dd", ip6(6, client6, server6, tcpBytes(client6, server6, text))))
}

func BenchmarkVLAN(b *testing.B) {
	benchmark(b, ether("8100 0007 0800", ip4(6, client4, server4, tcpBytes(client4, server4, text))))
}

func BenchmarkVXLAN(b *testing.B) {
	inner := ether("0800", ip4(6, client4, server4, tcpBytes(client4, server4, text)))
	benchmark(b, ether("0800", outer(17, udpTo(4789, cat("08000000 00002a00", inner)))))
}

// BenchmarkGeneral is what the fast path saves.
func BenchmarkGeneral(b *testing.B) {
	var d Decoder
	var s Segment
	p := packetOf(linkEthernet, ether("0800", ip4(6, client4, server4, tcpBytes(client4, server4, text))))
	b.ReportAllocs()
	for b.Loop() {
		if !d.general(p, p.Length, &s) {
			b.Fatal("no segment")
		}
	}
}

// BenchmarkFragments joins a datagram of two fragments; the one allocation is its buffer.
func BenchmarkFragments(b *testing.B) {
	body := tcpBytes(client4, server4, text)
	first, second := packetOf(linkRaw, cut4(1, body, 0, 104)), packetOf(linkRaw, cut4(1, body, 104, len(body)))
	var d Decoder
	var s Segment
	b.ReportAllocs()
	for b.Loop() {
		first.Time += 1e9
		second.Time += 1e9
		if d.Decode(first, &s) || !d.Decode(second, &s) {
			b.Fatal("not joined")
		}
	}
}
