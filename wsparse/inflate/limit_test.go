package inflate

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// Whatever the limit, what is under it is given, all is counted, and the next message,
// which refers to what was not given, comes out right.
func TestEveryLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	made := newDeflater(6)
	first := bytes.Repeat(makeText(r, 100), 4)
	a, b := made.message(first), made.message(first)
	for limit := range len(first) + 3 {
		for _, size := range []int{1, 7, len(a)} {
			f := New()
			got, err := inPieces(f, []byte("head"), a, size, limit)
			if !bytes.Equal(got[:4], []byte("head")) || !bytes.Equal(got[4:], first[:min(limit, len(first))]) {
				t.Fatalf("limit %d: wrong bytes", limit)
			}
			if over := limit < len(first); errors.Is(err, ErrLimit) != over || !over && err != nil {
				t.Fatalf("limit %d: %v", limit, err)
			}
			if f.Length() != uint64(len(first)) || f.Lost() {
				t.Fatalf("limit %d: length %d, lost %v", limit, f.Length(), f.Lost())
			}
			if got, err = f.Message(nil, b, 1<<20); err != nil || !bytes.Equal(got, first) {
				t.Fatalf("limit %d: next message: %v, %d bytes", limit, err, len(got))
			}
		}
	}
}

func TestLongMessagesPastTheLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for level := 1; level <= 9; level++ {
		made := newDeflater(level)
		f := New()
		for i := range 10 {
			want := makeText(r, 200000)
			src := made.message(want)
			limit := r.IntN(len(want) + 10)
			got, err := f.Message(nil, src, limit)
			if !bytes.Equal(got, want[:min(limit, len(want))]) {
				t.Fatalf("level %d message %d: wrong bytes", level, i)
			}
			if errors.Is(err, ErrLimit) != (limit < len(want)) || f.Length() != uint64(len(want)) {
				t.Fatalf("level %d message %d: %v, length %d of %d, limit %d", level, i, err, f.Length(), len(want), limit)
			}
		}
	}
}

// bomb is 10 MB of zeros in 10 KB.
func bomb() []byte { return newDeflater(9).message(make([]byte, 10<<20)) }

func TestABombCostsTheLimit(t *testing.T) {
	f, src := New(), bomb()
	got, err := f.Message(nil, src, 1000)
	if !errors.Is(err, ErrLimit) || len(got) != 1000 || f.Length() != 10<<20 || f.Lost() {
		t.Errorf("%v, %d bytes, length %d, lost %v", err, len(got), f.Length(), f.Lost())
	}
	if cap(got) > 8*len(src) {
		t.Errorf("%d bytes taken for 1000", cap(got))
	}
}

// A tee sees all of a message, whatever the limit, in one go or in pieces, with history taken
// over or not, and so for the next.
func TestATeeSeesWhatIsBeyondTheLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, takeover := range []bool{true, false} {
		made := newDeflater(6)
		f := New()
		f.SetTakeover(takeover)
		var seen []byte
		f.SetTee(func(p []byte) { seen = append(seen, p...) })
		for i := range 200 {
			want := makeText(r, []int{50, 3000, 150000}[i%3])
			if !takeover {
				made.w.Reset(&made.buf)
			}
			src := made.message(want)
			limit := r.IntN(len(want) + 10)
			seen = seen[:0]
			if size := i % 5; size > 0 {
				inPieces(f, nil, src, size*97, limit)
			} else {
				f.Message(nil, src, limit)
			}
			if !bytes.Equal(seen, want) {
				t.Fatalf("message %d of %d bytes, limit %d: saw %d bytes", i, len(want), limit, len(seen))
			}
		}
	}
}

// The ratio of deflate bounds what a byte can cost: a code of one bit for a length of 258
// and one for its distance.
func TestNoByteGivesMoreThan1032(t *testing.T) {
	src := bomb()
	f := New()
	f.Message(nil, src, 0)
	if f.Length() > 1032*uint64(len(src)) {
		t.Errorf("%d bytes from %d", f.Length(), len(src))
	}
}
