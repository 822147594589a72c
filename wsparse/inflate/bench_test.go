package inflate

import (
	stdflate "compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/flate"
)

// conversation is what one side of a conversation sends: JSON of about size bytes a
// message, its payloads compressed with the history taken over or not.
func conversation(size, count int, takeover bool) (payloads [][]byte, total int) {
	r := rand.New(rand.NewPCG(uint64(size), 7))
	d := newDeflater(6)
	for range count {
		var text []byte
		for len(text) < size {
			text = fmt.Appendf(text, `{"type":"trade","id":%d,"symbol":"%s-USD","price":"%d.%02d","size":"0.%06d","side":"%s"}`,
				r.IntN(1e9), []string{"BTC", "ETH", "SOL", "XRP"}[r.IntN(4)], r.IntN(90000), r.IntN(100), r.IntN(1e6), []string{"buy", "sell"}[r.IntN(2)])
		}
		total += len(text)
		if !takeover {
			d = newDeflater(6)
		}
		payloads = append(payloads, d.message(text))
	}
	return payloads, total
}

// feed is a reader of one payload after the other, each with its tail. It gives bytes
// singly too, as flate's readers want.
type feed struct{ b []byte }

func (s *feed) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.b)
	s.b = s.b[n:]
	return n, nil
}

func (s *feed) ReadByte() (byte, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	c := s.b[0]
	s.b = s.b[1:]
	return c, nil
}

// finalTail ends a payload so that flate's readers see the end of a stream.
var finalTail = []byte{0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff}

// benchReader measures a reader of the compress/flate kind, which is reset for every
// message with the history as its dictionary.
func benchReader(b *testing.B, payloads [][]byte, takeover bool, reset func(io.Reader, []byte), from io.Reader) {
	var src feed
	var in []byte
	out := make([]byte, 0, 1<<16)
	var dict []byte
	i := 0
	for b.Loop() {
		if i == len(payloads) {
			i, dict = 0, dict[:0]
		}
		in = append(append(in[:0], payloads[i]...), finalTail...)
		i++
		src.b = in
		reset(&src, dict)
		n := 0
		for {
			k, err := from.Read(out[n:cap(out)])
			n += k
			if err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if takeover {
			dict = append(dict, out[:n]...)
			if len(dict) > 3*maxWindow {
				dict = append(dict[:0], dict[len(dict)-maxWindow:]...)
			}
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	for _, takeover := range []bool{false, true} {
		for _, size := range []int{100, 2000, 64000} {
			payloads, total := conversation(size, min(2000, 1<<24/size), takeover)
			compressed := 0
			for _, p := range payloads {
				compressed += len(p)
			}
			name := fmt.Sprintf("takeover=%v/size=%d", takeover, total/len(payloads))
			b.Run(name+"/inflate", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(total / len(payloads)))
				f := New()
				f.SetTakeover(takeover)
				dst := make([]byte, 0, 1<<17)
				i := 0
				for b.Loop() {
					if i == len(payloads) {
						f.Reset()
						i = 0
					}
					var err error
					if dst, err = f.Message(dst[:0], payloads[i], 1<<20); err != nil {
						b.Fatal(err)
					}
					i++
				}
				b.ReportMetric(float64(compressed)/float64(len(payloads)), "compressed-B")
			})
			b.Run(name+"/klauspost", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(total / len(payloads)))
				k := flate.NewReader(&feed{})
				benchReader(b, payloads, takeover, func(r io.Reader, dict []byte) { k.(flate.Resetter).Reset(r, dict) }, k)
			})
			b.Run(name+"/std", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(total / len(payloads)))
				k := stdflate.NewReader(&feed{})
				benchReader(b, payloads, takeover, func(r io.Reader, dict []byte) { k.(stdflate.Resetter).Reset(r, dict) }, k)
			})
		}
	}
}
