package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// begin runs tests that write their own handshake.
func begin(t *testing.T, tests []scene) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSim()
			tt.do(s)
			if got := s.said(); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// who says which side A is and whether that is certain.
func (s *sim) who() {
	c := s.conn[len(s.conn)-1]
	side, how := "server", "maybe"
	if c.Key.SrcPort == s.port {
		side = "client"
	}
	if c.Initiator {
		how = "surely"
	}
	s.log = append(s.log, "A is the "+side+" "+how)
}

// TestBegin shows how connections begin, seen whole and in part.
func TestBegin(t *testing.T) {
	begin(t, []scene{
		{"SYN, SYN-ACK, ACK", func(s *sim) {
			s.shake()
			s.send(A, 0, "a")
			s.send(B, 0, "x")
			s.who()
		}, "A a, B x, A is the client surely"},
		{"the SYN is lost", func(s *sim) {
			s.syn(B)
			s.send(B, 0, "x")
			s.send(A, 1, "b")
			s.send(A, 0, "a")
			s.who()
		}, "B x, A a, A b, A is the client surely"},
		{"the SYN-ACK is lost", func(s *sim) {
			s.syn(A)
			s.ack(A, 0, 0)
			s.send(B, 1, "y")
			s.send(B, 0, "x")
			s.who()
		}, "B x, B y, A is the client surely"},
		{"SYN and SYN-ACK come in the wrong order", func(s *sim) {
			s.syn(B)
			s.syn(A)
			s.send(A, 0, "a")
			s.who()
		}, "A a, A is the client surely"},
		{"SYN captured after the first bytes", func(s *sim) {
			s.send(A, 0, "ab")
			s.syn(A)
			s.send(A, 2, "c")
			s.who()
		}, "A gap -1 early, A ab, A c, A is the client surely"},
		{"the SYN-ACK is captured after bytes that acknowledge more than it", func(s *sim) {
			s.syn(A)
			seg := s.segment(A, link.ACK, 0, "a")
			seg.Ack = s.isn[B] + 1 + 2
			s.Segment(seg)
			s.syn(B)
			s.send(B, 0, "xy")
			s.who()
		}, "A a, B xy, A is the client surely"},
		{"SYN with data", func(s *sim) {
			seg := s.segment(A, link.SYN, 0, "abc")
			s.Segment(seg)
			s.syn(B)
			s.send(A, 0, "abcd")
		}, "A abc, A d"},
		{"SYN sent again", func(s *sim) {
			s.syn(A)
			s.syn(A)
			s.syn(B)
			s.syn(B)
			s.send(A, 0, "a")
		}, "A a"},
		{"both open at once", func(s *sim) {
			s.syn(A)
			s.Segment(s.segment(B, link.SYN, 0, ""))
			for _, x := range []Side{A, B} {
				seg := s.segment(x, link.SYN|link.ACK, 0, "")
				seg.Ack = s.isn[x.Other()] + 1
				s.Segment(seg)
			}
			s.send(B, 0, "x")
			s.send(A, 0, "a")
			s.who()
		}, "B x, A a, A is the client surely"},
		{"joined in the middle", func(s *sim) {
			s.send(B, 500, "x")
			s.send(A, 700, "a")
			s.send(B, 501, "y")
			s.who()
		}, "A gap -1 early, A x, B gap -1 early, B a, A y, A is the server maybe"},
		{"joined in the middle with a probe", func(s *sim) {
			s.send(A, 700, "a")
			s.ack(A, 701, 500)
			s.send(B, 499, "\x00")
			s.send(B, 500, "x")
		}, "A gap -1 early, A a, B gap -1 early, B x"},
		{"nothing but ACK, FIN and RST", func(s *sim) {
			s.ack(A, 0, 0)
			s.fin(B, 0)
			s.rst(A, 0)
			s.fin(A, 0)
			if s.Stats.Conns != 0 {
				s.log = append(s.log, "a connection")
			}
		}, ""},
		{"refused, and tried again with the same number", func(s *sim) {
			s.syn(A)
			seg := s.segment(B, link.RST|link.ACK, 0, "")
			seg.Seq, seg.Ack = 0, s.isn[A]+1
			s.Segment(seg)
			s.shake()
			s.send(A, 0, "a")
		}, "A a"},
		{"SYN cookies: a second SYN-ACK with another number", func(s *sim) {
			s.syn(A)
			s.syn(B)
			s.syn(A)
			s.isn[B] += 777777
			s.syn(B)
			s.ack(A, 0, 0)
			s.send(B, 0, "x")
		}, "B x"},
	})
}

