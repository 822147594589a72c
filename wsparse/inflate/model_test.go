package inflate

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// messagesToTry is how many messages the tests by generated messages take together. For the
// long run, against what compress/flate and klauspost/compress wrote and (a tenth of them
// damaged) what they read:
//
//	INFLATE_MESSAGES=1000000 go test ./wsparse/inflate -run 'Generated|Damaged' -timeout 0
func messagesToTry(t *testing.T) int {
	s := os.Getenv("INFLATE_MESSAGES")
	if s == "" {
		return 20000
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Conversations of generated messages, compressed by compress/flate and klauspost/compress
// at all levels, with history taken over or not, blocks with BFINAL among them, come out
// as they were, whole and in pieces. Two of them take turns in pieces, so that each finds
// the other's tables.
func TestGeneratedConversations(t *testing.T) {
	todo := messagesToTry(t)
	r := rand.New(rand.NewPCG(1, uint64(todo)))
	for conversation := 0; todo > 0; conversation++ {
		level := conversation%12 - 2
		made := newDeflater(level)
		if conversation/12%2 == 1 {
			made = newKlauspostDeflater(level)
		}
		takeover := r.IntN(4) > 0
		most := []int{20, 100, 300, 2000, 20000}[r.IntN(5)]
		if r.IntN(100) == 0 {
			most = 200000
		}
		whole, pieces := New(), New()
		whole.SetTakeover(takeover)
		pieces.SetTakeover(takeover)
		var dst []byte
		for i := range min(todo, max(2, 200000/most)) {
			want := makeText(r, most)
			var src []byte
			if r.IntN(8) == 0 {
				src = made.finalMessage(want)
			} else {
				src = made.message(want)
			}
			if !takeover {
				made.w.Reset(&made.buf)
			}
			var err error
			if dst, err = whole.Message(dst[:0], src, len(want)); err != nil || !bytes.Equal(dst, want) {
				t.Fatalf("conversation %d message %d: %v, %d bytes, want %d", conversation, i, err, len(dst), len(want))
			}
			if whole.Length() != uint64(len(want)) || whole.Ending() != Synced {
				t.Fatalf("conversation %d message %d: length %d, ending %d", conversation, i, whole.Length(), whole.Ending())
			}
			size := []int{1, 1 + r.IntN(10), 1 + r.IntN(2000)}[i%3]
			if dst, err = inPieces(pieces, dst[:0], src, size, len(want)); err != nil || !bytes.Equal(dst, want) {
				t.Fatalf("conversation %d message %d in pieces of %d: %v, %d bytes, want %d", conversation, i, size, err, len(dst), len(want))
			}
			todo--
		}
		if whole.MaxDistance() != pieces.MaxDistance() {
			t.Fatalf("conversation %d: largest distance %d, in pieces %d", conversation, whole.MaxDistance(), pieces.MaxDistance())
		}
		whole.Release()
		pieces.Release()
	}
}

// Two messages whose pieces come in turns: neither disturbs the other's tables.
func TestPiecesInTurns(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var made [2]*deflater
	f := [2]*Inflater{New(), New()}
	for i := range made {
		made[i] = newDeflater(6)
	}
	for range 30 {
		var want, src, got [2][]byte
		for i := range made {
			want[i] = makeText(r, 3000)
			src[i] = made[i].message(want[i])
			f[i].Begin()
		}
		for len(src[0])+len(src[1]) > 0 {
			for i := range src {
				n := min(len(src[i]), 1+r.IntN(5))
				got[i], _ = f[i].Write(got[i], src[i][:n], 1<<20)
				src[i] = src[i][n:]
			}
		}
		for i := range src {
			var err error
			if got[i], err = f[i].End(got[i], 1<<20); err != nil || !bytes.Equal(got[i], want[i]) {
				t.Fatalf("%v, %d bytes of %d", err, len(got[i]), len(want[i]))
			}
		}
	}
}

// Damaged payloads are taken and refused as klauspost/compress and compress/flate do, with
// the same bytes.
func TestDamagedPayloads(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	refs := newReferences()
	for i := range messagesToTry(t) / 10 {
		made := newDeflater(i%12 - 2)
		history := makeText(r, 100)
		first := made.message(history)
		src := made.message(makeText(r, 300))
		for range 1 + r.IntN(3) {
			switch r.IntN(4) {
			case 0:
				src = src[:r.IntN(len(src)+1)]
			case 1:
				src = append(src, byte(r.Uint32()))
			default:
				if len(src) > 0 {
					src[r.IntN(min(len(src), 40))] ^= 1 << r.IntN(8)
				}
			}
		}
		compare(t, refs, first, history, src)
	}
}

// compare holds our reading of a payload, after a valid message first that inflates to
// history, against the references', and whole against pieces.
//
// Where the references differ, compress/flate is right, as zlib says too: v1.20.3 of
// klauspost/compress decodes a distance for which the block defines no code by the table
// that an earlier block left behind.
func compare(t *testing.T, refs references, first, history, src []byte) {
	t.Helper()
	f := New()
	if _, err := f.Message(nil, first, len(history)); err != nil {
		t.Fatal(err)
	}
	got, err := f.Message(nil, src, 1<<24)
	valid := err == nil && f.Ending() == Synced
	want, ok := refs.std.message(src, history)
	other, otherOK := refs.klauspost.message(src, history)
	if ok != valid || ok && !bytes.Equal(got, want) {
		t.Fatalf("%x after %x: %v, ending %d, %d bytes; compress/flate: valid %v, %d bytes", src, first, err, f.Ending(), len(got), ok, len(want))
	}
	if ok && (!otherOK || !bytes.Equal(got, other)) {
		t.Fatalf("%x after %x: %d bytes; klauspost/compress: valid %v, %d bytes", src, first, len(got), otherOK, len(other))
	}
	if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
		t.Fatalf("%x after %x: bytes differ from compress/flate's", src, first)
	}
	p := New()
	p.Message(nil, first, len(history))
	again, errAgain := inPieces(p, nil, src, 1, 1<<24)
	if !bytes.Equal(again, got) || fmt.Sprint(err) != fmt.Sprint(errAgain) || p.Length() != f.Length() || p.Ending() != f.Ending() {
		t.Fatalf("%x after %x: %v, %d bytes; in pieces %v, %d bytes", src, first, err, len(got), errAgain, len(again))
	}
}
