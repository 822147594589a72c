package link

import (
	"testing"

	"wscope/assembly/capture"
)

func BenchmarkFast(b *testing.B) {
	frame := make([]byte, 14+20+32+200)
	frame[12], frame[13] = 8, 0
	ip := frame[14:]
	ip[0], ip[2], ip[3], ip[9] = 0x45, 0, 252, 6
	ip[20+12], ip[20+13] = 0x80, 0x10
	p := &capture.Packet{Data: frame, Length: len(frame), Link: 1}
	var d Decoder
	var s Segment
	b.ReportAllocs()
	for b.Loop() {
		if !d.Decode(p, &s) || len(s.Payload) != 200 {
			b.Fatal(s)
		}
	}
}
func BenchmarkGeneral(b *testing.B) {
	frame := make([]byte, 14+20+32+200)
	frame[12], frame[13] = 8, 0
	ip := frame[14:]
	ip[0], ip[2], ip[3], ip[9] = 0x45, 0, 252, 6
	ip[20+12], ip[20+13] = 0x80, 0x10
	p := &capture.Packet{Data: frame, Length: len(frame), Link: 1}
	var d Decoder
	var s Segment
	b.ReportAllocs()
	for b.Loop() {
		if !d.general(p, p.Length, &s) || len(s.Payload) != 200 {
			b.Fatal(s)
		}
	}
}
