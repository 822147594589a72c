package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// TestStats shows what is counted of a side, and when.
func TestStats(t *testing.T) {
	window := func(s *sim, x Side, pos, n int, w uint16) {
		seg := s.segment(x, link.ACK, pos, "")
		seg.Ack, seg.Window = s.isn[x.Other()]+1+uint32(n), w
		s.Segment(seg)
	}
	numbered := func(s *sim, x Side, pos int, payload string, id uint16) {
		seg := s.segment(x, link.PSH, pos, payload)
		seg.IPID = id
		s.Segment(seg)
	}
	tests := []struct {
		name string
		do   func(s *sim)
		side Side
		want func(got SideStats) bool
	}{
		{"packets and bytes", func(s *sim) {
			s.send(A, 0, "abc")
			s.ack(A, 3, 0)
		}, A, func(g SideStats) bool { return g.Packets == 4 && g.Bytes == 3 && g.SYN && !g.FIN && !g.RST }},
		{"an orderly stream has no trouble", func(s *sim) {
			s.send(A, 0, "abc")
			s.ack(B, 0, 3)
			s.send(A, 3, "d")
			s.ack(B, 0, 4)
		}, A, func(g SideStats) bool {
			return g.Retransmitted+g.Duplicates+g.OutOfOrder+g.KeepAlives+g.Conflicts+g.LostBytes+g.StallTime == 0
		}},
		{"sent again", func(s *sim) {
			s.send(A, 0, "abc")
			s.time += 250 * ms
			s.send(A, 0, "abc")
			s.send(A, 1, "b")
		}, A, func(g SideStats) bool { return g.Retransmitted == 2 && g.Duplicates == 0 && g.Bytes == 3 }},
		{"copies half a second late, of more segments than memory has", func(s *sim) {
			s.time += 500 * ms
			s.syn(A)
			var all []*link.Segment
			for i := range 100 {
				all = append(all, s.segment(A, link.PSH, 3*i, "abc"))
				s.Segment(all[i])
			}
			s.time += 400 * ms
			for _, seg := range all {
				seg.Mark = s.mark()
				s.time += ms
				s.Segment(seg)
			}
		}, A, func(g SideStats) bool { return g.Retransmitted == 0 && g.Duplicates == 101 }},
		{"what waits for bytes that only the capture lacks is not stalled", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(A, 6, "ghi")
			s.ack(B, 0, 9)
			s.time += 9000 * ms
			s.send(A, 9, "jkl")
		}, A, func(g SideStats) bool { return g.LostBytes == 3 && g.StallTime == 0 }},
		{"a SYN sent again", func(s *sim) {
			s.time += 1000 * ms
			s.syn(A)
		}, A, func(g SideStats) bool { return g.Retransmitted == 1 }},
		{"a SYN with data sent again counts once", func(s *sim) {
			s.isn[A]++
			s.port++
			s.Segment(s.segment(A, link.SYN, 0, "abc"))
			s.time += 1000 * ms
			s.Segment(s.segment(A, link.SYN, 0, "abc"))
		}, A, func(g SideStats) bool { return g.Retransmitted == 1 }},
		{"sent again with a little more is not a repetition", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(A, 0, "abcd")
		}, A, func(g SideStats) bool { return g.Retransmitted == 0 && g.Bytes == 4 }},
		{"the same packet captured twice", func(s *sim) {
			numbered(s, A, 0, "abc", 7)
			numbered(s, A, 3, "def", 8)
			numbered(s, A, 0, "abc", 7)
			numbered(s, A, 3, "def", 8)
			numbered(s, A, 3, "def", 9)
		}, A, func(g SideStats) bool { return g.Duplicates == 2 && g.Retransmitted == 1 }},
		{"captured twice before its turn", func(s *sim) {
			numbered(s, A, 3, "def", 8)
			numbered(s, A, 3, "def", 8)
		}, A, func(g SideStats) bool { return g.Duplicates == 1 && g.Retransmitted == 0 && g.OutOfOrder == 0 }},
		{"without identification the time tells a copy", func(s *sim) {
			numbered(s, A, 0, "abc", 0)
			numbered(s, A, 0, "abc", 0)
			s.time += 250 * ms
			numbered(s, A, 0, "abc", 0)
		}, A, func(g SideStats) bool { return g.Duplicates == 1 && g.Retransmitted == 1 }},
		{"a copy that comes late has an old time stamp", func(s *sim) {
			stamped := func(pos int, payload string, stamp uint32) {
				seg := s.segment(A, link.PSH, pos, payload)
				seg.Stamp = stamp
				s.Segment(seg)
			}
			for i := range 20 {
				stamped(3*i, "abc", uint32(100+i))
			}
			s.time += 500 * ms
			stamped(0, "abc", 100)
			stamped(3, "abc", 620)
		}, A, func(g SideStats) bool { return g.Duplicates == 1 && g.Retransmitted == 1 }},
		{"a copy that comes late has an old acknowledgement", func(s *sim) {
			for i := range 20 {
				s.send(A, 3*i, "abc")
				s.ack(B, 0, 3*i+3)
				s.send(B, i, "x")
			}
			s.time += 500 * ms
			seg := s.segment(B, link.ACK, 3, "x")
			seg.Ack = s.isn[A] + 1 + 12
			s.Segment(seg)
			seg = s.segment(B, link.ACK, 4, "x")
			seg.Ack = s.isn[A] + 1 + 60
			s.Segment(seg)
		}, B, func(g SideStats) bool { return g.Duplicates == 1 && g.Retransmitted == 1 }},
		{"sent again after a loss before the capture, and how long it stalled", func(s *sim) {
			s.send(A, 3, "def")
			s.send(A, 6, "g")
			s.time += 9 * ms
			s.send(A, 0, "abc")
		}, A, func(g SideStats) bool {
			return g.OutOfOrder == 0 && g.StallTime == 11*ms && g.LastStall[1]-g.LastStall[0] == 11*ms && g.Retransmitted == 1
		}},
		{"overtaken: sooner than anybody can have asked for it", func(s *sim) {
			s.send(A, 3, "def")
			s.send(A, 6, "g")
			s.time -= ms / 2
			s.send(A, 0, "abc")
		}, A, func(g SideStats) bool { return g.OutOfOrder == 1 && g.Retransmitted == 0 && g.StallTime == 3*ms/2 }},
		{"probes for life", func(s *sim) {
			s.send(A, 0, "abc")
			s.ack(B, 0, 3)
			s.ack(A, 2, 0)
			s.send(A, 2, "\x00")
			s.ack(A, 3, 0)
		}, A, func(g SideStats) bool { return g.KeepAlives == 2 && g.Retransmitted == 0 && g.Conflicts == 0 }},
		{"an unacknowledged last byte sent again is no probe", func(s *sim) {
			s.send(A, 0, "abc")
			s.send(A, 2, "c")
		}, A, func(g SideStats) bool { return g.KeepAlives == 0 && g.Retransmitted == 1 }},
		{"a window of zero", func(s *sim) {
			s.send(A, 0, "abc")
			window(s, B, 0, 3, 0)
			window(s, B, 0, 3, 0)
			s.time += 9 * ms
			window(s, B, 0, 3, 100)
			window(s, B, 0, 3, 0)
			window(s, B, 0, 3, 200)
		}, B, func(g SideStats) bool {
			return g.ZeroWindows == 2 && g.ZeroWindowTime == 12*ms && g.Window == 200
		}},
		{"bytes that differ from the first copy", func(s *sim) {
			s.send(A, 2, "cdef")
			s.send(A, 0, "abcXXfg")
		}, A, func(g SideStats) bool { return g.Conflicts == 2 && g.FirstConflict.Number == 5 && g.Bytes == 7 }},
		{"cut and lost bytes", func(s *sim) {
			seg := s.segment(A, link.PSH, 0, "abc")
			seg.Missing = 4
			s.Segment(seg)
			s.send(A, 10, "x")
			s.tick(1)
			s.finish()
		}, A, func(g SideStats) bool { return g.LostBytes == 7 && g.Bytes == 4 }},
		{"round trip", func(s *sim) {
			s.send(A, 0, "abc")
			s.time += 4 * ms
			s.ack(B, 0, 3)
			s.send(A, 3, "d")
			s.time += 2 * ms
			s.ack(B, 0, 4)
		}, A, func(g SideStats) bool { return g.RTTMin == 3*ms }},
		{"no round trip of what was sent again (RFC 6298 §3)", func(s *sim) {
			s.send(A, 0, "abc")
			s.time += 250 * ms
			s.send(A, 0, "abc")
			s.ack(B, 0, 3)
		}, A, func(g SideStats) bool { return g.RTTMin == -1 }},
		{"the handshake is no round trip of data", func(s *sim) {}, B, func(g SideStats) bool { return g.RTTMin == -1 }},
		{"FIN and RST, and where", func(s *sim) {
			s.fin(A, 0)
			s.rst(A, 1)
		}, A, func(g SideStats) bool { return g.FIN && g.FINAt.Number == 4 && g.RST && g.RSTAt.Number == 5 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSim()
			s.shake()
			c := s.lists[open].First()
			tt.do(s)
			if len(s.conn) > 0 {
				c = s.conn[0]
			}
			if got := c.Stats(tt.side); !tt.want(got) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestHandshakeTimes shows what the handshake tells of the way between the two.
func TestHandshakeTimes(t *testing.T) {
	s := newSim()
	s.syn(A)
	s.time += 4 * ms
	s.syn(B)
	s.time += 6 * ms
	s.ack(A, 0, 0)
	s.send(A, 0, "a")
	if c := s.conn[0]; c.SYNACK != 5*ms || c.HandACK != 7*ms {
		t.Errorf("%d and %d", c.SYNACK, c.HandACK)
	}
}

// TestWindowScale shows that a window counts in the units that both agreed on (RFC 7323 §2.2).
func TestWindowScale(t *testing.T) {
	for _, tt := range []struct {
		a, b int8
		want int64
	}{{7, 3, 1000 << 7}, {7, -1, 1000}, {-1, 7, 1000}, {15, 0, 1000 << 14}} {
		s := newSim()
		for _, x := range []Side{A, B} {
			seg := s.segment(x, []link.Flags{link.SYN, link.SYN | link.ACK}[x], 0, "")
			seg.Scale, seg.Ack = []int8{tt.a, tt.b}[x], s.isn[x.Other()]+1
			s.Segment(seg)
		}
		seg := s.segment(A, link.ACK, 0, "a")
		seg.Ack, seg.Window = s.isn[B]+1, 1000
		s.Segment(seg)
		if got := s.conn[0].Stats(A).Window; got != tt.want {
			t.Errorf("scales %d and %d: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
