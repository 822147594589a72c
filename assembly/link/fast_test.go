package link

import (
	"testing"

	"wscope/assembly/packet"
)

// differ decodes p by the fast path and in general and says how they differ, "" where
// the fast path leaves p to the general one or gives the same.
func differ(p *packet.Packet, d *Decoder) string {
	stale := Segment{Missing: 9, Scale: 3, MSS: 5, BadSum: true, IPID: 77, TTL: 9, Window: 7, Hash: 1, Key: Key{Tunnel: 4}}
	quick, general := stale, stale
	wire := max(p.Length, len(p.Data))
	if !fast(p, wire, &quick) {
		return ""
	}
	if !d.general(p, wire, &general) {
		return "general has no segment"
	}
	if string(quick.Payload) != string(general.Payload) {
		return "payload"
	}
	quick.Payload, general.Payload = nil, nil
	if !equal(&quick, &general) {
		return "fields"
	}
	return ""
}

// equal compares all but the payload.
func equal(a, b *Segment) bool {
	return a.Key == b.Key && a.Mark == b.Mark && a.Missing == b.Missing && a.Hash == b.Hash && a.Seq == b.Seq && a.Ack == b.Ack &&
		a.Window == b.Window && a.Flags == b.Flags && a.Scale == b.Scale && a.IPID == b.IPID && a.TTL == b.TTL && a.Stamp == b.Stamp && string(a.Options) == string(b.Options) && a.MSS == b.MSS && a.BadSum == b.BadSum
}

// The fast path gives what the general one gives, on every sample with every byte
// flipped in turn, and cut.
func TestFastPathIsTheGeneralOne(t *testing.T) {
	var d Decoder
	taken := 0
	for _, c := range samples() {
		for at := range min(len(c.data), 80) {
			for _, with := range []byte{0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff} {
				data := append([]byte(nil), c.data...)
				data[at] ^= with
				for _, cut := range []int{0, 5, 20} {
					p := packetOf(c.link, data[:max(0, len(data)-cut)])
					p.Length = len(data)
					if why := differ(p, &d); why != "" {
						t.Fatalf("%s, byte %d ^ %#x, cut %d: %s", c.name, at, with, cut, why)
					}
					var s Segment
					if fast(p, p.Length, &s) {
						taken++
					}
				}
			}
		}
	}
	if taken < 1000 {
		t.Errorf("only %d packets took the fast path", taken)
	}
}

// The common packets do take the fast path.
func TestFastPathTaken(t *testing.T) {
	taken := map[string]bool{"ethernet": true, "ethernet, ipv6": true, "vlan": true, "vlan, ipv6": true, "null, little-endian": true,
		"raw": true, "raw, ipv6": true, "sll": true, "sll, ipv6": true, "sll2": true, "sll2, ipv6": true, "ethernet, padded": true, "priority tag": true}
	for _, c := range samples() {
		var s Segment
		if got := fast(packetOf(c.link, c.data), len(c.data), &s); got != taken[c.name] {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// FuzzDecode holds the fast path to the general one over all link types, and both to
// their promises.
func FuzzDecode(f *testing.F) {
	for _, c := range samples() {
		f.Add(uint16(c.link), uint16(0), c.data)
	}
	f.Fuzz(func(t *testing.T, link, cut uint16, data []byte) {
		var d Decoder
		p := packetOf(packet.LinkType(link), data)
		p.Length += int(cut)
		if why := differ(p, &d); why != "" {
			t.Fatal(why)
		}
		for _, d := range []*Decoder{{}, {Checksum: true, VLANAware: true}} {
			var s Segment
			if d.Decode(p, &s) {
				r := s.Key.Reverse()
				if s.Missing < 0 || len(s.Payload)+s.Missing > p.Length || s.Hash != r.ConnHash() {
					t.Fatalf("%+v", s)
				}
				if (s.Key.Tunnel == 0) != (d.TunnelName(s.Key.Tunnel) == "") {
					t.Fatal("tunnel without a name")
				}
			}
			if n := counted(&d.Stats); n+d.Stats.Fragments < 1 || n > 1 {
				t.Fatalf("counted %d times: %+v", n, d.Stats)
			}
		}
	})
}
