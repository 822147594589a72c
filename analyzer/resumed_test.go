package analyzer_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/assembly/packet"
)

// TestResumedInAnyShard holds that a TLS 1.2 session that is resumed opens by the secret of
// the connection that began it, whichever shards the two are in: the ports are changed
// so that many are tried.
func TestResumedInAnyShard(t *testing.T) {
	for _, name := range []string{"tls12-resumed-id", "tls12-resumed-ticket"} {
		all, keys := analyzertest.Load(t, analyzertest.Path("peers", "tls", name+".pcap"))
		first, _, _ := bytes.Cut(keys, []byte("\n"))
		port := binary.BigEndian.Uint16(tcpHeader(t, all[0]))
		for other := uint16(20000); other < 20032; other++ {
			moved := make([]packet.Packet, len(all))
			for i, p := range all {
				p.Data = bytes.Clone(p.Data)
				h := tcpHeader(t, p)
				for _, at := range []int{0, 2} {
					if binary.BigEndian.Uint16(h[at:]) == port {
						binary.BigEndian.PutUint16(h[at:], other)
					}
				}
				moved[i] = p
			}
			k := analyzertest.Run(t, moved, first, func(int) bool { return true })
			for _, f := range k.Flows {
				if f.Pickup != "handshake" || f.TLS == nil || !f.TLS.Decrypted {
					t.Errorf("%s with the first connection on port %d: that on %d is %s", name, other, f.Client.Port, f.Pickup)
				}
			}
			if len(k.Flows) != 2 {
				t.Errorf("%s: %d flows", name, len(k.Flows))
			}
		}
	}
}

// tcpHeader is where TCP begins in an Ethernet or raw packet of IPv4.
func tcpHeader(t *testing.T, p packet.Packet) []byte {
	t.Helper()
	b := p.Data
	if p.Link == 1 {
		b = b[14:]
	}
	if b[0]>>4 != 4 {
		t.Fatalf("no IPv4: %x", b[:1])
	}
	return b[int(b[0]&15)*4:]
}
