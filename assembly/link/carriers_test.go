package link

import (
	"testing"

	"wscope/assembly/packet"
)

// carried are packets with a segment in each carrier of carriers.go.
func carried() map[string]struct {
	link packet.LinkType
	data []byte
} {
	type sample = struct {
		link packet.LinkType
		data []byte
	}
	frame := ether("0800", tcp4())
	udp := func(port uint16, b []byte) sample {
		return sample{linkEthernet, ether("0800", outer(17, udpTo(port, b)))}
	}
	llc := cat("0801 0000 000000000001 000000000002 000000000003 0000 aaaa03000000 0800", tcp4())
	swapped := append([]byte{llc[1], llc[0]}, llc[2:]...)
	return map[string]sample{
		"vxlan, every reserved bit": udp(4789, cat("ffffffff 00002a ff", frame)),
		"mpls in udp":               udp(6635, cat("00064140", tcp4())),
		"l2tp":                      udp(1701, cat("0002 0001 0002 ff03 0021", tcp4())),
		"l2tp, sequence and offset": udp(1701, cat("0a02 0001 0002 0000 0000 0002 ffff 0021", tcp4())),
		"tzsp":                      udp(37008, cat("01 00 0001 0a 01 7f 00 01", frame)),
		"tzsp, 802.11":              udp(37008, cat("01 00 0012 01", llc)),
		"capwap, 802.3":             udp(5247, cat("00 10 02 00 0000 0000", frame)),
		"capwap, 802.11":            udp(5247, cat("00 10 03 00 0000 0000", llc)),
		"capwap, bytes swapped":     udp(5247, cat("00 10 03 00 0000 0000", swapped)),
		"802.1ah":                   {linkEthernet, ether("88e7 00000042", frame)},
		"802.1BR":                   {linkEthernet, ether("893f 000000010000 0800", tcp4())},
		"fabricpath":                {linkEthernet, ether("8903 0040", frame)},
		"aruba gre":                 {linkEthernet, ether("0800", outer(47, cat("00008200", llc)))},
		"juniper ethernet":          {linkJuniperEther, cat("4d4743 80 0006 000000000000", frame)},
		"juniper, no link layer":    {linkJuniperEther, cat("4d4743 02", tcp4())},
		"broadcom tag":              {linkBroadcomTag, cat("000000000001 000000000002 20000001 0800", tcp4())},
		"broadcom tag in front":     {linkBroadcomPre, cat("20000001", frame)},
		"dsa":                       {linkDSATag, cat("000000000001 000000000002 c0080001 0800", tcp4())},
		"edsa":                      {linkEDSATag, cat("000000000001 000000000002 dada0000c0080001 0800", tcp4())},
		"ipoib":                     {linkIPoIB, append(make([]byte, 40), cat("0800 0000", tcp4())...)},
	}
}

func TestCarriers(t *testing.T) {
	for name, c := range carried() {
		var d Decoder
		var s Segment
		if !d.Decode(packetOf(c.link, c.data), &s) || string(s.Payload) == "" {
			t.Errorf("%s: no segment: %+v", name, d.Stats)
		}
		for n := range c.data { // nothing but "no panic" is asked
			d.Decode(packetOf(c.link, c.data[:n]), &s)
		}
	}
}

func FuzzCarriers(f *testing.F) {
	for _, c := range carried() {
		f.Add(int(c.link), c.data)
	}
	f.Fuzz(func(t *testing.T, link int, data []byte) {
		var d Decoder
		var s Segment
		d.Decode(packetOf(packet.LinkType(link), data), &s)
		if len(s.Payload) > len(data) {
			t.Error("a payload longer than its packet")
		}
	})
}
