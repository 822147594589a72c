package wsparse

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
)

// A message is hashed whole, though it is kept in part or not at all: masked or not, in
// fragments with control frames between, compressed or not, however it is cut.
func TestMessagesBeyondTheLimitAreHashed(t *testing.T) {
	long, text := strings.Repeat("0123456789", 900), strings.Repeat("grüße, ", 700)
	d := newDeflater(true)
	packed, parts := d.message(text), d.message(long)
	data := slices.Concat(
		frame(Text, false, 0x11223344, text[:8]), frame(Ping, true, 0x99887766, "between"), frame(Continuation, true, 0x55667788, text[8:]),
		compressed(Text, packed),
		frame(Binary, true, 0x0a0b0c0d, long),
		AppendFrame(nil, Header{Reserved: 4, Opcode: Binary, IsMasked: true, MaskKey: 0x31415926}, parts[:20]),
		frame(Pong, true, 0x27182818, ""),
		AppendFrame(nil, Header{Finished: true, IsMasked: true, MaskKey: 0x16180339}, parts[20:]),
		frame(Text, true, 0x01020304, "short"),
		frame(Close, true, 0x02040608, "\x03\xe8"))
	want := []string{text, text, long, long, "short"}
	for _, collect := range []bool{false, true} {
		for _, limit := range []int{1, 100, 1 << 20} {
			for _, piece := range []int{1, 7, len(data)} {
				s := NewStream(StreamConfig{From: FromClient, Deflate: bothDeflate, Collect: collect, MaxMessage: limit, Hash: true})
				var ev Event
				n := 0
				for b := range slices.Chunk(data, piece) {
					s.Feed(b)
					for s.Next(&ev) {
						if ev.Kind != MessageDone {
							continue
						}
						m := ev.Message
						if m.Opcode.IsControl() {
							if m.SHA256 != nil {
								t.Fatalf("%v is hashed", m.Opcode)
							}
							continue
						}
						if sum := sha256.Sum256([]byte(want[n])); m.SHA256 == nil || *m.SHA256 != sum {
							t.Fatalf("collect %v, limit %d, pieces of %d: message %d of %d bytes: %x, want %x", collect, limit, piece, n, m.Length, m.SHA256, sum)
						}
						if m.Complete != (collect && len(want[n]) <= limit || !collect && (!m.Compressed || len(want[n]) <= limit)) {
							t.Fatalf("collect %v, limit %d: message %d complete: %v", collect, limit, n, m.Complete)
						}
						n++
					}
				}
				if n != len(want) {
					t.Fatalf("%d messages", n)
				}
			}
		}
	}
}

// What is not whole has no hash, and what comes after it has its own.
func TestMessagesThatLackBytesAreNotHashed(t *testing.T) {
	a, b := frame(Text, true, 0, strings.Repeat("a", 300)), frame(Text, true, 0, "b")
	bad := AppendFrame(nil, Header{Finished: true, Reserved: 4, Opcode: Text}, []byte("\x07\x07"))
	s := NewStream(StreamConfig{From: FromServer, Deflate: bothDeflate, Hash: true})
	var got [][]byte
	take := func() {
		var ev Event
		for s.Next(&ev) {
			if ev.Kind == MessageDone {
				got = append(got, nil)
				if sum := ev.Message.SHA256; sum != nil {
					got[len(got)-1] = bytes.Clone(sum[:])
				}
			}
		}
	}
	s.Feed(a[:100])
	take()
	s.Gap(50)
	s.Feed(a[150:])
	take()
	s.Feed(slices.Concat(bad, b))
	take()
	sum := sha256.Sum256([]byte("b"))
	if len(got) != 3 || got[0] != nil || got[1] != nil || !bytes.Equal(got[2], sum[:]) {
		t.Errorf("%x", got)
	}
}
