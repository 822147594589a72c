package behaviour

import (
	"math"
	"testing"

	"wscope/analyzer/record"
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
		return &Band{N: n, Min: least / 1e3, P25: p25 / 1e3, P50: p50 / 1e3, P75: p75 / 1e3, Max: p75 / 1e3}
	}
	for _, c := range []struct {
		name     string
		old, now *Band
		others   []float64
		first    bool
		want     bool
	}{
		{"60 ms in place of 2", band(24, 1.9, 2, 2.1, 2.5), band(24, 60, 61, 62, 63), []float64{0.001}, false, true},
		{"the same on a busy machine", band(24, 1.9, 2, 2.1, 2.5), band(24, 2, 14, 20, 38), []float64{0.001}, false, false},
		{"slower, as all else", band(30, 0.5, 0.6, 1, 1.9), band(30, 14, 15, 20, 39), []float64{0.05, 0.2, 0.4}, false, false},
		{"three answers, as slow as all else", band(3, 7, 7, 14, 15), band(3, 170, 174, 198, 200), []float64{0.02, 0.15}, false, false},
		{"three answers, slower by themselves", band(3, 2, 2, 2, 3), band(3, 60, 60, 61, 62), []float64{0.001, 0.002}, false, true},
		{"quicker", band(24, 60, 61, 62, 63), band(24, 1.9, 2, 2.1, 2.5), nil, false, true},
		{"8 ms more, which is five times as much", band(24, 1, 2, 2, 2), band(24, 10, 10, 10, 10), nil, false, true},
		{"2 ms more", band(24, 1, 2, 2, 2), band(24, 4, 4, 4, 4), nil, false, false},
		{"one answer, 28 ms more", band(1, 2, 2, 2, 2), band(1, 30, 30, 30, 30), nil, false, false},
		{"one answer, half a second in place of 10 ms", band(1, 10, 10, 10, 10), band(1, 500, 500, 500, 500), []float64{0.002}, false, true},
		{"and all that a flow asks", band(1, 10, 10, 10, 10), band(1, 500, 500, 500, 500), []float64{0.002}, true, true},
		{"one answer, as the others", band(1, 10, 10, 10, 10), band(1, 500, 500, 500, 500), []float64{0.2}, false, false},
		{"what programs begin with, on a busy machine", band(1, 97, 97, 97, 97), band(1, 500, 500, 500, 500), []float64{0.002}, true, false},
		{"one answer, quicker", band(1, 500, 500, 500, 500), band(1, 10, 10, 10, 10), nil, false, false},
	} {
		others := &bystander{}
		for _, moved := range c.others {
			now := band(8, 1e3*moved, 1e3*moved, 1e3*moved, 1e3*moved)
			others.answers, others.first, others.old, others.now = append(others.answers, opening), append(others.first, true), append(others.old, band(8, 0, 0, 0, 0)), append(others.now, now)
		}
		around := others.around("client a")
		if got := slower(c.old, c.now, around, c.first) || quicker(c.old, c.now, around); got != c.want {
			t.Errorf("%s: %v %s", c.name, got, numbers(c.old, c.now, milliseconds))
		}
	}
}

