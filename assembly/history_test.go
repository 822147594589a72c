package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// TestHistory tells of the first of each kind of segment, by the side that sent it.
func TestHistory(t *testing.T) {
	tests := []struct {
		name string
		do   func(s *sim)
		want string
	}{
		{"a handshake and data", func(s *sim) { s.send(A, 0, "abc") }, "ShAD"},
		{"data both ways, repeated kinds once", func(s *sim) {
			s.send(A, 0, "abc")
			s.ack(B, 0, 3)
			s.send(B, 0, "def")
			s.send(A, 3, "ghi")
		}, "ShADad"},
		{"sent again", func(s *sim) {
			s.send(A, 0, "abc")
			s.time += 250 * ms
			s.send(A, 0, "abc")
		}, "ShADT"},
		{"the end, the responder first", func(s *sim) {
			s.send(A, 0, "abc")
			s.Segment(s.segment(B, link.FIN|link.ACK, 0, ""))
			s.Segment(s.segment(A, link.FIN|link.ACK, 3, ""))
			s.ack(B, 1, 4)
		}, "ShADfFa"},
		{"data in the FIN, and a reset", func(s *sim) {
			s.Segment(s.segment(A, link.FIN|link.ACK, 0, "abc"))
			s.Segment(s.segment(B, link.RST|link.ACK, 0, ""))
		}, "ShADFr"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSim()
			s.shake()
			test.do(s)
			if got := s.conn[0].History(A); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
