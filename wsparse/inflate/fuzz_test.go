package inflate

import "testing"

// FuzzMessage compares with klauspost/compress and compress/flate, and whole with pieces.
func FuzzMessage(f *testing.F) {
	refs := newReferences()
	text := []byte(`{"id":1,"user":"u1","price":1.10,"side":"buy"},{"id":2,"user":"u2"}`)
	for level := -2; level <= 9; level++ {
		made := newDeflater(level)
		f.Add(made.message(text))
		f.Add(made.message(text))
		f.Add(made.finalMessage(text))
	}
	f.Add([]byte{0x00})
	f.Add([]byte{})
	f.Add([]byte{0x05, 0xc0, 0x81, 0x08, 0, 0, 0, 0, 0x20})
	made := newDeflater(6)
	history := text[:40]
	first := made.message(history)
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			t.Skip("larger ones show nothing more")
		}
		compare(t, refs, first, history, src)
	})
}
