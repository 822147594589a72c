package quic

// spin follows the latency spin bit (RFC 9000 §17.4), which stands in the clear. It is a round
// trip where both ends take part; many do not, and some send chance values. So it is believed
// only while the two sides turn it in turns.
type spin struct {
	value  [2]bool
	begun  [2]bool
	turned [2]int64 // when the side turned its bit last
	last   int8     // who turned last: the side + 1; 0 is nobody
	turns  int64
	broken int64
	min    int64
}

// see takes the bit of a packet of a side.
func (s *spin) see(x Side, bit bool, now int64) {
	if !s.begun[x] {
		s.begun[x], s.value[x] = true, bit
		return
	}
	if s.value[x] == bit {
		return
	}
	s.value[x] = bit
	if s.last == int8(x)+1 {
		s.broken++ // it turned twice while the other did not
	} else {
		s.turns++
	}
	s.last = int8(x) + 1
	if before := s.turned[x]; before != 0 && now > before {
		if d := now - before; s.min == 0 || d < s.min {
			s.min = d
		}
	}
	s.turned[x] = now
}

// roundTrip is the smallest round trip seen; ok is false where the bit is not used.
func (s *spin) roundTrip() (rtt int64, ok bool) {
	return s.min, s.turns >= 8 && s.broken*16 <= s.turns && s.min > 0
}
