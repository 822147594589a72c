package inflate

import (
	"bytes"
	stdflate "compress/flate"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/klauspost/compress/flate"
)

// deflater makes permessage-deflate payloads by compress/flate or klauspost/compress.
type deflater struct {
	buf bytes.Buffer
	w   interface {
		io.WriteCloser
		Flush() error
		Reset(io.Writer)
	}
}

// newDeflater makes one of level -2 to 9.
func newDeflater(level int) *deflater {
	d := &deflater{}
	d.w, _ = stdflate.NewWriter(&d.buf, level)
	return d
}

func newKlauspostDeflater(level int) *deflater {
	d := &deflater{}
	d.w, _ = flate.NewWriter(&d.buf, level)
	return d
}

// message compresses text with what came before as history.
func (d *deflater) message(text []byte) []byte {
	d.buf.Reset()
	d.w.Write(text)
	d.w.Flush()
	return bytes.TrimSuffix(bytes.Clone(d.buf.Bytes()), tail)
}

// finalMessage compresses text with a block that has BFINAL set at its end, and forgets
// the history.
func (d *deflater) finalMessage(text []byte) []byte {
	d.buf.Reset()
	d.w.Write(text)
	d.w.Close()
	payload := append(bytes.Clone(d.buf.Bytes()), 0)
	d.w.Reset(&d.buf)
	return payload
}

// makeText makes a message of up to most bytes, of a kind that r chooses: noise, runs, few
// letters, JSON.
func makeText(r *rand.Rand, most int) []byte {
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

// inPieces inflates a message that comes in pieces of size bytes.
func inPieces(f *Inflater, dst, src []byte, size, limit int) ([]byte, error) {
	f.Begin()
	for len(src) > 0 {
		n := min(size, len(src))
		dst, _ = f.Write(dst, src[:n], limit)
		src = src[n:]
	}
	return f.End(dst, limit)
}

// reference is what a reader of the compress/flate kind makes of a payload.
type reference struct {
	src    bytes.Reader
	reader interface {
		io.Reader
		Reset(io.Reader, []byte) error
	}
}

type references struct{ std, klauspost *reference }

func newReferences() references {
	type resetter = interface {
		io.Reader
		Reset(io.Reader, []byte) error
	}
	s, k := &reference{}, &reference{}
	s.reader = stdflate.NewReader(&s.src).(resetter)
	k.reader = flate.NewReader(&k.src).(resetter)
	return references{std: s, klauspost: k}
}

// ends are final blocks of two kinds. A payload whose tail is followed by one, and then
// by the other, must be read to its last byte both times: so it ends between blocks.
var ends = [][]byte{{0x01, 0x00, 0x00, 0xff, 0xff}, {0x03, 0x00}}

// message gives what the payload inflates to with the history before it, and whether it
// is valid.
func (r *reference) message(payload, history []byte) (text []byte, valid bool) {
	for _, end := range ends {
		data := append(append(bytes.Clone(payload), tail...), end...)
		all := bytes.Clone(history)
		r.src.Reset(data)
		for r.src.Len() > 0 {
			r.reader.Reset(&r.src, all[max(0, len(all)-maxWindow):])
			out, err := io.ReadAll(r.reader)
			all = append(all, out...)
			if err != nil {
				return all[len(history):], false
			}
		}
		text = all[len(history):]
	}
	return text, true
}
