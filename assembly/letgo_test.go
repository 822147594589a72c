package assembly

import "testing"

// TestLetGo shows that what has ended goes first, then what was silent for longest, and
// that only connections that had not ended are counted.
func TestLetGo(t *testing.T) {
	s := newSim()
	for range 7 {
		s.port++
		s.send(A, 0, "a")
		s.send(B, 0, "b")
	}
	s.fin(A, 1)
	s.fin(B, 1)
	s.tick(second)
	first := s.lists[open].First()
	s.log = nil
	at := Mark{Index: 1000, Time: s.time}
	if n := s.LetGo(8, &at); n != 0 || s.conns.used != 6 {
		t.Errorf("%d let go, %d left; the one that has ended was to go alone", n, s.conns.used)
	}
	if n := s.LetGo(6, &at); n != 1 || s.conns.used != 5 || s.Stats.Open != 5 {
		t.Errorf("%d let go, %d left, %d open", n, s.conns.used, s.Stats.Open)
	}
	if !first.sides[A].ended {
		t.Error("not the one that was silent for longest")
	}
	if n := s.LetGo(1, &at); n != 5 || s.conns.used != 0 {
		t.Errorf("%d let go of all, %d left", n, s.conns.used)
	}
}
