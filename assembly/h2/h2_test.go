package h2

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"wscope/assembly"
)

// wire is frames of every kind, written by another implementation.
func wire(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := http2.NewFramer(&b, nil)
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	enc.WriteField(hpack.HeaderField{Name: ":method", Value: "CONNECT"})
	enc.WriteField(hpack.HeaderField{Name: "x", Value: string(bytes.Repeat([]byte("y"), 100))})
	for _, err := range []error{
		w.WriteSettings(http2.Setting{ID: 8, Val: 1}),
		w.WriteSettingsAck(),
		w.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes()[:9], PadLength: 7, Priority: http2.PriorityParam{StreamDep: 3, Weight: 1}}),
		w.WriteContinuation(1, true, block.Bytes()[9:]),
		w.WriteData(1, false, []byte("some data")),
		w.WriteDataPadded(1, true, []byte("padded data"), make([]byte, 13)),
		w.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: []byte{0x82}, EndHeaders: true, PadLength: 3}),
		w.WritePriority(1, http2.PriorityParam{StreamDep: 5}),
		w.WritePing(false, [8]byte{1}),
		w.WriteWindowUpdate(0, 100),
		w.WriteRSTStream(1, http2.ErrCodeCancel),
		w.WriteGoAway(5, http2.ErrCodeNo, []byte("bye")),
		w.WriteRawFrame(0x42, 0, 9, []byte("unknown")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// read gives the frames of b, which comes in pieces of the sizes that next gives.
func read(b []byte, next func() int) (got []string) {
	var f Frame
	var at assembly.Mark
	var carried []byte
	for len(b) > 0 {
		piece := b[:min(max(next(), 1), len(b))]
		b = b[len(piece):]
		for len(piece) > 0 || f.In && f.Left == 0 {
			if !f.In {
				piece = f.TakeHead(piece, &at)
				if !f.In {
					break
				}
				carried = carried[:0]
			}
			var part []byte
			if f.Left > 0 && len(piece) > 0 {
				part, piece = f.Take(piece)
				carried = append(carried, part...)
			}
			if f.Left == 0 {
				got = append(got, fmt.Sprintf("kind %d flags %x stream %d: %q valid %v", f.Kind, f.Flags, f.Stream, carried, f.Valid()))
				f.Done()
			}
		}
	}
	return got
}

// TestFramesInAnyPieces reads frames whole, a byte at a time and cut anywhere: with the padding and the priority
// taken off, they are the same.
func TestFramesInAnyPieces(t *testing.T) {
	b := wire(t)
	want := read(b, func() int { return len(b) })
	if len(want) != 13 || want[4] != `kind 0 flags 0 stream 1: "some data" valid true` || want[5] != `kind 0 flags 9 stream 1: "padded data" valid true` {
		t.Fatalf("%d frames: %q", len(want), want)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		if got := read(b, func() int { return 1 + r.IntN(40) }); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	if got := read(b, func() int { return 1 }); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for n := range b {
		if got := read(b[:n], func() int { return 3 }); len(got) > len(want) || fmt.Sprint(got) != fmt.Sprint(want[:len(got)]) {
			t.Fatalf("%d bytes give %q", n, got)
		}
	}
}

// TestBoundary finds the first frame's boundary behind bytes that are none.
func TestBoundary(t *testing.T) {
	b := wire(t)
	for n := range 30 {
		junk := bytes.Repeat([]byte{0xff}, n)
		if got := new(Search).Look(append(junk, b...), 0, 2); got != n {
			t.Errorf("a boundary at %d, not %d", got, n)
		}
	}
	if got := new(Search).Look(bytes.Repeat([]byte{0xff}, 100), 0, 2); got != -1 {
		t.Errorf("a boundary at %d of nothing", got)
	}
	head := []byte{0, 0, 9, FrameData, 0, 0, 0, 0, 1}
	if !EndsInData(append([]byte("xyz"), head...)) || EndsInData(head[1:]) || EndsInData([]byte{0, 0, 9, FramePing, 0, 0, 0, 0, 1}) {
		t.Error("EndsInData")
	}
}

// TestInvalidFrames holds frames to the lengths and streams of their kind, RFC 9113 §6.
func TestInvalidFrames(t *testing.T) {
	for _, h := range []Head{
		{Kind: FrameData}, {Kind: FrameHeaders}, {Kind: FrameContinuation}, {Kind: FramePriority, Stream: 1, Length: 4}, {Kind: FrameReset, Length: 4},
		{Kind: FrameSettings, Length: 5}, {Kind: FrameSettings, Stream: 1}, {Kind: FramePushPromise, Stream: 1, Length: 3}, {Kind: FramePing, Length: 7},
		{Kind: FrameGoAway, Length: 7}, {Kind: FrameWindowUpdate, Length: 5},
	} {
		if h.Valid() {
			t.Errorf("%+v is valid", h)
		}
	}
}

// TestBlocks decodes header blocks in fragments, behind a block that was missed, and one that is too large.
func TestBlocks(t *testing.T) {
	var encoded bytes.Buffer
	enc := hpack.NewEncoder(&encoded)
	block := func(name, value string) []byte {
		encoded.Reset()
		enc.WriteField(hpack.HeaderField{Name: name, Value: value})
		return bytes.Clone(encoded.Bytes())
	}
	var got []string
	k := Block{Emit: func(name, value string) { got = append(got, name+"="+value) }}
	first, second, indexed := block("a", "1"), block("b", "2"), block("a", "1")
	if !k.Add(first, true) || k.Add(second[:2], false) || !k.Add(second[2:], true) || !k.Add(indexed, true) {
		t.Error("a block is not whole")
	}
	if fmt.Sprint(got) != "[a=1 b=2 a=1]" {
		t.Errorf("%q", got)
	}
	got = nil
	k.Lose()
	if k.Add(indexed, true) {
		t.Error("a block of which a part is missing is whole")
	}
	if k.Add(indexed, true) || len(got) > 0 {
		t.Errorf("an index into an unknown table gives %q", got)
	}
	if !k.Add(block("c", "3"), true) {
		t.Error("a block behind one that was missed is not whole")
	}
	for range 3 {
		k.Add(make([]byte, MaxBlock/2), false)
	}
	if k.Add(nil, true) {
		t.Error("a block beyond the limit is whole")
	}
}

// FuzzFrames reads any bytes in two ways, which agree.
func FuzzFrames(f *testing.F) {
	f.Add(wire(f))
	f.Add([]byte("\x00\x00\x02\x00\x08\x00\x00\x00\x01\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if whole, bytewise := read(b, func() int { return len(b) }), read(b, func() int { return 1 }); fmt.Sprint(whole) != fmt.Sprint(bytewise) {
			t.Errorf("%q, a byte at a time %q", whole, bytewise)
		}
		new(Search).Look(b, 0, 2)
		k := Block{Emit: func(string, string) {}}
		k.Add(b, true)
	})
}

// TestSearchInPieces: bytes that come in any pieces have their boundary where they have it when they come at once.
func TestSearchInPieces(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := make([]byte, r.IntN(300))
		for i := range b {
			b[i] = byte(r.IntN(4) * r.IntN(2)) // many places that a frame may begin at
		}
		b = append(b, 0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 4, 8, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 4, 1, 0, 0, 0, 0)
		var pieces Search
		for n := 0; ; n = min(n+1+r.IntN(20), len(b)) {
			want := new(Search).Look(b[:n], 0, 3)
			if got := pieces.Look(b[:n], 0, 3); got != want {
				t.Fatalf("seed %d, %d bytes: boundary at %d, at once at %d", seed, n, got, want)
			}
			if want >= 0 || n == len(b) {
				break
			}
		}
	}
}
