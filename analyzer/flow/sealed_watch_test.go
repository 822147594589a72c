package flow_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/assembly/packet"
)

// TestMidwayTLSNeedsApplicationData holds that a connection joined midway is reported as sealed once a record
// of application data was seen, and not for a handshake record, an alert or noise that looks like one alone.
func TestMidwayTLSNeedsApplicationData(t *testing.T) {
	record := func(kind byte, n int) []byte {
		b := make([]byte, 5+n)
		b[0], b[1], b[2] = kind, 3, 3
		binary.BigEndian.PutUint16(b[3:], uint16(n))
		r := rand.New(rand.NewPCG(uint64(kind), uint64(n)))
		for i := 5; i < len(b); i++ {
			b[i] = byte(r.Uint32())
		}
		b[5] |= 0x80 // no hello
		return b
	}
	for _, c := range []struct {
		name           string
		client, server []byte
		flows          int
	}{
		{"application data of both", record(0x17, 90), record(0x17, 400), 1},
		{"application data of one", record(0x16, 70), record(0x17, 400), 1},
		{"the last of a handshake", record(0x16, 70), record(0x16, 900), 0},
		{"an alert", record(0x15, 26), nil, 0},
		{"an alert beside noise", record(0x15, 26), record(0x42, 500)[5:], 0},
	} {
		for seed := range uint64(20) {
			var all []packet.Packet
			seq := [2]uint32{uint32(1000 + seed), uint32(5000 + seed)}
			say := func(from int, b []byte) {
				if b == nil {
					return
				}
				p := ipv4TCP(from, seq[from], seq[1-from], b)
				seq[from] += uint32(len(b))
				i := int64(len(all))
				all = append(all, packet.Packet{Mark: packet.Mark{Index: i, Number: i + 1, Time: i * 1e6}, Data: p, Length: len(p), Link: 101})
			}
			say(int(seed%2), [2][]byte{c.client, c.server}[seed%2])
			say(int(1-seed%2), [2][]byte{c.client, c.server}[1-seed%2])
			k := analyzertest.Run(t, all, nil, func(int) bool { return true })
			if len(k.Flows) != c.flows {
				t.Errorf("%s, seed %d: %d flows, want %d", c.name, seed, len(k.Flows), c.flows)
			}
		}
	}
}

// ipv4TCP returns a packet between 10.0.0.1:40000 (from 0) and 10.0.0.2:443, its flags PSH and ACK.
func ipv4TCP(from int, seq, ack uint32, payload []byte) []byte {
	b := make([]byte, 40, 40+len(payload))
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(40+len(payload)))
	ends := [2]string{"\x0a\x00\x00\x01", "\x0a\x00\x00\x02"}
	ports := [2]uint16{40000, 443}
	copy(b[12:], ends[from])
	copy(b[16:], ends[1-from])
	binary.BigEndian.PutUint16(b[20:], ports[from])
	binary.BigEndian.PutUint16(b[22:], ports[1-from])
	binary.BigEndian.PutUint32(b[24:], seq)
	binary.BigEndian.PutUint32(b[28:], ack)
	b[32], b[33] = 0x50, 0x18
	binary.BigEndian.PutUint16(b[34:], 65000)
	return append(b, payload...)
}