// TestReuse shows when a 4-tuple is taken for a new connection's.
func TestReuse(t *testing.T) {
	other := func(s *sim) { s.isn[A] += 123456789; s.isn[B] += 987654321 }
	answer := func(s *sim, x Side, pos int, payload string, acked int) {
		seg := s.segment(x, link.ACK, pos, payload)
		seg.Ack = s.isn[x.Other()] + 1 + uint32(acked)
		s.Segment(seg)
	}
	play(t, []scene{
		{"after a close", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1)
			s.fin(B, 0)
			other(s)
			s.shake()
			s.send(A, 0, "b")
		}, "A a, A end fin, B end fin, 2A b"},
		{"after a close, with a number just above (RFC 9293 §3.6.1)", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1)
			s.fin(B, 0)
			s.isn[A] += 10
			s.isn[B] += 10
			s.shake()
			s.send(A, 0, "b")
		}, "A a, A end fin, B end fin, 2A b"},
		{"after a half-close", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1)
			other(s)
			s.shake()
			s.send(A, 0, "b")
		}, "A a, A end fin, B end reused, 2A b"},
		{"after a RST", func(s *sim) {
			s.send(A, 0, "a")
			s.rst(A, 1)
			other(s)
			s.shake()
			s.send(A, 0, "b")
		}, "A a, A end rst, B end rst, 2A b"},
		{"with no end seen: the SYN-ACK confirms it", func(s *sim) {
			s.send(A, 0, "a")
			other(s)
			s.syn(A)
			s.syn(B)
			s.send(A, 0, "b")
		}, "A a, A end reused, B end reused, 2A b"},
		{"with no end seen: its sender goes on", func(s *sim) {
			s.send(A, 0, "a")
			other(s)
			s.syn(A)
			s.send(A, 0, "b")
		}, "A a, A end reused, B end reused, 2A b"},
		{"with no end seen: its sender has gone on", func(s *sim) {
			s.send(A, 0, "a")
			other(s)
			s.syn(A)
			s.send(A, 1, "b")
			s.finish()
		}, "A a, A end reused, B end reused, 2A gap 1 lost, 2A b, 2A end captend, 2B end captend"},
		{"with no end seen: the peer has taken what came behind the SYN", func(s *sim) {
			s.send(A, 0, "a")
			other(s)
			s.syn(A)
			answer(s, B, 7, "x", 20)
			s.finish()
		}, "A a, A end reused, B end reused, 2B gap -1 early, 2A gap 20 lost, 2B x, 2A end captend, 2B end captend"},
		{"no SYN captured, behind both FINs", func(s *sim) {
			answer(s, A, 0, "a", 0)
			s.fin(A, 1)
			s.fin(B, 0)
			other(s)
			answer(s, A, 0, "b", 30)
		}, "A a, A end fin, B end fin, 2A gap -1 early, 2A b"},
		{"no SYN captured, behind the peer's FIN", func(s *sim) {
			answer(s, A, 0, "a", 0)
			s.fin(B, 0)
			other(s)
			answer(s, A, 0, "b", 30)
		}, "A a, B end fin, A end reused, 2A gap -1 early, 2A b"},
		{"behind a FIN a lost segment is no other connection", func(s *sim) {
			answer(s, A, 0, "a", 0)
			s.fin(A, 1)
			answer(s, B, 500, "x", 2)
			answer(s, B, 0, "y", 2)
			s.finish()
		}, "A a, A end fin, B y, B gap 499 lost, B x, B end captend"},
		{"only the SYN-ACK is captured", func(s *sim) {
			s.send(A, 0, "a")
			other(s)
			s.syn(B)
			s.send(A, 0, "b")
		}, "A a, A end reused, B end reused, 2A b"},
		{"a forged SYN changes nothing", func(s *sim) {
			s.send(A, 0, "a")
			seg := s.segment(A, link.SYN, 0, "")
			seg.Seq = s.isn[A] + 1<<30
			s.Segment(seg)
			s.ack(B, 0, 1)
			s.send(A, 1, "b")
		}, "A a, A b"},
		{"a forged SYN behind a FIN changes nothing while bytes of the peer are waited for", func(s *sim) {
			s.send(A, 2, "c")
			s.fin(B, 0)
			answer(s, A, 3, "", 1)
			seg := s.segment(B, link.SYN, 0, "")
			seg.Seq = s.isn[B] + 1<<30
			s.Segment(seg)
			s.send(A, 0, "ab")
		}, "B end fin, A ab, A c"},
		{"late segments of the one before, from its other tunnel", func(s *sim) {
			in := func(tunnel uint32, x Side, flags link.Flags, pos int, payload string, acked int) {
				seg := s.segment(x, flags|link.ACK, pos, payload)
				seg.Key.Tunnel, seg.Ack = tunnel, s.isn[x.Other()]+1+uint32(acked)
				s.Segment(seg)
			}
			in(7, A, 0, 0, "a", 0)
			in(0, A, link.FIN, 1, "", 0)
			in(7, B, link.FIN, 0, "", 2)
			other(s)
			s.syn(A)
			s.isn[A] -= 123456789
			s.isn[B] -= 987654321
			in(7, A, 0, 0, "a", 0)
		}, "A a, A end fin, B end fin"},
		{"the old SYN again is nothing new", func(s *sim) {
			s.send(A, 0, "a")
			s.syn(A)
			s.send(A, 1, "b")
		}, "A a, A b"},
		{"no SYN captured: sequence and ACK are far off", func(s *sim) {
			s.send(A, 0, "a")
			s.isn[A] += 1 << 31
			s.isn[B] += 1 << 31
			seg := s.segment(A, link.ACK, 300, "b")
			seg.Ack = s.isn[B] + 1
			s.Segment(seg)
		}, "A a, A end reused, B end reused, 2A gap -1 early, 2A b"},
		{"one segment far off is not believed", func(s *sim) {
			s.send(A, 0, "a")
			s.send(A, -1<<31, "junk")
			s.send(A, 1, "b")
		}, "A a, A b"},
		{"two in a row are", func(s *sim) {
			s.send(A, 0, "a")
			s.send(A, -1<<31, "junk")
			s.send(A, -1<<31+4, "more")
			s.send(A, -1<<31+8, "!")
		}, "A a, A gap -1 lost, A junk, A more, A !"},
	})
}
