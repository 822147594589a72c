package capture

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wscope/assembly/packet"
)

// variantFile is a file whose record headers have n bytes, whatever its magic says.
func variantFile(o order, magic, link uint32, n int, list []testPacket) []byte {
	file := pcapHead(o, magic, 65535, link)
	for _, p := range list {
		more := strings.Repeat("\x00", n-16)
		if n == 28 {
			more = "\x01\x00\x00\x00\x08\x00\x04\x00\x00\x00\x00\x00" // an interface, a protocol, a kind
		}
		file = append(file, rec(o, uint32(p.time/1e9), uint32(p.time%1e9/1000), uint32(len(p.data)), uint32(p.length), more+p.data)...)
	}
	return file
}

// TestLongerRecords reads files whose record headers are longer than the magic says, and those as long as it says.
func TestLongerRecords(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 8))
		for _, c := range []struct {
			magic uint32
			n     int
		}{{magicMicro, 16}, {magicMicro, 20}, {magicMicro, 24}, {magicModified, 24}, {magicModified, 28}} {
			link := []uint32{1, 101}[r.IntN(2)]
			var list []testPacket
			for i := range 1 + r.IntN(4) {
				b := make([]byte, 20+r.IntN(60))
				for k := range b {
					b[k] = byte(r.Uint32())
				}
				if link == 1 {
					b[4], b[8], b[12], b[13] = 0x7a, 0x5e, 8, 0 // no address reads as a type
					if r.IntN(2) == 0 {
						clear(b[:12]) // the loopback interface
					}
				} else {
					b[0] = 0x45
				}
				list = append(list, testPacket{1e18 + int64(i)*1e6, string(b), len(b), packet.LinkType(link)})
			}
			o := []order{little, big}[r.IntN(2)]
			oddities{{fmt.Sprintf("seed %d, %d bytes, link %d", seed, c.n, link), variantFile(o, c.magic, link, c.n, list), list, nil}}.run(t)
		}
	}
}
