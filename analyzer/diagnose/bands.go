package diagnose

import (
	"math"
	"slices"
)

// A band is a narrow range of values that holds most of those around it.
type band struct{ low, high float64 }

func (b band) has(v float64) bool { return v >= b.low && v <= b.high }

const (
	narrow = 0.05 // width of a band that few values may make, as a share of its lowest
	wide   = 0.15 // of one for many: time-outs that are looked at now and then
	many   = 5
	dense  = 0.7 // share of the values within a factor of 1.5 around a band that must be in it
)

// findBand finds the band that holds the most values, at least MinFlows of them, all of them least or more.
func findBand(values []float64, least float64) (band, bool) {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	b, n := densest(sorted, least, narrow)
	if w, k := densest(sorted, least, wide); k >= many && float64(k) > 1.1*float64(n) {
		b, n = w, k
	}
	if n < MinFlows || n < many && 2*n < len(values) {
		return band{}, false
	}
	around := 0
	for _, v := range sorted {
		if v >= b.low/1.5 && v <= b.high*1.5 {
			around++
		}
	}
	return b, float64(n) >= dense*float64(around) && byChance(n, len(sorted), (b.high-b.low)/sorted[len(sorted)-1]) < chance
}

const (
	chance     = 0.05  // how many such bands a group without a cause may have on average
	rareChance = 0.005 // the same for moments, of which a capture has many
)

// byChance is how many windows one may expect to hold k of n values that are spread evenly, each window this share of their range.
func byChance(k, n int, share float64) float64 {
	expected, p := math.Log(float64(n)*max(share, 1e-6)), math.Log(float64(n))
	for i := 1; i < k; i++ {
		p += expected - math.Log(float64(i)) // logarithms, for many values overflow
	}
	return math.Exp(p)
}

// densest is the band of a relative width that holds the most values; the lowest of several.
func densest(sorted []float64, least, width float64) (best band, most int) {
	j := 0
	for i, low := range sorted {
		j = max(j, i)
		for j < len(sorted) && sorted[j] <= low*(1+width)+0.01 {
			j++
		}
		if low >= least && j-i > most {
			best, most = band{low, sorted[j-1]}, j-i
		}
	}
	return best, most
}

// spread is the median absolute deviation from the median.
func spread(values []float64) float64 {
	m := median(values)
	d := make([]float64, len(values))
	for i, v := range values {
		d[i] = math.Abs(v - m)
	}
	return median(d)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Clone(values)
	slices.Sort(s)
	return s[len(s)/2]
}
