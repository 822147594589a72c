// Package bench measures wsparse beside gobwas/ws, coder/websocket and a parser that Kaitai
// Struct generates. It is a module of its own, so that none of them is a dependency of
// wscope.
//
//	cd wsparse/bench && go test -bench . -benchmem
//
// BENCHMARKS.md has the figures.
package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/kaitai-io/kaitai_struct_go_runtime/kaitai"

	"wscope/wsparse"
	"wscope/wsparse/bench/kaitaiws"
)

// frames is how many frames lie in a buffer.
const frames = 100

// buffer is text frames of size bytes.
func buffer(size int, masked bool) []byte {
	var b []byte
	text := bytes.Repeat([]byte("a"), size)
	for i := range frames {
		h := wsparse.Header{Finished: true, Opcode: wsparse.Text}
		if masked {
			h.IsMasked, h.MaskKey = true, uint32(i*i+1)*0x9e3779b1
		}
		b = wsparse.AppendFrame(b, h, text)
	}
	return b
}

// each runs f over all of a buffer's frames until b.N frames are done.
func each(b *testing.B, data []byte, f func()) {
	b.SetBytes(int64(len(data) / frames))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += frames {
		f()
	}
}

// BenchmarkHeader reads headers alone.
func BenchmarkHeader(b *testing.B) {
	data := buffer(0, true)
	b.Run("wsparse", func(b *testing.B) {
		each(b, data, func() {
			for rest := data; len(rest) > 0; {
				_, n := wsparse.ParseHeader(rest)
				rest = rest[n:]
			}
		})
	})
	b.Run("gobwas", func(b *testing.B) {
		r := bytes.NewReader(data)
		each(b, data, func() {
			r.Reset(data)
			for range frames {
				if _, err := ws.ReadHeader(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("kaitai", func(b *testing.B) {
		r := bytes.NewReader(data)
		each(b, data, func() {
			r.Reset(data)
			s := kaitai.NewStream(r)
			for range frames {
				if err := kaitaiws.NewWebsocket_FrameHeader().Read(s, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkMaskedText reads masked text, unmasks it and checks its UTF-8: what a server
// does, and an observer of a client.
func BenchmarkMaskedText(b *testing.B) {
	for _, size := range []int{20, 200, 2048} {
		data := buffer(size, true)
		b.Run(fmt.Sprintf("wsparse/%d", size), func(b *testing.B) { stream(b, data, wsparse.FromClient, false) })
		b.Run(fmt.Sprintf("wsparse-collect/%d", size), func(b *testing.B) { stream(b, data, wsparse.FromClient, true) })
		b.Run(fmt.Sprintf("gobwas/%d", size), func(b *testing.B) {
			r := bytes.NewReader(data)
			payload := make([]byte, size) // kinder than its ReadFrame, which allocates
			each(b, data, func() {
				r.Reset(data)
				for range frames {
					h, err := ws.ReadHeader(r)
					if err == nil {
						err = ws.CheckHeader(h, ws.StateServerSide)
					}
					if err == nil {
						_, err = io.ReadFull(r, payload)
					}
					ws.Cipher(payload, h.Mask, 0)
					if err != nil || !utf8.Valid(payload) {
						b.Fatal(err)
					}
				}
			})
		})
		b.Run(fmt.Sprintf("kaitai/%d", size), func(b *testing.B) {
			r := bytes.NewReader(data)
			each(b, data, func() {
				r.Reset(data)
				s := kaitai.NewStream(r)
				for range frames {
					m := kaitaiws.NewWebsocket()
					if err := m.Read(s, nil, m); err != nil {
						b.Fatal(err)
					}
					var key [4]byte
					binary.BigEndian.PutUint32(key[:], m.InitialFrame.Header.MaskKey)
					p := m.InitialFrame.PayloadBytes
					for i := range p {
						p[i] ^= key[i%4]
					}
					if !utf8.Valid(p) {
						b.Fatal("not UTF-8")
					}
				}
			})
		})
	}
}

// BenchmarkText reads text that is not masked, as a client does, and an observer of a
// server.
func BenchmarkText(b *testing.B) {
	for _, size := range []int{20, 200, 2048} {
		data := buffer(size, false)
		b.Run(fmt.Sprintf("wsparse/%d", size), func(b *testing.B) { stream(b, data, wsparse.FromServer, false) })
		b.Run(fmt.Sprintf("coder/%d", size), func(b *testing.B) {
			c := dial(b, data)
			buf := make([]byte, size+1)
			each(b, data, func() {
				for range frames {
					_, r, err := c.Reader(context.Background())
					if err != nil {
						b.Fatal(err)
					}
					if n, err := io.ReadFull(r, buf); n != size || err != io.ErrUnexpectedEOF || !utf8.Valid(buf[:n]) {
						b.Fatal(n, err)
					}
				}
			})
		})
	}
}

// stream is a Stream with all its checks.
func stream(b *testing.B, data []byte, from wsparse.Role, collect bool) {
	s := wsparse.NewStream(wsparse.StreamConfig{From: from, Collect: collect})
	var ev wsparse.Event
	each(b, data, func() {
		s.Feed(data)
		for s.Next(&ev) {
			if ev.Kind != wsparse.MessageDone {
				b.Fatal(ev)
			}
		}
	})
}

// dial makes a client that reads data again and again.
func dial(b *testing.B, data []byte) *websocket.Conn {
	c, _, err := websocket.Dial(context.Background(), "ws://bench", &websocket.DialOptions{
		HTTPClient:      &http.Client{Transport: wire{data}},
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.CloseNow() })
	return c
}

// wire answers a handshake and then sends data for ever.
type wire struct{ data []byte }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	h := http.Header{}
	h.Set("Upgrade", "websocket")
	h.Set("Connection", "Upgrade")
	h.Set("Sec-WebSocket-Accept", wsparse.AcceptKey(r.Header.Get("Sec-WebSocket-Key")))
	return &http.Response{StatusCode: http.StatusSwitchingProtocols, Header: h, Request: r, Body: &endless{data: w.data}}, nil
}

type endless struct {
	data []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.data[e.at:])
	e.at = (e.at + n) % len(e.data)
	return n, nil
}
func (e *endless) Write(p []byte) (int, error) { return len(p), nil }
func (e *endless) Close() error                { return nil }
