package wsparse

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkStream decodes frames of one sender, 100 a Feed, and checks everything.
func BenchmarkStream(b *testing.B) {
	for _, size := range []int{20, 200, 2000} {
		for _, kind := range []struct {
			name string
			key  bool
			op   Opcode
			cfg  StreamConfig
		}{
			{"masked text", true, Text, StreamConfig{From: FromClient}},
			{"masked text, frames", true, Text, StreamConfig{From: FromClient, Frames: true}},
			{"masked text, collect", true, Text, StreamConfig{From: FromClient, Collect: true}},
			{"text", false, Text, StreamConfig{From: FromServer}},
			{"masked binary", true, Binary, StreamConfig{From: FromClient}},
		} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, size), func(b *testing.B) {
				var data []byte
				for i := range 100 {
					key := uint32(i*i+1) * 0x9e3779b1
					if !kind.key {
						key = 0
					}
					data = append(data, frame(kind.op, true, key, strings.Repeat("a", size))...)
				}
				s := NewStream(kind.cfg)
				var ev Event
				b.SetBytes(int64(len(data)) / 100)
				b.ReportAllocs()
				for i := 0; i < b.N; i += 100 {
					s.Feed(data)
					for s.Next(&ev) {
					}
				}
			})
		}
	}
}

// BenchmarkUnmask is beside a copy of as many bytes, which is what memory allows.
func BenchmarkUnmask(b *testing.B) {
	for _, size := range []int{20, 200, 2048, 65536} {
		p, q := make([]byte, size), make([]byte, size)
		for _, kind := range []struct {
			name string
			do   func()
		}{
			{"in place", func() { Unmask(p, p, 0x12345678, 0) }},
			{"to another", func() { Unmask(q, p, 0x12345678, 0) }},
			{"copy", func() { copy(q, p) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, size), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					kind.do()
				}
			})
		}
	}
}
