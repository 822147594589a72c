package record

import "wscope/analyzer/stat"

// Sketch sums up durations for a subprotocol, in bounded memory: quantiles are off by at
// most 1 %, number, smallest and largest are exact. The zero value is empty.
type Sketch struct{ s stat.Sketch }

// Add adds a duration; a negative one counts as 0.
func (s *Sketch) Add(d Seconds) { s.s.Add(max(int64(d), 0)) }

// Merge adds another sketch's durations.
func (s *Sketch) Merge(o *Sketch) { s.s.Merge(&o.s) }

// Count is how many durations were added.
func (s *Sketch) Count() int64 { return s.s.Count() }

// Quantile is the duration below or at which the share q of them is; 0 if there are none.
func (s *Sketch) Quantile(q float64) Seconds { return Seconds(s.s.Quantile(q)) }

// Min and Max are the extremes; 0 if there are none.
func (s *Sketch) Min() Seconds { return Seconds(s.s.Min()) }
func (s *Sketch) Max() Seconds { return Seconds(s.s.Max()) }

// NewQuantiles sums up a sketch; nil where it is empty.
func NewQuantiles(s *stat.Sketch) *Quantiles {
	if s == nil || s.Count() == 0 {
		return nil
	}
	return &Quantiles{
		Count: s.Count(), Min: float64(s.Min()), Max: float64(s.Max()),
		P50: float64(s.Quantile(0.5)), P90: float64(s.Quantile(0.9)), P99: float64(s.Quantile(0.99)),
	}
}
