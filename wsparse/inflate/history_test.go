package inflate

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// hello is "Hello" with no reference, again the same five bytes by reference to them.
var (
	hello = []byte{0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}
	again = []byte{0xf2, 0x00, 0x11, 0x00, 0x00}
)

func TestLostHistory(t *testing.T) {
	f := New()
	message := func(src []byte, want string, wantErr error, lost bool) {
		t.Helper()
		got, err := f.Message(nil, src, 100)
		if !errors.Is(err, wantErr) || err == nil && string(got) != want || f.Lost() != lost {
			t.Errorf("%q %v, lost %v; want %q %v, lost %v", got, err, f.Lost(), want, wantErr, lost)
		}
	}
	message(hello, "Hello", nil, false)
	f.Lose()
	message(again, "", ErrHistory, true) // it refers to what is lost
	message(hello, "Hello", nil, true)   // it refers to nothing
	message(again, "Hello", nil, true)   // it refers to what came after the loss
	message([]byte{0x06}, "", ErrCorrupt, true)
	message(again, "", ErrHistory, true) // what the corrupt message said is unknown
	f.Reset()
	message(again, "", ErrCorrupt, true) // after Reset there is nothing to refer to
}

// 32 KiB after a loss no distance reaches back to it.
func TestLossIsOverAfterAWindow(t *testing.T) {
	f := New()
	f.Lose()
	made := newDeflater(0)
	f.Message(nil, made.message(make([]byte, maxWindow-1)), 0)
	if !f.Lost() {
		t.Error("not lost one byte before")
	}
	f.Message(nil, made.message(make([]byte, 1)), 0)
	if f.Lost() {
		t.Error("lost still")
	}
}

func TestNoTakeoverKeepsNoHistory(t *testing.T) {
	f := New()
	f.SetTakeover(false)
	for range 2 {
		if got, err := f.Message(nil, hello, 100); err != nil || string(got) != "Hello" {
			t.Fatalf("%q %v", got, err)
		}
	}
	if cap(f.win.buf) != 0 {
		t.Errorf("window of %d bytes", cap(f.win.buf))
	}
	if _, err := f.Message(nil, again, 100); !errors.Is(err, ErrCorrupt) {
		t.Errorf("reference to the message before: %v", err)
	}
	// After an error too, every message starts anew.
	if got, err := f.Message(nil, hello, 100); err != nil || string(got) != "Hello" || f.Lost() {
		t.Errorf("%q %v, lost %v", got, err, f.Lost())
	}
	// In pieces and past the limit the message's own history is there.
	r := rand.New(rand.NewPCG(8, 8))
	text := bytes.Repeat(makeText(r, 300), 300)
	src := newDeflater(6).message(text)
	if got, err := inPieces(f, nil, src, 3, 1<<20); err != nil || !bytes.Equal(got, text) {
		t.Errorf("in pieces: %v, %d bytes of %d", err, len(got), len(text))
	}
	if _, err := f.Message(nil, src, 10); !errors.Is(err, ErrLimit) || f.Length() != uint64(len(text)) {
		t.Errorf("past the limit: %v, length %d of %d", err, f.Length(), len(text))
	}
}

// The window costs about what it holds, and 32 KiB at most.
func TestWindowGrowsWithUse(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	made := newDeflater(6)
	f := New()
	if cap(f.win.buf) != 0 {
		t.Errorf("new: %d bytes", cap(f.win.buf))
	}
	for total := 0; total < 200000; {
		text := makeText(r, 1000)
		if _, err := f.Message(nil, made.message(text), 1<<20); err != nil {
			t.Fatal(err)
		}
		total += len(text)
		if n := cap(f.win.buf); n > max(512, min(2*total, maxWindow)) {
			t.Fatalf("%d bytes for %d of history", n, total)
		}
	}
	f.Release()
	if cap(f.win.buf) != 0 {
		t.Errorf("released: %d bytes", cap(f.win.buf))
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	payloads, _ := conversation(500, 400, true)
	f := New()
	dst := make([]byte, 0, 1<<16)
	i := 0
	if n := testing.AllocsPerRun(len(payloads)-100, func() {
		if i == 50 || i == 0 {
			f.Reset()
		}
		dst, _ = f.Message(dst[:0], payloads[i], 1<<20)
		i++
	}); n > 0 {
		t.Errorf("whole: %v allocations a message", n)
	}
	f.Reset()
	i = 0
	if n := testing.AllocsPerRun(len(payloads)-100, func() {
		dst, _ = inPieces(f, dst[:0], payloads[i], 50, 1<<20)
		i++
	}); n > 0 {
		t.Errorf("in pieces: %v allocations a message", n)
	}
}
