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
			s.time += 5000 * ms
			s.ack(B, 0, 7)
		}, "A ab, A gap 3 lost, A fg"},
		{"lost, and nothing came after it", func(s *sim) {
			s.send(A, 0, "ab")
			s.ack(B, 0, 7)
			s.tick(5001 * ms)
			s.send(A, 7, "hi")
		}, "A ab, A gap 5 lost, A hi"},
		{"an ACK captured before what it acknowledges", func(s *sim) {
			s.ack(B, 0, 7)
			s.send(A, 0, "abcdefg")
			s.tick(1000 * ms)
		}, "A abcdefg"},
		{"a side captured seconds late goes before what answers it", func(s *sim) {
			answer := func(pos, n int, payload string) {
				seg := s.segment(B, link.ACK, pos, payload)
				seg.Ack = s.isn[A] + 1 + uint32(n)
				s.Segment(seg)
			}
			answer(0, 3, "x")
			answer(1, 6, "y")
			s.tick(2000 * ms)
			s.time -= 2000 * ms
			s.send(A, 0, "abc")
			s.send(A, 3, "def")
		}, "A abc, B x, A def, B y"},
		{"and is not waited for without end", func(s *sim) {
			seg := s.segment(B, link.ACK, 0, "x")
			seg.Ack = s.isn[A] + 1 + 3
			s.Segment(seg)
			s.tick(5001 * ms)
			s.tick(5001 * ms)
			s.send(A, 0, "abcdef")
		}, "A gap 3 lost, B x, A def"},
		{"acknowledgements that contradict each other block nothing", func(s *sim) {
			for i := range 2 {
				for x, payload := range []string{"ab", "xy"} {
					seg := s.segment(Side(x), link.ACK, 2*i, payload)
					seg.Ack = s.isn[1-x] + 1 + 4
					s.Segment(seg)
				}
			}
		}, "A ab, B xy, A ab, B xy"},
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
			s.tick(4000 * ms)
			s.tick(2000 * ms)
		}, "B gap 3 lost, B def"},
		{"cut by the capture", func(s *sim) {
			seg := s.segment(A, link.PSH, 0, "abc")
			seg.Missing = 4
			s.Segment(seg)
			s.send(A, 7, "hi")
			s.tick(1001 * ms)
		}, "A abc, A gap 4 cut, A hi"},
		{"cut by the capture, of a connection that shows no copies", func(s *sim) {
			s.time += 1001 * ms
			seg := s.segment(A, link.PSH, 0, "abc")
			seg.Missing = 4
			s.Segment(seg)
			s.send(A, 7, "hi")
		}, "A abc, A gap 4 cut, A hi"},
		{"of a cut and a whole copy the whole one counts", func(s *sim) {
			cut := func(pos int, payload string, missing int) {
				seg := s.segment(A, link.PSH, pos, payload)
				seg.Missing = missing
				s.Segment(seg)
			}
			cut(0, "abc", 4)
			cut(0, "abcdefg", 0)
			cut(7, "hij", 7)
			cut(17, "rst", 0)
			cut(9, "jklm", 0)
			cut(7, "hijklmno", 2)
			cut(15, "pq", 0)
		}, "A abc, A defg, A hij, A klm, A no, A pq, A rst"},
		{"cut, before its turn", func(s *sim) {
			seg := s.segment(A, link.PSH, 2, "c")
			seg.Missing = 2
			s.Segment(seg)
			s.send(A, 5, "f")
			s.send(A, 0, "ab")
			s.tick(1001 * ms)
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
