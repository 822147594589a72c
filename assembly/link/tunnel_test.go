package link

import (
	"encoding/binary"
	"testing"
)

func decodeKey(t *testing.T, d *Decoder, data []byte) Key {
	t.Helper()
	var s Segment
	if !d.Decode(packetOf(linkEthernet, data), &s) {
		t.Fatalf("no segment: %+v", d.Stats)
	}
	return s.Key
}

func reply4() []byte { return ip4(6, server4, client4, tcpBytes(server4, client4, "back")) }

// Both directions of a tunnel are one; another identifier, another pair of ends, another
// kind and a tunnel in a tunnel are others; and none is the outside.
func TestTunnelIdentity(t *testing.T) {
	vx := func(src, dst byte, vni string, inner []byte) []byte {
		return ether("0800", ip4(17, []byte{10, 0, 0, src}, []byte{10, 0, 0, dst}, udpTo(4789, cat("08000000", vni, "00", ether("0800", inner)))))
	}
	var d Decoder
	for i, c := range []struct {
		data []byte
		want uint32
	}{
		{ether("0800", tcp4()), 0},
		{vx(1, 2, "00002a", tcp4()), 1},
		{vx(2, 1, "00002a", reply4()), 1},
		{vx(1, 2, "00002b", tcp4()), 2},
		{vx(1, 3, "00002a", tcp4()), 3},
		{ether("0800", outer(4, tcp4())), 4},
		{ether("0800", outer(17, udpTo(2152, cat("30ff 0036 00000001", tcp4())))), 5},
		{ether("0800", ip4(17, []byte{10, 0, 0, 2}, []byte{10, 0, 0, 1}, udpTo(2152, cat("30ff 002c 00000002", reply4())))), 5}, // another TEID
		{ether("0800", outer(4, outer(4, tcp4()))), 6},
		{vx(1, 2, "00002a", tcp4()), 1},
	} {
		if got := decodeKey(t, &d, c.data).Tunnel; got != c.want {
			t.Errorf("packet %d: tunnel %d (%s), want %d", i, got, d.TunnelName(got), c.want)
		}
	}
	if got, want := d.TunnelName(6), "ip-in-ip 10.0.0.1-10.0.0.2 > ip-in-ip 10.0.0.1-10.0.0.2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// VLAN tags part connections only where asked for, and a priority tag never.
func TestVLANs(t *testing.T) {
	plain, tagged, priority := ether("0800", tcp4()), ether("8100 0007 0800", tcp4()), ether("8100 e000 0800", tcp4())
	twice := ether("88a8 0007 8100 0008 0800", tcp4())
	var d Decoder
	for _, data := range [][]byte{plain, tagged, priority, twice} {
		if n := decodeKey(t, &d, data).Tunnel; n != 0 {
			t.Errorf("tunnel %d", n)
		}
	}
	d = Decoder{VLANAware: true}
	for i, data := range [][]byte{plain, tagged, priority, twice, tagged} {
		if got, want := d.TunnelName(decodeKey(t, &d, data).Tunnel), []string{"", "vlan 7", "", "vlan 7 > vlan 8", "vlan 7"}[i]; got != want {
			t.Errorf("packet %d: %q, want %q", i, got, want)
		}
	}
}

func TestTunnelsAreBounded(t *testing.T) {
	var d Decoder
	data := ether("0800", outer(47, cat("2000 0800 00000000", tcp4())))
	for i := range uint32(maxTunnels + 10) {
		binary.BigEndian.PutUint32(data[14+20+4:], i)
		if n := decodeKey(t, &d, data).Tunnel; n != min(i, maxTunnels)+1 {
			t.Fatalf("tunnel %d has the number %d", i, n)
		}
	}
	if got := d.TunnelName(maxTunnels + 1); got != "tunnels beyond 65536" {
		t.Error(got)
	}
}

// The hash is symmetric, tells tunnels apart, and spreads connections that differ in
// one port or address over shards picked by low or high bits.
func TestHash(t *testing.T) {
	const n, shards = 1 << 14, 16
	low, high := [5][shards]int{}, [5][shards]int{}
	for i := range n {
		k := Key{Src: mapped([]byte{10, 0, 0, 1}), Dst: mapped([]byte{10, 0, 0, 2}), SrcPort: uint16(30000 + i), DstPort: 80}
		byAddress := k
		byAddress.SrcPort = 30000
		byAddress.Src[14], byAddress.Src[15] = byte(i>>8), byte(i)
		byTunnel := k
		byTunnel.SrcPort, byTunnel.Tunnel = 30000, uint32(i)
		bothPorts := k
		bothPorts.SrcPort, bothPorts.DstPort = uint16(i), uint16(i*7)
		ipv6 := k
		copy(ipv6.Src[:], client6)
		copy(ipv6.Dst[:], server6)
		ipv6.SrcPort, ipv6.Src[6], ipv6.Src[7] = 30000, byte(i>>8), byte(i)
		for j, k := range []Key{k, byAddress, byTunnel, bothPorts, ipv6} {
			r := k.Reverse()
			if k.Hash() != r.Hash() {
				t.Fatalf("%+v: not symmetric", k)
			}
			low[j][k.Hash()%shards]++
			high[j][k.Hash()>>28]++
		}
	}
	for j := range low {
		for s := range shards {
			for _, got := range []int{low[j][s], high[j][s]} {
				if got < n/shards*8/10 || got > n/shards*12/10 {
					t.Errorf("kind %d, shard %d has %d of %d", j, s, got, n)
				}
			}
		}
	}
}
