package wsparse

import (
	"bytes"
	"testing"
)

// TestCollectingEndsAmidAMessage: of what is kept of a message that is under way, nothing is taken back, however it is
// cut, and nothing is added beyond the limit that holds from then on. A control frame that is longer than 125 bytes breaks a rule,
// and is read all the same.
func TestCollectingEndsAmidAMessage(t *testing.T) {
	for _, head := range [][]byte{{0x89, 126, 1, 44}, {0x88, 126, 1, 44}, {0x82, 126, 1, 44}, {0x81, 126, 1, 44}} {
		frame := append(bytes.Clone(head), bytes.Repeat([]byte{'x'}, 300)...)
		for first := range len(frame) {
			for _, piece := range []int{1, 7, 300} {
				s := NewStream(StreamConfig{From: FromServer, Collect: true})
				var ev Event
				got := -1
				drain := func() {
					for s.Next(&ev) {
						if ev.Kind == MessageDone {
							got = len(ev.Message.Data)
						}
					}
				}
				s.Feed(frame[:first])
				drain()
				s.SetCollect(false)
				for rest := frame[first:]; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
					s.Feed(rest[:min(piece, len(rest))])
					drain()
				}
				if got < 0 || got > 300 {
					t.Fatalf("%x cut at %d, pieces of %d: %d bytes of the message", head, first, piece, got)
				}
				if kept := first - len(head); head[0] >= 0x88 && kept > 125 && got != kept {
					t.Fatalf("%x cut at %d, pieces of %d: %d bytes kept, want %d", head, first, piece, got, kept)
				}
			}
		}
	}
}
