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

// moved compares two distributions by their middle halves: these must lie apart, by the floor and the ratio, and
// the medians must be more than score standard errors from each other, the spread taken from the middle half of the
// values, on which neither a few extreme ones nor their distribution have a hold.
//
//	score = |p50 - p50'| / sqrt(e² + e'²),  e = 1.2533 · (p75 - p25)/1.349 / sqrt(n)
func (t tolerance) moved(old, now *Band) bool {
	if old == nil || now == nil || old.N == 0 || now.N == 0 {
		return false
	}
	floor, ratio := t.floor, t.ratio
	if min(old.N, now.N) < 3 { // the spread of one or two values says nothing
		floor, ratio = 4*floor, 4*ratio
	}
	apart := old.apart(now)
	return apart > floor && apart > ratio*min(old.P50, now.P50) && old.score(now) > t.score
}

// score is how many standard errors two medians lie apart.
func (b *Band) score(o *Band) float64 {
	if noise := math.Hypot(standardError(b), standardError(o)); noise > 0 {
		return math.Abs(o.P50-b.P50) / noise
	}
	return math.Inf(1)
}

// sizes says whether messages became larger or smaller: by their middle halves; or because all, or of some messages at
// least half, are twice as large as any of the other run; or because of many the largest is so beyond measure.
// No busy machine makes messages larger.
func sizes(old, now *Band) bool {
	if sizeTolerance.moved(old, now) && (min(old.N, now.N) >= 6 || old.most()-old.Min+now.most()-now.Min <= 16) {
		return true
	}
	if old == nil || now == nil || old.N == 0 || now.N == 0 {
		return false
	}
	small, large := old, now
	if small.most() > large.most() {
		small, large = large, small
	}
	least, n := small.most(), min(small.N, large.N)
	twice := func(v float64) bool { return v >= 2*least && v-least >= 4*sizeTolerance.floor }
	return twice(large.Min) || n >= 4 && (twice(large.P50) || large.most() > 5*least && large.most()-least > 512)
}

// numbers are those behind a shift of medians.
func numbers(old, now *Band, unit func(float64) string) string {
	change := ""
	switch {
	case old.P50 > 0 && now.P50 >= 3*old.P50:
		change = fmt.Sprintf("%.3g times as much, ", now.P50/old.P50)
	case old.P50 > 0:
		change = fmt.Sprintf("%+.0f %%, ", (now.P50/old.P50-1)*100)
	}
	if old.N == 1 && now.N == 1 {
		return change + "one in each run"
	}
	against := fmt.Sprintf("%.0f standard errors apart", old.score(now))
	if math.IsInf(old.score(now), 1) {
		against = "no noise in either"
	}
	return fmt.Sprintf("medians: %s%s; middle half %s to %s → %s to %s, most %s → %s, n %d → %d", change, against,
		unit(old.P25), unit(old.P75), unit(now.P25), unit(now.P75), unit(old.most()), unit(now.most()), old.N, now.N)
}

// apart is the distance between two middle halves; 0 where they touch.
func (b *Band) apart(o *Band) float64 { return max(o.P25-b.P75, b.P25-o.P75, 0) }

// standardError is that of a median.
func standardError(b *Band) float64 {
	return 1.2533 * (b.P75 - b.P25) / 1.349 / math.Sqrt(float64(b.N))
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
	return byChanceAt(a, n, b, m, 0.001)
}

// byChanceAt is the same at another level, and without that exception.
func byChanceAt(a, n, b, m int64, level float64) bool {
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
	return sum > level
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
