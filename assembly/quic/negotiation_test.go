package quic

import (
	"slices"
	"testing"

	"wscope/assembly"
	"wscope/assembly/link"
)

// negotiationPacketOf is a server's Version Negotiation to a client that asked for a version of its own.
func negotiationPacketOf(versions ...uint32) []byte {
	b := []byte{0xf6, 0, 0, 0, 0, 4, 1, 2, 3, 4, 4, 5, 6, 7, 8}
	for _, v := range versions {
		b = append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return b
}

// TestNegotiationOfUnknownVersion has a client begin with a version that nobody reads, and anew after the server's answer.
func TestNegotiationOfUnknownVersion(t *testing.T) {
	p := newPeers(Version1, suites[0], []byte("client"), []byte("server-id"))
	p.short(assembly.A, streamFrame(0, 0, []byte("hello"), true))
	for _, c := range []struct {
		name     string
		versions []uint32
		late     int64
		routed   bool
		want     []uint32
	}{
		{"with version 1", []uint32{0x1a2a3a4a, Version1}, 0, true, []uint32{0x1a2a3a4a, Version1}},
		{"long ago", []uint32{Version1}, halfIdle + 1, true, nil},
		{"of versions that are not read", []uint32{0x1a2a3a4a, 0xff00001d}, 0, false, nil},
		{"of none", nil, 0, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Router{Shards: 16}
			var conn *Conn
			a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return quiet{} }, Over: func(c *Conn, _ *Mark) { conn = c }}
			home := -1
			first := segment(assembly.B, negotiationPacketOf(c.versions...), 0)
			first.Mark.Time -= c.late
			for i, s := range append([]*link.Segment{first}, p.out...) {
				shard, ok := r.Route(s)
				if i == 0 && ok != c.routed || i > 0 && (!ok || home >= 0 && home != shard) {
					t.Fatalf("datagram %d: shard %d after %d, %v", i, shard, home, ok)
				}
				if ok {
					home = shard
					a.Datagram(s)
				}
			}
			a.Finish(&Mark{Index: 1e6, Time: 2e18})
			if conn == nil || !slices.Equal(conn.Offered, c.want) || len(a.offers) != 0 {
				t.Errorf("%+v, %d offers left", conn, len(a.offers))
			}
		})
	}
}

// TestNegotiationsAreBounded sends Version Negotiation to very many clients that never answer.
func TestNegotiationsAreBounded(t *testing.T) {
	a := &Assembler{Keys: newPeers(Version1, suites[0], nil, []byte("server-id")).store()}
	for i := range 5 * maxOffers {
		s := segment(assembly.B, negotiationPacketOf(Version1), int64(i))
		s.Key.DstPort, s.Key.Dst[3] = uint16(i), byte(i>>16)
		a.Datagram(s)
	}
	if len(a.offers) > maxOffers || a.Stats.Conns != 0 {
		t.Errorf("%d offers, %d connections", len(a.offers), a.Stats.Conns)
	}
}
