package h3

import "testing"

// FuzzQPACK decodes arbitrary instructions and sections: what is kept is bounded, and no bytes in
// pieces say other than at once.
func FuzzQPACK(f *testing.F) {
	f.Add([]byte("\x3f\xbd\x01\xc0\x0fwww.example.com\xc1\x0c/sample/path"), []byte("\x03\x81\x10\x11"))
	f.Add([]byte("\x3f\xe1\x1f\x4acustom-key\x0ccustom-value\x00"), []byte("\x02\x00\x80"))
	f.Fuzz(func(t *testing.T, instructions, b []byte) {
		whole, pieces := &Decoder{MaxTable: 4096}, &Decoder{MaxTable: 4096}
		whole.Instructions(instructions)
		for i := range instructions {
			pieces.Instructions(instructions[i : i+1])
		}
		if whole.InsertCount() != pieces.InsertCount() || whole.Broken() != pieces.Broken() {
			t.Fatalf("%d and %d inserts, broken %v and %v", whole.InsertCount(), pieces.InsertCount(), whole.Broken(), pieces.Broken())
		}
		if whole.size > whole.capacity+tableSlack || len(whole.pending) > maxInstruction {
			t.Errorf("%d bytes in a table of %d, %d pending", whole.size, whole.capacity, len(whole.pending))
		}
		size := 0
		whole.Section(b, func(name, value string) { size += len(name) + len(value) })
		if size > maxSection {
			t.Errorf("%d bytes of a section", size)
		}
		for i := range b {
			pieces.Section(b[:i], func(string, string) {})
		}
	})
}

// FuzzFrames reads frames in one piece and byte by byte.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x00\x05hello\x01\x02\x00\x00\x40\x41\x08rest"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := walk(b, len(b)), walk(b, 1); got != want {
			t.Errorf("%+v at once, %+v in pieces", got, want)
		}
		ReadSettings(b)
	})
}

type seen struct{ frames, bytes, kinds uint64 }

func walk(b []byte, step int) (s seen) {
	var f Frame
	for len(b) > 0 {
		piece := b[:min(step, len(b))]
		b = b[len(piece):]
		for len(piece) > 0 {
			if !f.In {
				if piece = f.Head(piece); !f.In {
					break
				}
				s.frames++
				s.kinds = s.kinds*31 + f.Kind
			}
			var p []byte
			p, piece = f.Take(piece)
			s.bytes += uint64(len(p))
			if f.Left == 0 {
				f.Done()
			}
		}
	}
	return s
}
