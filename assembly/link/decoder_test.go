package link

import (
	"testing"

	"wscope/assembly/packet"
)

// Every link type, tag and tunnel gives the same segment.
func TestSamples(t *testing.T) {
	for _, c := range samples() {
		t.Run(c.name, func(t *testing.T) {
			var d Decoder
			var s Segment
			p := packetOf(c.link, c.data)
			if !d.Decode(p, &s) {
				t.Fatalf("no segment: %+v", d.Stats)
			}
			if string(s.Payload) != samplePayload || s.Missing != 0 {
				t.Errorf("payload %q, %d missing", s.Payload, s.Missing)
			}
			if s.Seq != sampleSeq || s.Ack != 0x0a0b0c0d || s.Flags != ACK|PSH || s.Window != 0x2000 {
				t.Errorf("header: %+v", s)
			}
			if s.Key.SrcPort != 51234 || s.Key.DstPort != 8080 {
				t.Errorf("ports %d, %d", s.Key.SrcPort, s.Key.DstPort)
			}
			src, dst := s.Key.Src.String(), s.Key.Dst.String()
			if src+" "+dst != "192.0.2.1 198.51.100.2" && src+" "+dst != "2001:db8::1 2001:db8::2" {
				t.Errorf("from %s to %s", src, dst)
			}
			if name := d.TunnelName(s.Key.Tunnel); name != c.tunnel {
				t.Errorf("tunnel %q, want %q", name, c.tunnel)
			}
			if s.Mark != p.Mark {
				t.Errorf("mark %+v", s.Mark)
			}
		})
	}
}

// Every prefix of every sample is decoded without a panic, whether the packet was that
// short or the capture cut it; what is cut of the payload is missing from its end.
func TestPrefixes(t *testing.T) {
	for _, c := range samples() {
		whole := Segment{}
		var d Decoder
		d.Decode(packetOf(c.link, c.data), &whole)
		for n := range c.data {
			var s Segment
			d.Decode(packetOf(c.link, c.data[:n:n]), &s)
			p := packetOf(c.link, c.data[:n:n])
			p.Length = len(c.data)
			if d.Decode(p, &s) {
				if len(s.Payload)+s.Missing != len(samplePayload) || samplePayload[:len(s.Payload)] != string(s.Payload) {
					t.Errorf("%s, cut to %d: payload %q, %d missing", c.name, n, s.Payload, s.Missing)
				}
				if s.Key != whole.Key || s.Seq != sampleSeq {
					t.Errorf("%s, cut to %d: %+v", c.name, n, s)
				}
			}
		}
		if st := d.Stats; st.Packets != int64(2*len(c.data)+1) || counted(&st) != st.Packets {
			t.Errorf("%s: %d packets, %d counted", c.name, st.Packets, counted(&st))
		}
	}
}

// counted is how many packets Stats says what they were.
func counted(st *Stats) int64 {
	n := st.TCP + st.Malformed
	for _, m := range []map[string]int64{st.Other, st.Unsupported} {
		for _, v := range m {
			n += v
		}
	}
	return n
}

// A header that the capture cut after its flags is enough for a segment.
func TestCutHeader(t *testing.T) {
	frame := ether("0800", tcp4())
	for cut, want := range map[int]bool{14 + 20 + 13: false, 14 + 20 + 14: true, 14 + 20 + 20: true} {
		var d Decoder
		var s Segment
		p := packetOf(linkEthernet, frame[:cut])
		p.Length = len(frame)
		got := d.Decode(p, &s)
		if got != want || got && s.Missing != len(samplePayload) || !got && d.Stats.Malformed != 1 {
			t.Errorf("cut to %d: %v, %+v", cut, got, s)
		}
	}
}

func TestSYNOptions(t *testing.T) {
	for _, c := range []struct {
		options string
		mss     uint16
		scale   int8
	}{
		{"020405b4 0402 080a0000000000000000 01 030307", 1460, 7},
		{"030307 00 020405b4", 0, 7},
		{"0303ff 01", 0, 14},
		{"02040200 03ff07 01", 512, -1},
		{"0200 0000", 0, -1},
		{"01010101", 0, -1},
		{"", 0, -1},
	} {
		o := unhex(c.options)
		h := cat("c822 1f90 01020304 00000000", []byte{byte(20+len(o)) << 2, 0x02}, "2000 0000 0000", o, "7879")
		var d Decoder
		var s Segment
		if !d.Decode(packetOf(linkRaw, ip4(6, client4, server4, h)), &s) || s.MSS != c.mss || s.Scale != c.scale || s.Flags != SYN || string(s.Payload) != "xy" {
			t.Errorf("%q: %+v", c.options, s)
		}
	}
}