func TestSizes(t *testing.T) {
	band := func(n int64, least, p25, p50, p75, most float64) *Band {
		return &Band{N: n, Min: least, P25: p25, P50: p50, P75: p75, Max: most}
	}
	for _, c := range []struct {
		name     string
		old, now *Band
		want     bool
	}{
		{"a third more", band(9, 300, 300, 300, 300, 300), band(9, 400, 400, 400, 400, 400), true},
		{"lists of any length", band(21, 60, 303, 562, 572, 580), band(21, 90, 180, 291, 302, 400), false},
		{"some bytes", band(9, 30, 30, 30, 30, 30), band(9, 44, 44, 44, 44, 44), false},
		{"texts of any length, all of them longer", band(12, 70, 75, 83, 95, 110), band(12, 300, 320, 352, 900, 980), true},
		{"three lists of any length", band(3, 145, 145, 343, 500, 500), band(3, 300, 300, 420, 560, 560), false},
		{"three, all longer than any was", band(3, 145, 145, 222, 500, 500), band(3, 1100, 1100, 1280, 2900, 2900), true},
		{"one", band(1, 141, 141, 141, 141, 141), band(1, 2400, 2400, 2400, 2400, 2400), true},
		{"most of two sorts", band(8, 2, 2, 64, 64, 64), band(8, 2, 2, 4064, 4064, 4064), true},
		{"the longest of many", band(9, 20, 20, 30, 40, 50), band(9, 20, 20, 30, 40, 4000), true},
		{"much smaller", band(3, 1100, 1100, 1280, 2900, 2900), band(3, 145, 145, 222, 500, 500), true},
		{"of a baseline that has no largest", &Band{N: 9, Min: 30, P25: 40, P50: 50, P75: 60}, band(9, 30, 40, 50, 60, 90), false},
	} {
		if got := sizes(c.old, c.now); got != c.want {
			t.Errorf("%s: %v %s", c.name, got, numbers(c.old, c.now, bytesUnit))
		}
	}
}

// TestCounts tells how often a kind is sent from how long the timers ran.
func TestCounts(t *testing.T) {
	lasts := func(s float64) *Role { return &Role{Lasts: &Band{N: 3, Min: s, P25: s, P50: s, P75: s, Max: s}} }
	kind := func(from string, least, median, most int64) *Kind {
		return &Kind{From: from, Count: Counts{3 * median}, PerFlow: median, Least: least, Most: most}
	}
	for _, c := range []struct {
		name     string
		old, now *Kind
		a, b     *Role
		quiet    bool
		want     bool
	}{
		{"one more in each flow", kind("server", 1, 1, 1), kind("server", 2, 2, 2), lasts(1), lasts(1), false, true},
		{"a tick for each tenth of a longer second", kind("server", 9, 10, 10), kind("server", 19, 20, 21), lasts(1), lasts(2), false, false},
		{"ticks on a busy machine", kind("server", 11, 11, 11), kind("server", 5, 6, 7), lasts(0.4), lasts(0.4), false, false},
		{"twice the ticks, which a busy machine may make of them", kind("server", 10, 10, 10), kind("server", 20, 20, 20), lasts(1), lasts(1), false, false},
		{"twice the ticks, and nothing is busy", kind("server", 10, 10, 10), kind("server", 20, 20, 20), lasts(1), lasts(1), true, true},
		{"four times the ticks", kind("server", 10, 10, 10), kind("server", 40, 40, 40), lasts(1), lasts(1), false, true},
		{"twice the requests", kind("client", 8, 8, 8), kind("client", 16, 16, 16), lasts(1), lasts(1.1), false, true},
		{"within what flows had before", kind("client", 2, 8, 20), kind("client", 14, 15, 16), lasts(1), lasts(1), false, false},
	} {
		if got := moreOrLess(c.old, c.now, c.a, c.b, c.quiet); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestCrossingCloses leaves aside which of two Closes comes first that have nothing to do with each other.
func TestCrossingCloses(t *testing.T) {
	server, client := &Role{}, &Role{}
	normal := 1000
	flow := func(by record.Peer, code, reply *int) *record.Flow {
		return &record.Flow{Close: &record.Closing{By: by, How: record.HowHandshake, Code: code, ReplyCode: reply}}
	}
	server.addFlow(flow(record.Server, &normal, nil))
	client.addFlow(flow(record.Client, nil, &normal))
	for _, c := range [][2]*Role{{server, client}, {client, server}} {
		if vanished, appeared := closesApart(c[0], c[1]); len(vanished)+len(appeared) > 0 {
			t.Error(vanished, appeared)
		}
	}
	other := 1011
	server.addFlow(flow(record.Server, &other, &other))
	if _, appeared := closesApart(client, server); len(appeared) != 1 || appeared[0] != "1011 by server" {
		t.Error(appeared)
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
		vanished, appeared := closesApart(&Role{Closes: c.old}, &Role{Closes: c.now})
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
