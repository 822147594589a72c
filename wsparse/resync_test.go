package wsparse

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// talk is n frames of one sender, as a peer would send them.
func talk(seed uint64, n int, from Role, op Opcode) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b []byte
	for i := range n {
		h := Header{Finished: true, Opcode: op}
		if from == FromClient {
			h.IsMasked, h.MaskKey = true, r.Uint32()
		}
		payload := make([]byte, 10+r.IntN(300))
		for j := range payload {
			payload[j] = byte(r.Uint32())
			if op == Text {
				payload[j] = ' ' + payload[j]%90
			}
		}
		if i%7 == 3 {
			h.Opcode, payload = Ping, payload[:4]
		}
		b = AppendFrame(b, h, payload)
	}
	return b
}

func TestBoundaryIsFoundInTheMiddleOfATalk(t *testing.T) {
	for _, from := range []Role{FromClient, FromServer} {
		for _, op := range []Opcode{Text, Binary} {
			for seed := range uint64(25) {
				name := fmt.Sprintf("%v %v %d", from, op, seed)
				b := talk(seed, 40, from, op)
				for _, role := range []Role{from, FromUnknown} {
					got, ok := FindBoundary(b, role)
					if !ok || got.Offset != 0 || got.Masked != (from == FromClient) || got.Confidence < 0.999999 {
						t.Errorf("%s as %v: %+v %v", name, role, got, ok)
					}
				}
				// The first header is cut off. Of text the very next frame is found; of a
				// short binary one it may be uncertain, and then the one behind it is.
				begins := boundaries(b)
				for _, cut := range []int{1, 2, begins[1] - 1} {
					got, ok := FindBoundary(b[cut:], from)
					at := slices.Index(begins, got.Offset+cut)
					if !ok || at < 1 || at > 2 || op == Text && at != 1 {
						t.Errorf("%s cut at %d: %+v %v, want %d", name, cut, got, ok, begins[1]-cut)
					}
				}
			}
		}
	}
}

// boundaries is where the frames of b begin.
func boundaries(b []byte) []int {
	var all []int
	for at := 0; at < len(b); {
		all = append(all, at)
		h, n := ParseHeader(b[at:])
		at += n + int(h.LenPayload)
	}
	return all
}

// TestPingMayStandWithinAMessage holds that a search that begins at a control frame believes the
// continuation behind it: the message may have begun before. Else what chances to read as
// a frame inside the Ping is found, one that ends where the continuation begins.
func TestPingMayStandWithinAMessage(t *testing.T) {
	b := []byte{0x89, 0x89, 0x9d, 0xed, 0xf4, 0xda, 0xff, 0x88, 0x80, 0xad, 0xf8, 0x88, 0x9a, 0xfa, 0xac}
	b = append(b, 0x80, 0x84, 0x06, 0x83, 0x10, 0x31, 0xc4, 0x2c, 0x15, 0x31)
	b = append(b, talk(3, 10, FromClient, Text)...)
	if got, ok := FindBoundary(b, FromClient); !ok || got.Offset != 0 {
		t.Errorf("found %+v, %v", got, ok)
	}
}

