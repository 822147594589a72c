package flow_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"
)

// TestDisorderInventsNothing lets packets change places, as several queues of an interface do: with
// their times, so that these go back. No message may be told as complete that the capture
// in order does not have, and no peer blamed for more.
func TestDisorderInventsNothing(t *testing.T) {
	runs := 0
	for n, path := range analyzertest.Journals(t) {
		path = filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		if strings.HasSuffix(path, ".gz") || strings.Contains(path, "derived/rewritten") || strings.Contains(path, "derived/overlap") {
			continue // there the order says which of two copies counts
		}
		all, keys := analyzertest.Load(t, path)
		truth := analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		for round := range uint64(3) {
			r := rand.New(rand.NewPCG(uint64(n), round))
			mixed := slices.Clone(all)
			for range len(all) / 6 {
				i := r.IntN(len(all))
				j := min(i+1+r.IntN(3), len(all)-1)
				mixed[i], mixed[j] = mixed[j], mixed[i]
			}
			for i := range mixed {
				mixed[i].Index = int64(i)
			}
			for what, n := range analyzertest.Said(analyzertest.Run(t, mixed, keys, func(int) bool { return true })) {
				if n > truth[what] {
					t.Errorf("%s in disorder %d: %s ×%d, want ×%d", path, round, what, n, truth[what])
				}
			}
			runs++
		}
	}
	if runs < 500 {
		t.Errorf("only %d runs", runs)
	}
}

// TestWhoEndsFirstInDisorder has the server's FIN before the client's in the capture, though not
// by the clock.
func TestWhoEndsFirstInDisorder(t *testing.T) {
	all, keys := analyzertest.Load(t, analyzertest.Path("apps", "amqp", "v1.0.pcap"))
	truth := analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true }))
	all[57], all[59] = all[59], all[57]
	all[57].Index, all[59].Index = 57, 59
	for what, n := range analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true })) {
		if n > truth[what] {
			t.Errorf("%s ×%d, want ×%d", what, n, truth[what])
		}
	}
}

// TestCutsInventNothing cuts each packet of small captures to each length, as a snap length does.
func TestCutsInventNothing(t *testing.T) {
	for _, name := range []string{"invalid/version-8", "plain/ws-echo", "plain/ws-drop", "http2/h2c-goaway"} {
		all, keys := analyzertest.Load(t, analyzertest.Path("peers", name+".pcap"))
		truth := analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		for i := range all[:min(len(all), 12)] {
			whole := all[i].Data
			for n := 0; n < len(whole); n += 3 {
				all[i].Data = whole[:n]
				for what, m := range analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true })) {
					if m > truth[what] {
						t.Errorf("%s, packet %d cut to %d bytes: %s ×%d, want ×%d", name, i, n, what, m, truth[what])
					}
				}
			}
			all[i].Data = whole
		}
	}
}
