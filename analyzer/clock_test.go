package analyzer_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// TestClock holds when a capture's time goes on: at once in small steps, by a leap where three
// packets in a row bear it out, however many of them come at once.
func TestClock(t *testing.T) {
	const far, no, years = 10_000, -1, 1_700_000_000
	for _, c := range []struct {
		name  string
		times []int64 // seconds
		want  []int64 // the tick before each packet
	}{
		{"small steps", []int64{100, 100, 101, 102}, []int64{no, no, 100, 102}},
		{"a silence of an hour", []int64{100, 100, 100, 3700, 3700, 3701, 3702}, []int64{no, no, 100, no, no, 3700, 3702}},
		{"a packet each minute", []int64{100, 160, 220, 280, 340}, []int64{no, no, 160, no, 220}},
		{"one damaged", []int64{100, 100, 100, far, 100, 101, 102}, []int64{no, no, 100, no, no, 101, 102}},
		{"two damaged", []int64{100, 100, 100, far, far, 100, 101, 102}, []int64{no, no, 100, no, no, no, 101, 102}},
		{"one damaged behind a silence", []int64{100, 100, 100, 3700, far, 3701, 3701, 3702}, []int64{no, no, 100, no, no, 3700, 3701, 3702}},
		{"one damaged to the past", []int64{100, 100, 100, 0, 101, 102}, []int64{no, no, 100, no, 101, 102}},
		{"the first damaged", []int64{far, 100, 100, 101}, []int64{no, no, 100, 101}},
		{"the first damaged to the past", []int64{0, years, years, years + 1, years + 2}, []int64{no, no, years, years + 1, years + 2}},
		{"the last damaged", []int64{100, 100, 100, 101, far}, []int64{no, no, 100, 101, no}},
	} {
		for n := range len(c.times) {
			if got := analyzer.Ticks(c.times, n+1); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d packets at once: ticks %v, want %v", c.name, n+1, got, c.want)
			}
		}
	}
}

// TestAbsurdTimesEndNothing damages the time of a packet, or of two in a row into the future: what the capture
// says of the connections stays the same.
func TestAbsurdTimesEndNothing(t *testing.T) {
	runs := 0
	for n, path := range analyzertest.Journals(t) {
		path = filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		if strings.HasSuffix(path, ".gz") {
			continue
		}
		all, keys := analyzertest.Load(t, path)
		if len(all) < 2 {
			continue
		}
		want := heard(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		future := all[len(all)-1].Time + 7200e9
		r := rand.New(rand.NewPCG(uint64(n), 77))
		for k, at := range []int64{1<<63 - 1, future, all[0].Time - 7200e9, 0, future, 0} {
			i := 1 + r.IntN(len(all)-1) // that before the first were a silence of two hours
			if k > 3 {
				i = max(1, len(all)-1-r.IntN(4)) // where connections end
			}
			damaged := slices.Clone(all)
			damaged[i].Time = at
			if n%2 == 0 && i+1 < len(all) && at >= future {
				damaged[i+1].Time = at
			}
			got := heard(analyzertest.Run(t, damaged, keys, func(int) bool { return true }))
			for what := range want {
				got[what] -= want[what]
			}
			for what, n := range got {
				if n > 0 || n < 0 && !strings.HasPrefix(what, "finding") { // a time may be what told it
					t.Errorf("%s, packet %d of %d at %d: %s %+d times", path, i, len(all), at, what, n)
				}
			}
			runs++
		}
	}
	if runs < 500 {
		t.Errorf("only %d runs", runs)
	}
}

// heard counts messages and blame as said does, and how flows began and ended.
func heard(k *analyzertest.Records) map[string]int {
	n := analyzertest.Said(k)
	for _, f := range k.Flows {
		end := "still open"
		if f.Close != nil {
			end = string(f.Close.By) + " " + string(f.Close.How)
		}
		n[fmt.Sprintf("flow %d-%d: %s, %s", f.Client.Port, f.Server.Port, f.Pickup, end)]++
	}
	return n
}