func TestNothingElseLooksLikeWebSocket(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	kinds := map[string]func() []byte{
		"random": func() []byte { return random(8 << 10) },
		"TLS records": func() []byte {
			var b []byte
			for len(b) < 16<<10 {
				n := 100 + r.IntN(4000)
				b = binary.BigEndian.AppendUint16(append(b, 0x17, 3, 3), uint16(n))
				b = append(b, random(n)...)
			}
			return b
		},
		"SSH": func() []byte {
			b := []byte("SSH-2.0-OpenSSH_9.6\r\n\x00\x00\x05\xdc\x06\x14")
			b = append(b, random(16)...)
			b = append(b, "\x00\x00\x00\x2ecurve25519-sha256,ecdh-sha2-nistp256,ext-info-c\x00\x00\x00\x00\x00\x00\x00"...)
			return append(b, random(4<<10)...)
		},
		"HTTP": func() []byte {
			return []byte(strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nServer: AB\r\n\r\nBA, B and A!\n", 50))
		},
		"HTTP with a binary body": func() []byte {
			return append([]byte("HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n"), random(16<<10)...)
		},
		"zeros": func() []byte { return make([]byte, 32<<10) },
		"a counter": func() []byte {
			b := make([]byte, 32<<10)
			for i := range b {
				b[i] = byte(i >> 1)
			}
			return b
		},
		"16-bit numbers": func() []byte {
			var b []byte
			for len(b) < 8<<10 {
				b = binary.BigEndian.AppendUint16(b, uint16(r.IntN(300)))
			}
			return b
		},
		"BER": func() []byte {
			return bytes.Repeat([]byte{0x30, 0x0b, 0x02, 0x01, 0x05, 0x80, 0x01, 0x00, 0x81, 0x03, 'a', 'b', 'c', 0x82, 0x00}, 300)
		},
		"UTF-8": func() []byte {
			return []byte(strings.Repeat("日本語のテキスト、あるいは中文 текст ", 200))
		},
	}
	for name, make := range kinds {
		for range 60 {
			b := make()
			for _, from := range []Role{FromUnknown, FromClient, FromServer} {
				if got, ok := FindBoundary(b, from); ok {
					t.Errorf("%s as %v: %+v: % x", name, from, got, b[got.Offset:min(got.Offset+32, len(b))])
				}
			}
		}
	}
}

func TestStreamFindsItsWayBack(t *testing.T) {
	for _, from := range []Role{FromClient, FromServer} {
		for _, op := range []Opcode{Text, Binary} {
			a, b := talk(1, 5, from, op), talk(2, 40, from, op)
			for _, known := range []bool{true, false} {
				name := fmt.Sprintf("%v %v known %v", from, op, known)
				cfg := StreamConfig{From: from}
				want := drain(cfg, b)
				var w strings.Builder
				s := NewStream(cfg)
				s.Feed(a)
				record(&w, s)
				w.Reset()
				if known {
					s.Gap(1000)
				} else {
					s.Gap(-1)
				}
				s.Feed(b[3:])
				record(&w, s)
				s.End()
				record(&w, s)
				got := w.String()
				if !strings.HasPrefix(got, "resynced") {
					t.Fatalf("%s: %.300s", name, got)
				}
				// All but the first frame is there.
				if g, w := strings.Count(got, "message"), strings.Count(want, "message"); g != w-1 {
					t.Errorf("%s: %d messages of %d", name, g, w)
				}
			}
		}
	}
}

// TestSearchIsNotTakenInByWhatRepeats searches from every byte of a masked text that
// repeats: its bytes repeat too, and what in them reads as a frame does so over and over.
func TestSearchIsNotTakenInByWhatRepeats(t *testing.T) {
	for seed, phrase := range []string{"wscope ", "a", "ab", "na ", "\x00", "lorem ipsum dolor ", `{"a":1},`} {
		random := rand.New(rand.NewPCG(7, uint64(seed)))
		for range 50 {
			var stream []byte
			begins := map[int]bool{}
			for range 4 {
				begins[len(stream)] = true
				text := []byte(strings.Repeat(phrase, 900/len(phrase)))
				key := [4]byte{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())}
				stream = append(stream, 0x81, 0x80|126, byte(len(text)>>8), byte(len(text)))
				stream = append(stream, key[:]...)
				for i, b := range text {
					stream = append(stream, b^key[i%4])
				}
			}
			for from := 10; from < 900; from += 7 {
				for _, size := range []int{64, 128, 700, len(stream) - from} { // what a gap leaves, and all
					r := resync{b: stream[from:][:size], from: FromClient, need: 16, end: size < 1000}
					if found, ok := r.find(); ok && !begins[from+found.Offset] && from+found.Offset < 850 { // beyond, too little of it is left to repeat
						t.Errorf("%q, %d bytes from %d: a boundary at %d, %+v", phrase, size, from, from+found.Offset, found)
						return
					}
				}
			}
		}
	}
}
