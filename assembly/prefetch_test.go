package assembly

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"wscope/assembly/link"
)

// TestAheadChangesNothing sends conversations that begin, end and take up the 4-tuples of
// others within a group through two Assemblers, one of which looks ahead.
func TestAheadChangesNothing(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 5))
		one, two := newSim(), newSim()
		var segs []link.Segment
		for range 400 {
			one.port = 40000 + uint16(r.IntN(12))
			one.isn[A] = 1000 * (1 + uint32(r.IntN(3)))
			x := Side(r.IntN(2))
			flags := []link.Flags{link.SYN, link.SYN | link.ACK, link.FIN, link.RST, link.ACK, link.ACK, link.ACK}[r.IntN(7)]
			pos := r.IntN(4)
			s := one.segment(x, flags, pos, "abcdefgh"[:r.IntN(3)])
			if flags&link.ACK != 0 {
				s.Ack = one.isn[x.Other()] + 1 + uint32(r.IntN(4))
			}
			segs = append(segs, *s)
		}
		for i := range segs {
			one.Segment(&segs[i])
		}
		for from := 0; from < len(segs); {
			n := min(1+r.IntN(Group), len(segs)-from)
			part := make([]uint32, n)
			for i := range part {
				part[i] = uint32(from + i)
			}
			found := two.Prefetch(segs, part)
			for i, k := range part {
				two.Take(&segs[k], &found[i])
			}
			from += n
		}
		one.finish()
		two.finish()
		if !slices.Equal(one.log, two.log) || fmt.Sprint(one.Stats) != fmt.Sprint(two.Stats) {
			t.Fatalf("seed %d: one by one\n%s\nin groups\n%s", seed, one.said(), two.said())
		}
	}
}
