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
	exact   []int64       // all values, while there are few
	buckets []sketchCount // by bucket, ascending
	n       int64         // without latest.n

	// What each value touches stands last; a direction has more of the kind behind it.

	min, max int64
	latest   sketchCount // of the latest value's bucket, neither in buckets nor in n yet: most messages are like the one before
}

type sketchCount struct {
	bucket int32
	n      int64
}

const sketchExact = 32

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
	if s.latest.n > 0 && v >= s.min && v <= s.max && bucketOf(v) == s.latest.bucket {
		s.latest.n++
		return
	}
	s.settle()
	if s.n == 0 || v < s.min {
		s.min = v
	}
	if s.n == 0 || v > s.max {
		s.max = v
	}
	if s.buckets == nil {
		if len(s.exact) < sketchExact {
			s.exact = append(s.exact, v)
			s.n++
			return
		}
		s.spill()
	}
	s.latest = sketchCount{bucketOf(v), 1}
}

// settle puts what was counted of the latest bucket among the others.
func (s *Sketch) settle() {
	if n := s.latest.n; n > 0 {
		s.count(s.latest.bucket, n)
		s.n += n
		s.latest.n = 0
	}
}

// spill goes over from single values to buckets.
func (s *Sketch) spill() {
	s.buckets = make([]sketchCount, 0, 16)
	for _, v := range s.exact {
		s.count(bucketOf(v), 1)
	}
	s.exact = nil
}

func (s *Sketch) count(bucket int32, n int64) {
	i, found := slices.BinarySearchFunc(s.buckets, bucket, func(c sketchCount, b int32) int { return int(c.bucket - b) })
	if !found {
		s.buckets = slices.Insert(s.buckets, i, sketchCount{bucket: bucket})
	}
	s.buckets[i].n += n
}

// Merge adds another sketch's values.
func (s *Sketch) Merge(o *Sketch) {
	o.settle()
	if o.n == 0 {
		return
	}
	if o.buckets == nil {
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
	s.settle()
	s.n += o.n
	if s.buckets == nil {
		s.spill()
	}
	for _, c := range o.buckets {
		s.count(c.bucket, c.n)
	}
}

// Quantile returns the value below or at which the share q of the values is; 0 if there are none.
func (s *Sketch) Quantile(q float64) int64 {
	s.settle()
	if s.n == 0 {
		return 0
	}
	rank := int64(math.Ceil(q*float64(s.n))) - 1
	rank = min(max(rank, 0), s.n-1)
	if s.buckets == nil {
		sorted := slices.Clone(s.exact)
		slices.Sort(sorted)
		return sorted[rank]
	}
	for _, c := range s.buckets {
		if rank -= c.n; rank < 0 {
			return min(max(middle(c.bucket), s.min), s.max)
		}
	}
	return s.max
}

// Count returns the number of values.
func (s *Sketch) Count() int64 { return s.n + s.latest.n }

// Min returns the smallest value; 0 if there are none.
func (s *Sketch) Min() int64 { return s.min }

// Max returns the largest value; 0 if there are none.
func (s *Sketch) Max() int64 { return s.max }
