package wsparse

import (
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// A million connections are two million Streams.
func TestIdleStreamIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Stream{}); size > 512 {
		t.Errorf("a Stream is %d bytes", size)
	}
	s := NewStream(StreamConfig{From: FromClient, Collect: true, Deflate: bothDeflate})
	s.Feed(slices.Concat(frame(Text, true, 1, repeat(5000)), frame(Text, true, 2, "half a text")[:9]))
	var ev Event
	for s.Next(&ev) {
	}
	if s.search != nil || s.scratch != nil || s.found != nil || s.inflation != nil {
		t.Errorf("an idle Stream keeps %+v", s)
	}
}

func TestNoAllocationsInSteadyState(t *testing.T) {
	var data, compressedData []byte
	d := newDeflater(true)
	for i := range 20 {
		key := uint32(i*i+1) * 0x9e3779b1
		data = append(data, frame(Text, true, key, "plain "+repeat(200))...)
		data = append(data, frame(Text, false, key+77, "grüße "+repeat(300))...)
		data = append(data, frame(Ping, true, key+5, "ping")...)
		data = append(data, frame(Continuation, true, key+999, "rest")...)
		data = append(data, frame(Binary, true, key^0xffff, repeat(1000))...)
		compressedData = AppendFrame(compressedData, Header{Finished: true, Reserved: 4, Opcode: Text, IsMasked: true, MaskKey: key}, d.message("some text "+noise(i+50)))
	}
	for name, cfg := range map[string]StreamConfig{
		"messages":        {From: FromClient},
		"frames":          {From: FromClient, Frames: true},
		"payload":         {From: FromClient, Frames: true, Payload: true},
		"collect":         {From: FromClient, Collect: true},
		"inflate":         {From: FromClient, Deflate: bothDeflate},
		"inflate collect": {From: FromClient, Deflate: bothDeflate, Collect: true},
	} {
		in := data
		if strings.HasPrefix(name, "inflate") {
			in = compressedData
		}
		s := NewStream(cfg)
		var ev Event
		run := func() {
			for _, piece := range [][]byte{in[:99], in[99:]} {
				s.Feed(piece)
				for s.Next(&ev) {
					if ev.Kind == Violation {
						t.Fatalf("%s: %v", name, ids([]Finding{ev.Finding}))
					}
				}
			}
		}
		// The inflater's history is what it was, for it goes on with the same messages.
		run()
		if n := testing.AllocsPerRun(100, run); n > 0.5 {
			t.Errorf("%s: %v allocations for %d bytes", name, n, len(in))
		}
	}
}

func TestLengthsThatAreLiesCostNothing(t *testing.T) {
	h := Header{Finished: true, Opcode: Binary, LenPayloadPrimary: 127, LenPayloadExtended2: 1 << 40}
	b := append(AppendHeader(nil, h), repeat(1000)...)
	n := testing.AllocsPerRun(10, func() {
		s := Stream{}
		s.Init(StreamConfig{Collect: true, Frames: true})
		s.Feed(b)
		var ev Event
		for s.Next(&ev) {
		}
		s.release()
	})
	if n > 4 {
		t.Errorf("%v allocations", n)
	}
	if _, err := ReadMessage(strings.NewReader(string(b)), 1<<50); err == nil {
		t.Error("a message of 1000 bytes out of 2^40 was read")
	}
}
