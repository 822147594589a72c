package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// TestOrder shows what becomes of segments that do not come simply one after another.
func TestOrder(t *testing.T) {
	tests := []struct {
		name string
		do   func(s *sim)
		want string
	}{
		{"in order", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(B, 0, "x")
			s.send(A, 3, "de")
		}, "A abc, B x, A de"},
		{"one before its turn", func(s *sim) {
			s.send(A, 3, "def")
			s.send(A, 0, "abc")
			s.send(A, 6, "g")
		}, "A abc, A def, A g"},
		{"backwards", func(s *sim) {
			for i := 4; i >= 0; i-- {
				s.send(A, i, "abcde"[i:i+1])
			}
		}, "A a, A b, A c, A d, A e"},
		{"sent again", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(A, 0, "abc")
			s.send(A, 0, "ab")
		}, "A abc"},
		{"sent again with more", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(A, 0, "abcdef")
		}, "A abc, A def"},
		{"overlaps a waiting piece from below", func(s *sim) {
			s.send(A, 3, "def")
			s.send(A, 0, "abcXX")
		}, "A abc, A def"},
		{"spans a waiting piece", func(s *sim) {
			s.send(A, 3, "de")
			s.send(A, 0, "abcXXfg")
		}, "A abc, A de, A fg"},
		{"fills between waiting pieces", func(s *sim) {
			s.send(A, 2, "c")
			s.send(A, 6, "g")
			s.send(A, 1, "bXdefXh")
			s.send(A, 0, "a")
		}, "A a, A b, A c, A def, A g, A h"},
		{"lost, as the peer's ACK proves", func(s *sim) {
			s.send(A, 0, "ab")
			s.send(A, 5, "fg")
			s.ack(B, 0, 7)
			s.time += 10 * ms
			s.ack(B, 0, 7)
		}, "A ab, A gap 3 lost, A fg"},
		{"lost, and nothing came after it", func(s *sim) {
			s.send(A, 0, "ab")
			s.ack(B, 0, 7)
			s.tick(20 * ms)
			s.send(A, 7, "hi")
		}, "A ab, A gap 5 lost, A hi"},
		{"an ACK captured before what it acknowledges", func(s *sim) {
			s.ack(B, 0, 7)
			s.send(A, 0, "abcdefg")
			s.tick(1000 * ms)
		}, "A abcdefg"},
		{"lost on the network, sent again much later", func(s *sim) {
			s.send(A, 3, "def")
			for range 300 {
				s.ack(B, 0, 0)
			}
			s.tick(60000 * ms)
			s.send(A, 0, "abc")
		}, "A abc, A def"},
		{"the peer is not in the capture", func(s *sim) {
			s.send(B, 3, "def")
			s.tick(2000 * ms)
			s.tick(2000 * ms)
		}, "B gap 3 lost, B def"},
		{"cut by the capture", func(s *sim) {
			seg := s.segment(A, link.PSH, 0, "abc")
			seg.Missing = 4
			s.Segment(seg)
			s.send(A, 7, "hi")
		}, "A abc, A gap 4 cut, A hi"},
		{"cut, before its turn", func(s *sim) {
			seg := s.segment(A, link.PSH, 2, "c")
			seg.Missing = 2
			s.Segment(seg)
			s.send(A, 5, "f")
			s.send(A, 0, "ab")
		}, "A ab, A c, A gap 2 cut, A f"},
		{"a probe with an old byte", func(s *sim) {
			s.send(A, 0, "abc")
			s.ack(B, 0, 3)
			s.send(A, 2, "\x00")
			s.ack(A, -1+3, 0)
		}, "A abc"},
	}
	for _, wrap := range []bool{false, true} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s := newSim()
				if wrap {
					s.isn = [2]uint32{0xfffffffd, 0xffffffff}
				}
				s.syn(A)
				if tt.name != "the peer is not in the capture" {
					s.syn(B)
					s.ack(A, 0, 0)
				} else {
					s = newSim()
					s.syn(B)
				}
				tt.do(s)
				if got := s.said(); got != tt.want {
					t.Errorf("isn %#x: got  %s\nwant %s", s.isn[A], got, tt.want)
				}
			})
		}
	}
}
