package main

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/flate"
)

// texts are the messages, made once: each side of each conversation sends them in
// their order, over and over.
type texts struct {
	first    byte // FIN, RSV1 where compressed, and the opcode
	payloads [][]byte
}

// pick gives a side's nth message. Only where each message is for itself do
// conversations begin at different ones.
func (t *texts) pick(id, n int) (first byte, payload []byte) {
	if t.first&0x40 == 0 {
		n += id
	}
	return t.first, t.payloads[n%len(t.payloads)]
}

// prepare makes about 4 MB of messages.
func (g *generator) prepare() error {
	if g.use != nil {
		g.makeNoise()
		if g.use.deflate {
			return g.makeMarket()
		}
		return nil
	}
	count := min(max(4<<20/(g.size+1), 2), 1<<14)
	t := &g.texts
	t.first = 0x80 | opText
	for range count {
		b := make([]byte, g.size)
		if g.kind == "binary" {
			t.first = 0x80 | opBinary
			for i := range b {
				b[i] = byte(g.Uint32())
			}
		} else {
			copy(b, g.prose())
		}
		t.payloads = append(t.payloads, b)
	}
	if g.kind == "deflate" {
		t.first |= 0x40 // RSV1: RFC 7692 §6
		return t.compress()
	}
	return nil
}

// prose is some JSON of at least size bytes.
func (g *generator) prose() []byte {
	words := []string{"price", "volume", "open", "close", "user", "room", "message", "update", "status", "latency"}
	b := []byte(`{"type":"update","items":[`)
	for len(b) < g.size {
		b = fmt.Appendf(b, `{"id":%d,"%s":%d,"%s":"%x"},`, g.IntN(1e6), words[g.IntN(10)], g.IntN(1e4), words[g.IntN(10)], g.Uint32())
	}
	return b
}

// compress deflates the messages one after another with context takeover (RFC 7692
// §7.2.1). Sent over and over they stay valid: the first refers to nothing before it, and
// no later one to anything before the first.
func (t *texts) compress() error {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return err
	}
	for i, p := range t.payloads {
		out.Reset()
		if _, err := w.Write(p); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		t.payloads[i] = bytes.Clone(bytes.TrimSuffix(out.Bytes(), []byte{0, 0, 255, 255}))
	}
	return nil
}
