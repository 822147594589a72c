package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// play runs each test on a conversation past its handshake, at a harmless place of the
// sequence space and across the wrap.
func play(t *testing.T, tests []scene) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, isn := range [][2]uint32{{1000, 5000}, {0xfffffffd, 0xffffffff}} {
				s := newSim()
				s.isn = isn
				s.shake()
				tt.do(s)
				if got := s.said(); got != tt.want {
					t.Errorf("isn %#x:\n got %s\nwant %s", isn[A], got, tt.want)
				}
			}
		})
	}
}

type scene struct {
	name string
	do   func(s *sim)
	want string
}

// TestClose shows how streams end.
func TestClose(t *testing.T) {
	play(t, []scene{
		{"both sides close", func(s *sim) {
			s.send(A, 0, "ab")
			s.send(B, 0, "x")
			s.fin(A, 2)
			s.fin(B, 1)
			s.finish()
		}, "A ab, B x, A end fin, B end fin"},
		{"half-close: the other side goes on", func(s *sim) {
			s.send(A, 0, "ab")
			s.fin(A, 2)
			s.send(B, 0, "x")
			s.send(B, 1, "y")
			s.fin(B, 2)
		}, "A ab, A end fin, B x, B y, B end fin"},
		{"FIN with data", func(s *sim) {
			s.Segment(s.segment(A, link.FIN, 0, "bye"))
		}, "A bye, A end fin"},
		{"FIN before its data", func(s *sim) {
			s.fin(A, 4)
			s.send(A, 2, "cd")
			s.send(A, 0, "ab")
		}, "A ab, A cd, A end fin"},
		{"a FIN that is acknowledged ends the stream before bytes that were forged", func(s *sim) {
			s.send(A, 0, "ab")
			s.Segment(s.segment(A, link.FIN, 1460, "forged"))
			s.ack(B, 0, 2)
			s.fin(A, 2)
			s.ack(B, 0, 3)
			s.fin(B, 0)
			s.finish()
		}, "A ab, A end fin, B end fin"},
		{"of two FINs behind a hole the acknowledged one counts", func(s *sim) {
			s.send(A, 0, "ab")
			s.fin(A, 500)
			s.fin(A, 10)
			s.ack(B, 0, 11)
			s.fin(B, 0)
			s.finish()
		}, "A ab, B end fin, A gap 8 lost, A end fin"},
		{"FIN whose data the capture lacks", func(s *sim) {
			s.send(A, 0, "ab")
			s.fin(A, 4)
			s.ack(B, 0, 5)
			s.time += 5000 * ms
			s.ack(B, 0, 5)
		}, "A ab, A gap 2 lost, A end fin"},
		{"FIN sent again, and its data with it", func(s *sim) {
			s.send(A, 0, "ab")
			s.fin(A, 2)
			s.fin(A, 2)
			s.Segment(s.segment(A, link.FIN, 0, "ab"))
		}, "A ab, A end fin"},
		{"data behind the FIN is none of the stream", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 2)
			s.ack(B, 0, 3)
			s.send(A, 0, "abXX")
		}, "A a, A b, A end fin"},
		{"a forged FIN ahead: its sender goes on behind it", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 3)
			s.send(A, 1, "bcde")
			s.fin(A, 5)
		}, "A a, A bcde, A end fin"},
		{"a forged FIN ahead: its sender ends before it", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1000)
			s.send(A, 1, "bc")
			s.ack(B, 0, 3)
			s.fin(A, 3)
		}, "A a, A bc, A end fin"},
		{"a forged FIN ahead, and the capture ends: nothing is missing", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1000)
			s.send(A, 1, "bc")
			s.finish()
		}, "A a, A bc, A end captend, B end captend"},
		{"a waiting piece reaches behind a FIN that is acknowledged", func(s *sim) {
			s.send(A, 1, "bcXX")
			s.fin(A, 3)
			s.ack(B, 0, 4)
			s.send(A, 0, "a")
		}, "A a, A bc, A end fin"},
		{"a waiting piece reaches behind a FIN that is not: its sender had gone on", func(s *sim) {
			s.send(A, 1, "bcde")
			s.fin(A, 3)
			s.send(A, 0, "a")
			s.fin(A, 5)
		}, "A a, A bcde, A end fin"},
		{"a FIN that is not captured but acknowledged", func(s *sim) {
			s.send(A, 0, "ab")
			s.ack(B, 0, 3)
			s.tick(60000 * ms)
			s.finish()
		}, "A ab, A end captend, B end captend"},
		{"late ACK and FIN of a closed connection begin none", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1)
			s.fin(B, 0)
			s.ack(A, 2, 1)
			s.fin(B, 0)
			s.send(A, 0, "a")
			s.tick(20000 * ms)
			s.ack(A, 2, 1)
			s.fin(B, 0)
		}, "A a, A end fin, B end fin"},
		{"RST", func(s *sim) {
			s.send(A, 0, "ab")
			s.rst(B, 0)
			s.tick(16000 * ms)
			s.tick(16000 * ms)
			s.send(A, 2, "cd")
		}, "A ab, A end rst, B end rst, 2A gap -1 early, 2A cd"},
		{"RST, and what was in flight", func(s *sim) {
			s.send(A, 0, "ab")
			s.rst(B, 0)
			s.send(A, 2, "cd")
			s.finish()
		}, "A ab, A cd, A end rst, B end rst"},
		{"RST in the window but elsewhere draws a challenge", func(s *sim) {
			s.send(B, 0, "x")
			s.ack(A, 0, 1)
			s.rst(B, 500)
			s.ack(A, 0, 1)
			s.send(A, 0, "ab")
			s.finish()
		}, "B x, A ab, A end captend, B end captend"},
		{"RST behind bytes that the capture lacks", func(s *sim) {
			s.send(B, 0, "x")
			s.rst(B, 500)
			s.finish()
		}, "B x, A end rst, B end rst"},
		{"the text in a RST is its reason", func(s *sim) {
			s.send(B, 0, "x")
			s.Segment(s.segment(B, link.RST, 1, "Go away!"))
			s.finish()
		}, "B x, A end rst, B end rst"},
		{"RST while bytes wait", func(s *sim) {
			s.send(A, 0, "ab")
			s.send(A, 3, "d")
			s.rst(A, 4)
			s.finish()
		}, "A ab, A gap 1 lost, A d, A end rst, B end rst"},
		{"RST captured before the last bytes of its sender", func(s *sim) {
			s.send(A, 0, "ab")
			s.rst(A, 4)
			s.send(A, 2, "cd")
			s.finish()
		}, "A ab, A cd, A end rst, B end rst"},
		{"a forged RST: its sender goes on", func(s *sim) {
			s.send(A, 0, "ab")
			s.rst(A, 2)
			s.send(B, 0, "x")
			s.send(A, 2, "cd")
			s.send(B, 0, "x")
		}, "A ab, B x, A cd"},
		{"RST of an earlier time", func(s *sim) {
			s.send(A, 0, "abcd")
			s.ack(B, 0, 4)
			s.rst(A, 2)
			s.send(A, 4, "e")
		}, "A abcd, A e"},
		{"RST beyond the window", func(s *sim) {
			s.send(A, 0, "ab")
			s.rst(A, 1<<31)
			s.send(A, 2, "c")
		}, "A ab, A c"},
		{"RST after a FIN", func(s *sim) {
			s.send(A, 0, "ab")
			s.fin(A, 2)
			s.rst(A, 3)
			s.finish()
		}, "A ab, A end fin, B end rst"},
		{"both closed without a byte: nobody is asked", func(s *sim) {
			s.fin(A, 0)
			s.fin(B, 0)
		}, ""},
		{"one side closes before the first byte of the other", func(s *sim) {
			s.fin(A, 0)
			s.send(B, 0, "x")
			s.fin(B, 1)
		}, "A end fin, B x, B end fin"},
		{"the capture ends", func(s *sim) {
			s.send(A, 0, "ab")
			s.send(B, 2, "z")
			s.fin(A, 3)
			s.finish()
			s.finish()
		}, "A ab, B gap 2 lost, B z, A gap 1 lost, A end fin, B end captend"},
	})
}