func TestChecksum(t *testing.T) {
	good4, good6 := tcp4(), tcp6()
	flip := func(b []byte, at int) []byte {
		b = append([]byte(nil), b...)
		b[at] ^= 1
		return b
	}
	routed := ip6(43, client6, client6, cat("0602 0001 00000000", server6, good6[40:]))
	for _, c := range []struct {
		name string
		data []byte
		cut  int
		bad  bool
	}{
		{"ipv4", good4, 0, false},
		{"ipv6", good6, 0, false},
		{"ipv6, routed", routed, 0, false},
		{"payload", flip(good4, len(good4)-1), 0, true},
		{"payload of ipv6", flip(good6, len(good6)-1), 0, true},
		{"ipv4 header", flip(good4, 8), 0, true},
		{"cut payload cannot be told", flip(good4, 30), 1, false},
	} {
		for _, asked := range []bool{true, false} {
			d := Decoder{Checksum: asked}
			var s Segment
			p := packetOf(linkRaw, c.data[:len(c.data)-c.cut])
			p.Length = len(c.data)
			if !d.Decode(p, &s) || s.BadSum != (c.bad && asked) {
				t.Errorf("%s: BadSum %v, asked %v", c.name, s.BadSum, asked)
			}
		}
	}
}

func TestStats(t *testing.T) {
	icmp := cat("0303 0000 00000000", tcp4()) // port unreachable, quoting a segment
	for _, c := range []struct {
		name string
		link packet.LinkType
		data []byte
	}{
		{"other icmp", 1, ether("0800", ip4(1, client4, server4, icmp))},
		{"other udp", 1, ether("0800", ip4(17, client4, server4, udpTo(53, nil)))},
		{"other udp", 1, ether("0800", ip4(17, client4, server4, udpTo(4789, make([]byte, 8))))},
		{"other arp", 1, ether("0806", make([]byte, 28))},
		{"other ip protocol 253", 101, ip4(253, client4, server4, nil)},
		{"other stp", 1, ether("0003", cat("424203"))},
		{"other ppp control", 9, cat("ff03 c021 01")},
		{"other gtp-u control", 101, outer(17, udpTo(2152, cat("3201 0000 00000000")))},
		{"unsupported link type 147", 147, tcp4()},
		{"unsupported 802.15.4", 195, tcp4()},
		{"unsupported ethertype 0x88e1", 1, ether("88e1", tcp4())},
		{"unsupported ethertype 0x0601", 1, ether("0601", tcp4())},
		{"unsupported macsec, encrypted", 1, ether("88e5 0c00 00000001", tcp4())},
		{"unsupported esp, encrypted", 101, outer(50, tcp4())},
		{"unsupported 802.11, encrypted", 105, cat("0842", make([]byte, 40))},
		{"unsupported 802.11 a-msdu", 105, cat("8801 0000", make([]byte, 20), "8000", tcp4())},
		{"unsupported nesting deeper than 32 headers", 1, ether("8100", func() (b []byte) {
			for range 40 {
				b = append(b, 0, 1, 0x81, 0)
			}
			return b
		}())},
		{"unsupported nesting deeper than 32 headers", 101, func() []byte {
			b := tcp4()
			for range 40 {
				b = outer(4, b)
			}
			return b
		}()},
		{"malformed", 1, unhex("0200")},
		{"malformed", 101, cat("4300", tcp4()[2:])},
		{"malformed", 101, ip4(6, client4, server4, make([]byte, 20))},
	} {
		var d Decoder
		var s Segment
		if d.Decode(packetOf(c.link, c.data), &s) {
			t.Errorf("%s: a segment", c.name)
		}
		got := "malformed"
		for name := range d.Stats.Other {
			got = "other " + name
		}
		for name := range d.Stats.Unsupported {
			got = "unsupported " + name
		}
		if got != c.name || counted(&d.Stats) != 1 {
			t.Errorf("%s, want %s: %+v", got, c.name, d.Stats)
		}
	}
}

// What a hostile capture makes up is counted under a bounded number of names.
func TestStatsAreBounded(t *testing.T) {
	var d Decoder
	var s Segment
	for i := range 1 << 16 {
		d.Decode(packetOf(packet.LinkType(i), nil), &s)
		d.Decode(packetOf(1, cat("020000000001 020000000002", []byte{byte(i >> 8), byte(i)})), &s)
	}
	if n := len(d.Stats.Unsupported); n > maxNames+1 {
		t.Errorf("%d names", n)
	}
	if counted(&d.Stats) != 1<<17 {
		t.Errorf("%d counted", counted(&d.Stats))
	}
}
