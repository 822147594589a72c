package stat

import (
	"math"
	"math/bits"
	"slices"
)

// Sketch sums up a distribution of non-negative integers in bounded memory: exactly up to
// sketchExact values, from then on in buckets that are at most 1/64 of their value wide, so that a quantile is off
// by at most 1 %. Smallest, largest and number are always exact.
type Sketch struct {
	exact []int64       // all values, while there are few
	pages []*sketchPage // then how many there are in each bucket, an octave a page; nil where it has none
	n     int64         // without those pending

	// What each value touches stands last; a direction has more of the kind behind it.

	min, max int64
	pending  [sketchPending]uint16 // buckets of the latest values, not counted in pages and n yet: so many are counted at once
	fill     uint16                // how many are pending
}

const sketchPending = 7

const sketchExact = 32

// sketchPage is how many values there are in the buckets of an octave; the first page has the values below 64.
type sketchPage [64]int64

// bucketOf gives values below 64 a bucket each, and each octave above 64 buckets.
func bucketOf(v int64) int32 {
	if v < 64 {
		return int32(max(v, 0))
	}
	octave := bits.Len64(uint64(v)) - 7
	return int32(octave)<<6 + int32(v>>octave)
}

// middle is the value that stands for a bucket.
func middle(bucket int32) int64 {
	if bucket < 128 {
		return int64(bucket)
	}
	octave := bucket>>6 - 1
	return int64(bucket-octave<<6)<<octave + 1<<octave>>1
}

// Add adds a value.
func (s *Sketch) Add(v int64) {
	if s.n == 0 || v < s.min {
		s.min = v
	}
	if s.n == 0 || v > s.max {
		s.max = v
	}
	if s.pages == nil {
		if len(s.exact) < sketchExact {
			if s.exact == nil {
				s.exact = make([]int64, 0, 4)
			}
			s.exact = append(s.exact, v)
			s.n++
			return
		}
		s.spill()
	}
	s.pending[s.fill] = uint16(bucketOf(v))
	if s.fill++; s.fill == sketchPending {
		s.flush()
	}
}

// flush counts the values that are pending.
func (s *Sketch) flush() {
	for _, bucket := range s.pending[:s.fill] {
		s.count(int32(bucket), 1)
	}
	s.n += int64(s.fill)
	s.fill = 0
}

// spill goes over from single values to buckets.
func (s *Sketch) spill() {
	s.pages = make([]*sketchPage, bucketOf(s.max)>>6+1)
	for _, v := range s.exact {
		s.count(bucketOf(v), 1)
	}
	s.exact = nil
}

func (s *Sketch) count(bucket int32, n int64) {
	page := int(bucket >> 6)
	if page >= len(s.pages) {
		s.pages = append(s.pages, make([]*sketchPage, page+1-len(s.pages))...)
	}
	p := s.pages[page]
	if p == nil {
		p = new(sketchPage)
		s.pages[page] = p
	}
	p[bucket&63] += n
}

// buckets calls do for each bucket that has values, the smallest first, until that returns false.
func (s *Sketch) buckets(do func(bucket int32, n int64) bool) {
	for page, p := range s.pages {
		if p == nil {
			continue
		}
		for i, n := range p {
			if n != 0 && !do(int32(page)<<6+int32(i), n) {
				return
			}
		}
	}
}

// Merge adds another sketch's values.
func (s *Sketch) Merge(o *Sketch) {
	o.flush()
	if o.n == 0 {
		return
	}
	if o.pages == nil {
		for _, v := range o.exact {
			s.Add(v)
		}
		return
	}
	if s.n == 0 || o.min < s.min {
		s.min = o.min
	}
	if s.n == 0 || o.max > s.max {
		s.max = o.max
	}
	s.flush()
	s.n += o.n
	if s.pages == nil {
		s.spill()
	}
	o.buckets(func(bucket int32, n int64) bool {
		s.count(bucket, n)
		return true
	})
}

// Quantile returns the value below or at which the share q of the values is; 0 if there are none.
func (s *Sketch) Quantile(q float64) int64 {
	s.flush()
	if s.n == 0 {
		return 0
	}
	rank := int64(math.Ceil(q*float64(s.n))) - 1
	rank = min(max(rank, 0), s.n-1)
	if s.pages == nil {
		slices.Sort(s.exact) // which are in no order that matters
		return s.exact[rank]
	}
	value := s.max
	s.buckets(func(bucket int32, n int64) bool {
		if rank -= n; rank < 0 {
			value = min(max(middle(bucket), s.min), s.max)
			return false
		}
		return true
	})
	return value
}

// Count returns the number of values.
func (s *Sketch) Count() int64 { return s.n + int64(s.fill) }

// Min returns the smallest value; 0 if there are none.
func (s *Sketch) Min() int64 { return s.min }

// Max returns the largest value; 0 if there are none.
func (s *Sketch) Max() int64 { return s.max }