// TestIgnored shows that a connection nobody wants is followed to its end, in silence.
func TestIgnored(t *testing.T) {
	quiet := func(do func(s *sim)) func(s *sim) {
		return func(s *sim) {
			s.send(A, 0, "ab")
			s.send(B, 2, "z")
			s.conn[0].Ignored = true
			do(s)
			if s.held != 0 || s.waiting.Len() != 0 {
				s.log = append(s.log, "bytes wait")
			}
		}
	}
	play(t, []scene{
		{"FIN", quiet(func(s *sim) {
			s.send(A, 2, "cd")
			s.fin(A, 4)
			s.send(B, 0, "xy")
			s.fin(B, 3)
		}), "A ab, A end fin, B end fin"},
		{"RST", quiet(func(s *sim) {
			s.send(A, 2, "cd")
			s.rst(A, 4)
		}), "A ab, A end rst, B end rst"},
		{"the capture ends", quiet(func(s *sim) {
			s.finish()
		}), "A ab, A end captend, B end captend"},
		{"from the beginning", func(s *sim) {
			s.mute = true
			s.send(A, 0, "ab")
			s.send(A, 3, "d")
			s.fin(A, 4)
			s.fin(B, 0)
			if s.Stats.Open != 0 || s.held != 0 {
				s.log = append(s.log, "still open")
			}
		}, ""},
	})
}
