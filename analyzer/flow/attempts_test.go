package flow_test

import (
	"encoding/binary"
	"testing"

	"wscope/analyzer/analyzertest"
	"wscope/assembly/packet"
)

// TestManyAttemptsAtTheEnd ends a capture while many connections are open that never carried a byte, as on every mirror port: what is said of
// them is of no flow.
func TestManyAttemptsAtTheEnd(t *testing.T) {
	var all []packet.Packet
	for conn := range 200 {
		for step, flags := range []byte{2, 0x12, 0x10} { // SYN, SYN and ACK, ACK
			from := step % 2
			p := ipv4TCP(from, []uint32{1, 1, 2}[step], []uint32{0, 2, 2}[step], nil)
			p[33] = flags
			at := 20 + 2*from // the client's port
			binary.BigEndian.PutUint16(p[at:], uint16(20000+conn))
			i := int64(len(all))
			all = append(all, packet.Packet{Mark: packet.Mark{Index: i, Number: i + 1, Time: i * 1e6}, Data: p, Length: len(p), Link: 101})
		}
	}
	if k := analyzertest.Run(t, all, nil, func(int) bool { return true }); len(k.Flows) != 0 {
		t.Errorf("%d flows", len(k.Flows))
	}
}
