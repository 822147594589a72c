package stat

import "math"

// Spread sums up a distribution of numbers that are not negative (seconds, bytes) in
// bounded memory: exactly up to 32 values, within 1 % beyond. Number, smallest and largest are
// always exact. Values are told apart down to 1e-9; NaN and what is below 0 counts as 0,
// what is above 9e9 as 9e9. The zero value is empty.
type Spread struct{ s Sketch }

// Add adds a value.
func (p *Spread) Add(v float64) {
	if !(v > 0) {
		v = 0
	}
	p.s.Add(int64(math.Round(min(v, 9e9) * 1e9)))
}

// Merge adds all of another's values.
func (p *Spread) Merge(o *Spread) { p.s.Merge(&o.s) }

// Count is how many values were added.
func (p *Spread) Count() int64 { return p.s.Count() }

// Quantile is the value at or below which the share q of the values is: 0 gives the
// smallest, 1 the largest; 0 where there are none.
func (p *Spread) Quantile(q float64) float64 {
	switch {
	case q <= 0:
		return float64(p.s.min) / 1e9
	case q >= 1:
		return float64(p.s.max) / 1e9
	}
	return float64(p.s.Quantile(q)) / 1e9
}
