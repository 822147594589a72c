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

// shift compares two medians by a robust score: how many standard errors they are apart,
// the spread taken from the middle half of the values, on which neither a few extreme ones
// nor their distribution have a hold. It tells numbers with the verdict.
//
//	score = |p50 - p50'| / sqrt(e² + e'²),  e = 1.2533 · (p75 - p25)/1.349 / sqrt(n)
func (t tolerance) shift(old, now *Band, unit func(float64) string) (moved bool, numbers string) {
	if old == nil || now == nil || old.N == 0 || now.N == 0 {
		return false, ""
	}
	apart := math.Abs(now.P50 - old.P50)
	few := min(old.N, now.N) < 3
	floor, ratio := t.floor, t.ratio
	if few { // the spread of one or two values says nothing
		floor, ratio = 4*floor, 4*ratio
	}
	noise := math.Hypot(standardError(old), standardError(now))
	score := math.Inf(1)
	if noise > 0 {
		score = apart / noise
	}
	moved = apart > floor && apart > ratio*old.P50 && score > t.score
	if !moved {
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

// byChance says whether something that a share of cases shows may well be absent from n
// cases. Of few cases, and of what all show, chance is no excuse.
func byChance(share float64, n int64) bool {
	if share >= 1 {
		return false
	}
	return math.Pow(1-share, float64(n)) > 0.05
}

// fewFlows is the number of flows below which a capture is taken for a test's, where each
// flow counts.
const fewFlows = 20

func milliseconds(v float64) string { return fmt.Sprintf("%.3g ms", v*1e3) }
func bytesUnit(v float64) string    { return fmt.Sprintf("%.0f B", v) }
