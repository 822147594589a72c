package record

import (
	"wscope/analyzer/stat"

	"math/rand/v2"
	"testing"
)

// TestEveryValueIsCounted adds values of all sorts of repetition: number, and the sum of a merge, are exact at any moment.
func TestEveryValueIsCounted(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var a, b Sketch
		var p stat.Spread
		n, width := r.IntN(400), 1+r.Int64N(1<<r.IntN(40))
		for i := range n {
			v := r.Int64N(width)
			a.Add(Seconds(v))
			p.Add(float64(v) / 1e9)
			if a.Count() != int64(i+1) || p.Count() != int64(i+1) {
				t.Fatalf("%d values of up to %d are counted as %d and %d", i+1, width, a.Count(), p.Count())
			}
		}
		m := r.IntN(100)
		for range m {
			b.Add(Seconds(r.Int64N(width)))
		}
		if b.Merge(&a); b.Count() != int64(n+m) {
			t.Fatalf("%d and %d values are merged to %d", n, m, b.Count())
		}
	}
}
