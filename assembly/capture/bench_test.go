package capture

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"wscope/assembly/packet"
)

// writeCapture writes a capture of about size bytes whose packets are length bytes long.
func writeCapture(b *testing.B, path string, ng bool, size, length int) {
	buf := make([]byte, 0, size+64)
	le := binary.LittleEndian
	if ng {
		for _, w := range []uint32{blockSection, 28, byteOrderMagic, 1, 0xffffffff, 0xffffffff, 28, blockInterface, 20, 1, 0, 20} {
			buf = le.AppendUint32(buf, w)
		}
	} else {
		for _, w := range []uint32{magicMicro, 2 | 4<<16, 0, 0, 262144, 1} {
			buf = le.AppendUint32(buf, w)
		}
	}
	data := make([]byte, (length+3)&^3)
	for i := uint32(0); len(buf) < size; i++ {
		n := uint32(length)
		if ng {
			total := uint32(32 + len(data))
			for _, w := range []uint32{blockEnhanced, total, 0, 0x60000, i, n, n} {
				buf = le.AppendUint32(buf, w)
			}
			buf = le.AppendUint32(append(buf, data...), total)
		} else {
			for _, w := range []uint32{i / 1000, i % 1000, n, n} {
				buf = le.AppendUint32(buf, w)
			}
			buf = append(buf, data[:length]...)
		}
	}
	if err := os.WriteFile(path, buf, 0o600); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCopy reads the same file in the same pieces and parses nothing: what the
// machine could do at best.
func BenchmarkCopy(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bench.pcap")
	writeCapture(b, path, false, 64<<20, 200)
	buf := make([]byte, bufferSize)
	b.SetBytes(64 << 20)
	for range b.N {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		for {
			if n, _ := f.Read(buf); n == 0 {
				break
			}
		}
		f.Close()
	}
}

// BenchmarkRead reads a cached file of 64 MB and does nothing with its packets.
func BenchmarkRead(b *testing.B) {
	for _, c := range []struct {
		name   string
		ng     bool
		length int
		o      Options
	}{
		{"pcap/60", false, 60, Options{}},
		{"pcap/200", false, 200, Options{}},
		{"pcap/1500", false, 1500, Options{}},
		{"pcapng/200", true, 200, Options{NoLookahead: true}},
		{"pcapng/1500", true, 1500, Options{NoLookahead: true}},
		{"pcapng-lookahead/200", true, 200, Options{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "bench.pcap")
			writeCapture(b, path, c.ng, 64<<20, c.length)
			var batch packet.Batch
			packets := 0
			b.SetBytes(64 << 20)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				s, err := Open([]string{path}, c.o)
				if err != nil {
					b.Fatal(err)
				}
				packets = 0
				for {
					err := s.Read(&batch)
					packets += len(batch.Packets)
					if err == io.EOF {
						break
					}
				}
				s.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*packets), "ns/packet")
		})
	}
}
