package main

import (
	"bytes"
	"reflect"
	"testing"

	"wscope/analyzer/archive"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

func crossedSample() archive.Crossed {
	return archive.Crossed{
		Place: archive.PlaceOf(-5, 3, 77), Tunnel: "vxlan 42",
		Segment: link.Segment{
			Key: link.Key{Src: link.Addr{1}, Dst: link.Addr{15: 9}, SrcPort: 80, DstPort: 65535}, Mark: packet.Mark{Time: -5, Number: 77, File: 3},
			Payload: []byte("payload"), Missing: 12, Hash: 1 << 31, Options: []byte{30, 4, 1, 2}, Seq: 1 << 31, Ack: 7, Stamp: 1 << 31, Window: 65535,
			Flags: link.SYN, Scale: -1, IPID: 3, MSS: 1460, BadSum: true,
		},
	}
}

// TestCrossedSegmentArrivesAsItLeft, and of every prefix nothing but an error, or less payload.
func TestCrossedSegmentArrivesAsItLeft(t *testing.T) {
	want := crossedSample()
	b := appendCrossed(nil, &want)
	got, err := readCrossed(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got  %+v\n want %+v", err, got, want)
	}
	for n := range b {
		if c, err := readCrossed(b[:n:n]); err == nil && len(c.Segment.Payload) >= len(want.Segment.Payload) {
			t.Errorf("%d bytes give all", n)
		}
	}
}

func FuzzCrossed(f *testing.F) {
	c := crossedSample()
	f.Add(appendCrossed(nil, &c))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := readCrossed(b)
		if err != nil {
			return
		}
		again, err := readCrossed(appendCrossed(nil, &c))
		if err != nil || !bytes.Equal(again.Segment.Payload, c.Segment.Payload) || again.Segment.Key != c.Segment.Key {
			t.Errorf("%v: %+v became %+v", err, c, again)
		}
	})
}
