package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// deflater makes permessage-deflate payloads with compress/flate.
type deflater struct {
	buf bytes.Buffer
	w   *flate.Writer
}

func newDeflater(level int) *deflater {
	d := &deflater{}
	d.w, _ = flate.NewWriter(&d.buf, level)
	return d
}

func (d *deflater) message(text []byte) []byte {
	d.buf.Reset()
	d.w.Write(text)
	d.w.Flush()
	return bytes.TrimSuffix(bytes.Clone(d.buf.Bytes()), tail)
}

// text makes a message of a kind chosen by r: JSON, noise, runs, or none.
func text(r *rand.Rand, most int) []byte {
	var b []byte
	n := r.IntN(most + 1)
	switch r.IntN(6) {
	case 0:
		for range n {
			b = append(b, byte(r.Uint32()))
		}
	case 1:
		for len(b) < n {
			b = append(b, bytes.Repeat([]byte{byte(r.Uint32())}, 1+r.IntN(400))...)
		}
	case 2:
		for len(b) < n {
			b = append(b, "abcdefghij"[r.IntN(10)])
		}
	default:
		for len(b) < n {
			b = fmt.Appendf(b, `{"id":%d,"user":"u%d","price":%d.%02d,"side":"%s"},`,
				r.IntN(100000), r.IntN(50), r.IntN(1000), r.IntN(100), []string{"buy", "sell", "hold"}[r.IntN(3)])
		}
	}
	return b
}

func TestMessagesOfCompressFlate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var dst []byte
	for level := flate.HuffmanOnly; level <= 9; level++ {
		d := newDeflater(level)
		f := New()
		for i := range 200 {
			want := text(r, []int{10, 100, 2000, 40000, 100000}[r.IntN(5)])
			src := d.message(want)
			var err error
			dst, err = f.Message(dst[:0], src, 1<<20)
			if err != nil || !bytes.Equal(dst, want) {
				t.Fatalf("level %d message %d: %v, %d bytes of %d", level, i, err, len(dst), len(want))
			}
			if f.Length() != uint64(len(want)) || f.Ending() != Synced {
				t.Fatalf("level %d message %d: length %d ending %d", level, i, f.Length(), f.Ending())
			}
		}
	}
}

func TestPiecesGiveTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var dst []byte
	for level := flate.HuffmanOnly; level <= 9; level++ {
		d := newDeflater(level)
		f := New()
		for i := range 100 {
			want := text(r, 5000)
			src := d.message(want)
			var err error
			dst = dst[:0]
			f.Begin()
			most := []int{1, 2, 10, 1000}[i%4]
			for len(src) > 0 {
				n := min(len(src), 1+r.IntN(most))
				if dst, err = f.Write(dst, src[:n], 1<<20); err != nil {
					t.Fatalf("level %d message %d: %v", level, i, err)
				}
				src = src[n:]
			}
			if dst, err = f.End(dst, 1<<20); err != nil || !bytes.Equal(dst, want) {
				at := 0
				for at < min(len(dst), len(want)) && dst[at] == want[at] {
					at++
				}
				t.Fatalf("level %d message %d: %v, %d bytes of %d, differs at %d", level, i, err, len(dst), len(want), at)
			}
		}
	}
}

func TestLimit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for level := 1; level <= 9; level++ {
		d := newDeflater(level)
		f := New()
		for i := range 100 {
			want := text(r, 100000)
			src := d.message(want)
			limit := r.IntN(len(want) + 10)
			dst, err := f.Message([]byte("head"), src, limit)
			if !bytes.Equal(dst[:4], []byte("head")) || !bytes.Equal(dst[4:], want[:min(limit, len(want))]) {
				t.Fatalf("level %d message %d: wrong bytes", level, i)
			}
			if errors.Is(err, ErrLimit) != (limit < len(want)) || f.Length() != uint64(len(want)) {
				t.Fatalf("level %d message %d: %v, length %d of %d, limit %d", level, i, err, f.Length(), len(want), limit)
			}
		}
	}
}
