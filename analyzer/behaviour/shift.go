package behaviour

import (
	"fmt"
	"math"
)

// tolerance is how far a median must move to be told.
type tolerance struct {
	ratio float64 // of the old median
	floor float64 // in its unit
	score float64 // of its own noise
}

var (
	latencyTolerance = tolerance{ratio: 0.5, floor: 0.010, score: 4}
	sizeTolerance    = tolerance{ratio: 0.2, floor: 16, score: 4}
)

// shift compares two distributions by their middle halves: these must lie apart, by the floor and the ratio, and
// the medians must be more than score standard errors from each other, the spread taken from the middle half of the
// values, on which neither a few extreme ones nor their distribution have a hold. It tells numbers with the verdict.
//
//	score = |p50 - p50'| / sqrt(e² + e'²),  e = 1.2533 · (p75 - p25)/1.349 / sqrt(n)
func (t tolerance) shift(old, now *Band, unit func(float64) string) (moved bool, numbers string) {
	if old == nil || now == nil || old.N == 0 || now.N == 0 {
		return false, ""
	}
	floor, ratio := t.floor, t.ratio
	if min(old.N, now.N) < 3 { // the spread of one or two values says nothing
		floor, ratio = 4*floor, 4*ratio
	}
	apart := old.apart(now)
	score := math.Inf(1)
	if noise := math.Hypot(standardError(old), standardError(now)); noise > 0 {
		score = math.Abs(now.P50-old.P50) / noise
	}
	if !(apart > floor && apart > ratio*min(old.P50, now.P50) && score > t.score) {
		return false, ""
	}
	change := ""
	if old.P50 > 0 {
		change = fmt.Sprintf(", %+.0f %%", (now.P50/old.P50-1)*100)
	}
	against := fmt.Sprintf("%.1f standard errors apart", score)
	if math.IsInf(score, 1) {
		against = "no noise in either"
	}
	return true, fmt.Sprintf("median %s → %s%s (middle half %s–%s → %s–%s, n %d → %d, %s)", unit(old.P50), unit(now.P50), change,
		unit(old.P25), unit(old.P75), unit(now.P25), unit(now.P75), old.N, now.N, against)
}

// apart is the distance between two middle halves; 0 where they touch.
func (b *Band) apart(o *Band) float64 { return max(o.P25-b.P75, b.P25-o.P75, 0) }

// standardError is that of a median.
func standardError(b *Band) float64 {
	return 1.2533 * (b.P75 - b.P25) / 1.349 / math.Sqrt(float64(b.N))
}

// fewValues is the number below which the least of some values may have waited as well.
const fewValues = 8

// slowedDown says whether a change of latency is the operation's own, and not that of a machine that was busier
// in one of the runs. Of many answers some come when the machine is idle: the least of the slower run must be
// slower than the middle half of the other, and the change more than what happened to the middle one of the others.
// Of few, it must stand out of what happened to all others.
func slowedDown(quick, slow *Band, others []float64) bool {
	most, middle := 0.0, 0.0
	if n := len(others); n > 0 {
		most, middle = others[n-1], others[n/2]
	}
	moved := slow.P50 - quick.P50
	if min(quick.N, slow.N) < fewValues && moved < 2*most {
		return false
	}
	return slow.Min > quick.P75 && moved > middle
}

// counted says whether two counts differ by more than tests that run twice do: small ones
// at all, larger ones by a quarter.
func counted(old, now int64) bool {
	most := max(old, now)
	if most <= 3 {
		return old != now
	}
	return float64(max(old-now, now-old)) > max(2, float64(most)/4)
}

// byChance says whether a of n and b of m may well be two samples of one share: Fisher's exact test,
// one-sided, at one in a thousand, for there are many comparisons in one. What one run always shows and the other
// never is no chance, however few.
func byChance(a, n, b, m int64) bool {
	if a == n && b == 0 || a == 0 && b == m {
		return false
	}
	if float64(a)*float64(m) > float64(b)*float64(n) {
		a, n, b, m = b, m, a, n
	}
	// P(a or less of the first n), where a+b of n+m are marked.
	marked, all := a+b, n+m
	term := math.Exp(choose(marked, a) + choose(all-marked, n-a) - choose(all, n))
	sum := term
	for k := a; k > 0 && a-k < 1e5 && term > sum*1e-9; k-- {
		// from k to k-1 of the first
		term *= float64(k) * float64(all-marked-n+k) / (float64(marked-k+1) * float64(n-k+1))
		sum += term
	}
	return sum > 0.001
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int64) float64 {
	lg := func(v int64) float64 {
		g, _ := math.Lgamma(float64(v + 1))
		return g
	}
	return lg(n) - lg(k) - lg(n-k)
}

// fewFlows is the number of flows below which a capture is taken for a test's, where each
// flow counts.
const fewFlows = 20

func milliseconds(v float64) string { return fmt.Sprintf("%.3g ms", v*1e3) }
func bytesUnit(v float64) string    { return fmt.Sprintf("%.0f B", v) }

// worse is the severity of a number that grew, or not.
func worse(grew bool) string {
	if grew {
		return "warning"
	}
	return "note"
}
