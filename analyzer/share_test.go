package analyzer

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// TestShareDoesNotDependOnWorkers lets shards that want more or less of the room in each work run on any number of
// workers: what each is granted is what it is granted on one, and all together never keep more than there is.
func TestShareDoesNotDependOnWorkers(t *testing.T) {
	const works, most = 40, 10 << 20
	run := func(workers int, seed uint64) (granted [works][shards]int) {
		s := newShare(most)
		var all sync.WaitGroup
		for w := range workers {
			all.Add(1)
			go func() {
				defer all.Done()
				for work := range works {
					for p := w; p < shards; p += workers {
						r := rand.New(rand.NewPCG(seed, uint64(work*shards+p)))
						kept := r.IntN(ownRoom)
						if r.IntN(3) == 0 {
							granted[work][p] = s.room(p)
							kept = r.IntN(granted[work][p] + 1)
						}
						s.finished(p, kept)
					}
				}
			}()
		}
		all.Wait()
		return granted
	}
	for seed := range uint64(20) {
		want := run(1, seed)
		for _, workers := range []int{2, 3, 5, 16} {
			if got := run(workers, seed); got != want {
				t.Fatalf("seed %d, %d workers: other room than with one", seed, workers)
			}
		}
		for _, w := range want {
			for _, g := range w {
				if g > most+ownRoom {
					t.Fatalf("seed %d: %d bytes granted", seed, g)
				}
			}
		}
	}
}
