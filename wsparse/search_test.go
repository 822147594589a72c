package wsparse

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// sized is n binary frames of one sender with payloads of random bytes, of sizes from lo to hi.
func sized(r *rand.Rand, n int, from Role, lo, hi int) []byte {
	var b []byte
	for range n {
		h := Header{Finished: true, Opcode: Binary}
		if from == FromClient {
			h.IsMasked, h.MaskKey = true, r.Uint32()
		}
		p := make([]byte, lo+r.IntN(hi-lo+1))
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		b = AppendFrame(b, h, p)
	}
	return b
}

// TestBoundaryWhateverTheSize begins inside the first of frames of any size: all the others are
// decoded, whole, with and without segments.
func TestBoundaryWhateverTheSize(t *testing.T) {
	for _, c := range []struct{ lo, hi, n int }{
		{1, 20, 60}, {200, 2000, 20}, {10_000, 60_000, 12}, {70_000, 90_000, 6}, {300_000, 500_000, 4},
	} {
		for _, from := range []Role{FromClient, FromServer} {
			for seed := range uint64(4) {
				for _, segment := range []int{0, 1448} {
					r := rand.New(rand.NewPCG(seed, uint64(c.lo)))
					b := sized(r, c.n, from, c.lo, c.hi)
					begins := boundaries(b)
					cut := 1 + r.IntN(begins[1]-1)
					room := &Room{Left: 8 << 20}
					got := decodeFrom(b[cut:], from, segment, room)
					lost := 0
					if segment == 0 && c.hi <= 20 {
						lost = 1 // a short first frame may be chance
					}
					if got < c.n-1-lost || got > c.n-1 {
						t.Errorf("%v %d to %d bytes, seed %d, segments of %d: %d messages of %d", from, c.lo, c.hi, seed, segment, got, c.n-1)
					}
					if room.Left != 8<<20 {
						t.Errorf("%d bytes of room are not given back", 8<<20-room.Left)
					}
				}
			}
		}
	}
}

// decodeFrom counts the whole messages of bytes that begin anywhere; segment is the length of
// segments, 0 for none that are known.
func decodeFrom(b []byte, from Role, segment int, room *Room) (whole int) {
	s := NewStream(StreamConfig{From: from, Midstream: true, Collect: true})
	var ev Event
	take := func() {
		for s.Next(&ev) {
			if ev.Kind == MessageDone && ev.Message.Complete {
				whole++
			}
		}
	}
	step := segment
	if segment == 0 {
		step = 1000
	}
	for len(b) > 0 {
		n := min(step, len(b))
		if segment > 0 {
			s.Segment(room)
		}
		s.Feed(b[:n])
		b = b[n:]
		take()
	}
	s.End()
	take()
	return whole
}

// TestBoundaryBeyondTheRoom has frames that are longer than what may be kept: they are found all the
// same, and only what was let go of them is lost.
func TestBoundaryBeyondTheRoom(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 3))
		b := sized(r, 8, FromServer, 400_000, 600_000)
		got := decodeFrom(b[100_000:], FromServer, 1448, &Room{Left: 100_000})
		if got < 5 {
			t.Errorf("seed %d: %d messages of 7", seed, got)
		}
	}
}

// TestFirstSegmentIsEnough holds that a message that is a segment of its own is known at once.
func TestFirstSegmentIsEnough(t *testing.T) {
	for _, from := range []Role{FromClient, FromServer} {
		for _, op := range []Opcode{Text, Binary} {
			for i, n := range []int{1, 10, 125, 126, 900} {
				name := fmt.Sprintf("%v %v %d", from, op, n)
				b := frame(op, true, 0, noise(n))
				if from == FromClient {
					b = frame(op, true, 0x51e3c2a9*uint32(i+1), noise(n))
				}
				s := NewStream(StreamConfig{From: from, Midstream: true})
				s.Segment(nil)
				s.Feed(b)
				var ev Event
				if !s.Next(&ev) || ev.Kind != MessageDone {
					t.Errorf("%s: not known", name)
				}
			}
		}
	}
}

// TestUnmaskedClientIsFoundMidway joins clients in the middle that mask nothing, as some do.
func TestUnmaskedClientIsFoundMidway(t *testing.T) {
	for seed := range uint64(20) {
		b := talk(seed, 40, FromServer, Text)
		s := NewStream(StreamConfig{From: FromClient, Midstream: true, Collect: true})
		s.Feed(b[11:])
		s.End()
		var ev Event
		n := 0
		for s.Next(&ev) {
			if ev.Message != nil && ev.Message.Complete {
				n++
			}
		}
		if n < 30 {
			t.Errorf("seed %d: %d messages of 39", seed, n)
		}
	}
}

// TestPiecesOfAMessageAreNoFrames loses the beginning of a message that carries a protocol of its own in
// pieces, each behind two bytes of its length, as Bolt's are: they read as continuation frames and are none.
func TestPiecesOfAMessageAreNoFrames(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 3))
		var pieces []byte
		for range 20 + r.IntN(400) {
			p := make([]byte, 2+r.IntN(100))
			for i := 2; i < len(p); i++ {
				p[i] = byte(r.Uint32())
			}
			p[1] = byte(len(p) - 2)
			pieces = append(pieces, p...)
		}
		b := AppendFrame(nil, Header{Finished: true, Opcode: Binary}, pieces)
		cut := 4 + r.IntN(len(pieces)/2)
		s := NewStream(StreamConfig{From: FromServer, Midstream: true, Frames: true})
		s.Segment(&Room{Left: 1 << 20})
		s.Feed(b[cut:])
		s.End()
		var ev Event
		for s.Next(&ev) {
			if ev.Kind == FramePart || ev.Kind == Violation {
				t.Fatalf("seed %d: %+v in the pieces of a message", seed, ev)
			}
		}
	}
}
