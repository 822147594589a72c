package behaviour

import (
	"math"
	"testing"
)

// TestChance holds shares of two runs against each other.
func TestChance(t *testing.T) {
	for _, c := range []struct {
		name       string
		a, n, b, m int64
		want       bool
	}{
		{"always and never, once", 1, 1, 0, 1, false},
		{"never and always", 0, 3, 3, 3, false},
		{"the same", 5, 10, 5, 10, true},
		{"an optional field that five do not have", 3, 6, 0, 5, true},
		{"a null in ten, seen and not seen", 0, 18, 4, 18, true},
		{"always, and then in most", 20, 20, 17, 20, true},
		{"always, and then in a third", 30, 30, 10, 30, false},
		{"one in five of many, and none of many", 40, 200, 0, 200, false},
		{"huge", 1 << 40, 1 << 41, 1 << 40, 1 << 41, true},
		{"nonsense", 5, 3, -2, 1, false},
	} {
		if got := byChance(c.a, c.n, c.b, c.m); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestFisher compares with the value that R gives: fisher.test(matrix(c(1,9,11,3),2), alternative="less"), 0.001380.
func TestFisher(t *testing.T) {
	if byChance(1, 10, 11, 14) != true {
		t.Error("0.00138 is more than one in a thousand")
	}
	if got := math.Exp(choose(10, 3)); math.Abs(got-120) > 1e-9 {
		t.Error(got)
	}
}

// TestLatencies tells operations that became slower from machines that did.
func TestLatencies(t *testing.T) {
	band := func(n int64, least, p25, p50, p75 float64) *Band {
		return &Band{n, least / 1e3, p25 / 1e3, p50 / 1e3, p75 / 1e3}
	}
	for _, c := range []struct {
		name     string
		old, now *Band
		others   []float64
		want     bool
	}{
		{"60 ms in place of 2", band(24, 1.9, 2, 2.1, 2.5), band(24, 60, 61, 62, 63), []float64{0.001}, true},
		{"the same on a busy machine", band(24, 1.9, 2, 2.1, 2.5), band(24, 2, 14, 20, 38), []float64{0.001}, false},
		{"slower, as all else", band(30, 0.5, 0.6, 1, 1.9), band(30, 14, 15, 20, 39), []float64{0.05, 0.2, 0.4}, false},
		{"three answers, as slow as all else", band(3, 7, 7, 14, 15), band(3, 170, 174, 198, 200), []float64{0.02, 0.15}, false},
		{"three answers, slower by themselves", band(3, 2, 2, 2, 3), band(3, 60, 60, 61, 62), []float64{0.001, 0.002}, true},
		{"quicker", band(24, 60, 61, 62, 63), band(24, 1.9, 2, 2.1, 2.5), nil, true},
		{"8 ms more", band(24, 1, 2, 2, 2), band(24, 10, 10, 10, 10), nil, false},
		{"one answer", band(1, 2, 2, 2, 2), band(1, 30, 30, 30, 30), nil, false},
	} {
		moved, numbers := latencyTolerance.shift(c.old, c.now, milliseconds)
		quick, slow := c.old, c.now
		if quick.P50 > slow.P50 {
			quick, slow = slow, quick
		}
		if got := moved && slowedDown(quick, slow, c.others); got != c.want {
			t.Errorf("%s: %v %s", c.name, got, numbers)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, now *Band
		want     bool
	}{
		{"a third more", &Band{9, 300, 300, 300, 300}, &Band{9, 400, 400, 400, 400}, true},
		{"lists of any length", &Band{21, 100, 303, 562, 572}, &Band{21, 90, 180, 291, 302}, false},
		{"some bytes", &Band{9, 30, 30, 30, 30}, &Band{9, 44, 44, 44, 44}, false},
	} {
		if got, numbers := sizeTolerance.shift(c.old, c.now, bytesUnit); got != c.want {
			t.Errorf("%s: %v %s", c.name, got, numbers)
		}
	}
}

// TestCounts tells how often a kind is sent from how long the timers ran.
func TestCounts(t *testing.T) {
	lasts := func(s float64) *Role { return &Role{Lasts: &Band{3, s, s, s, s}} }
	kind := func(from string, least, median, most int64) *Kind {
		return &Kind{From: from, Count: 3 * median, PerFlow: median, Least: least, Most: most}
	}
	for _, c := range []struct {
		name     string
		old, now *Kind
		a, b     *Role
		want     bool
	}{
		{"one more in each flow", kind("server", 1, 1, 1), kind("server", 2, 2, 2), lasts(1), lasts(1), true},
		{"a tick for each tenth of a longer second", kind("server", 9, 10, 10), kind("server", 19, 20, 21), lasts(1), lasts(2), false},
		{"ticks on a busy machine", kind("server", 11, 11, 11), kind("server", 5, 6, 7), lasts(0.4), lasts(0.4), false},
		{"four times the ticks", kind("server", 10, 10, 10), kind("server", 40, 40, 40), lasts(1), lasts(1), true},
		{"twice the requests", kind("client", 8, 8, 8), kind("client", 16, 16, 16), lasts(1), lasts(1.1), true},
		{"within what flows had before", kind("client", 2, 8, 20), kind("client", 14, 15, 16), lasts(1), lasts(1), false},
	} {
		if got := moreOrLess(c.old, c.now, c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestEndings tells another code from another end of the same.
func TestEndings(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, now Tally
		want     string
	}{
		{"another code", Tally{"1000 by server": 3}, Tally{"1011 by server": 3}, "-1000 by server+1011 by server"},
		{"both at once", Tally{"1000 by server": 3}, Tally{"1000 by both": 3}, ""},
		{"another side", Tally{"1000 by server": 3}, Tally{"1000 by client": 3}, "-1000 by server+1000 by client"},
		{"the process ended", Tally{"1000 by client": 3}, Tally{"1000, not answered, by client": 3}, ""},
		{"no code, and no Close", Tally{"empty Close by client": 3}, Tally{"fin by server": 3}, ""},
		{"no Close in place of a code", Tally{"1000 by client": 3}, Tally{"fin by client": 3}, "-1000 by client+fin by client"},
		{"reset as well", Tally{"1000 by server": 3}, Tally{"1000 by server": 3, "rst by server": 6}, "+rst by server"},
		{"reset in place of an empty Close", Tally{"empty Close by server": 3}, Tally{"rst by server": 3}, "+rst by server"},
	} {
		got := ""
		vanished, appeared := closesApart(c.old, c.now)
		for _, e := range vanished {
			got += "-" + e
		}
		for _, e := range appeared {
			got += "+" + e
		}
		if got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
