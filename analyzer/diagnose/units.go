package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"wscope/analyzer/record"
)

func low(v []float64) float64  { return slices.Min(v) }
func high(v []float64) float64 { return slices.Max(v) }

func seconds(v float64) *record.Seconds {
	s := record.Seconds(math.Round(v * 1e9))
	return &s
}

// between is a range of seconds, or one value where it is one.
func between(v []float64) string {
	a, b := span(low(v)), span(high(v))
	if a == b {
		return a
	}
	number, unit := cutUnit(a)
	if _, other := cutUnit(b); unit == other {
		return number + " to " + b
	}
	return a + " to " + b
}

func cutUnit(s string) (number, unit string) {
	for i := range s {
		if s[i] == ' ' {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// span is a duration in seconds as people say it.
func span(s float64) string {
	switch {
	case s < 0.0995:
		return fmt.Sprintf("%.0f ms", s*1e3)
	case s < 120:
		return fmt.Sprintf("%.1f s", s)
	case s < 7200:
		return fmt.Sprintf("%.1f min", s/60)
	}
	return fmt.Sprintf("%.1f h", s/3600)
}

// nice is a limit as someone would have set it: the shortest measured time, which is at or just after it.
func nice(s float64) string {
	switch r := math.Round(s); {
	case math.Abs(s-r) <= 0.02*s+0.05 && r >= 1 && r <= 120:
		return strconv.Itoa(int(r)) + " s"
	case s >= 60 && s <= 7200 && math.Abs(s/60-math.Round(s/60)) < 0.02*s/60:
		return strconv.Itoa(int(math.Round(s/60))) + " min"
	}
	return span(s)
}

// byteRange is a range of sizes.
func byteRange(v []float64) string {
	a, b := size(low(v)), size(high(v))
	if a == b {
		return a
	}
	return a + " to " + b
}

func size(n float64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%.0f B", n)
	case n < 1e6:
		return fmt.Sprintf("%.3g kB", math.Round(n/10)/100)
	}
	return fmt.Sprintf("%.3g MB", n/1e6)
}

func plural(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}
