package flow_test

import (
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"
)

// TestLossOnceToldWrong takes those packets away, counted from 0, without which something was
// once told that is not so.
func TestLossOnceToldWrong(t *testing.T) {
	for _, c := range []struct {
		why, capture string
		lost         []int
	}{
		{"a search finds a ping, and behind it the rest of a message", "lossy/all-deflate", []int{13, 19}},
		{"the request; the answer that is left agrees to no compression", "invalid/rsv1-not-negotiated", []int{3}},
		{"two KeyUpdates of the server", "openssl/key-update", []int{15, 27, 31, 32, 35, 47}},
		{"of a new connection's handshake there is the SYN, and an ACK behind its request", "derived/tuple-reused", []int{19, 23, 24, 25}},
		{"no SYN of a new connection; the server's FIN", "derived/tuple-reused", []int{19, 22, 23}},
		{"no SYN of a new connection; the client's FIN", "derived/tuple-reused", []int{20, 21, 22, 23}},
		{"no SYN and no FIN, behind both Closes", "derived/tuple-reused", []int{19, 20, 22, 23, 24, 25}},
		{"no SYN and no FIN, and the first handshake's answer lost", "derived/tuple-reused", []int{5, 19, 20, 21, 22, 23, 24}},
		{"the same, and the server's beginning", "derived/tuple-reused", []int{0, 1, 5, 6, 7, 14, 19, 20, 21, 22, 23, 28, 31, 32, 33, 37, 39, 40, 42, 48}},
	} {
		all, keys := analyzertest.Load(t, analyzertest.Path("peers", c.capture+".pcap"))
		truth := analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		for what, n := range analyzertest.Said(analyzertest.Run(t, all, keys, func(i int) bool { return !slices.Contains(c.lost, i) })) {
			if n > truth[what] {
				t.Errorf("%s: %s without %v: %s ×%d, want ×%d", c.why, c.capture, c.lost, what, n, truth[what])
			}
		}
	}
}

// TestLossInventsNothing takes packets away from all captures of testdata: no message may be
// told as complete that the whole capture does not have, and no peer may be blamed for more
// than in the whole capture.
func TestLossInventsNothing(t *testing.T) {
	// Here bytes come twice with other contents, or a peer breaks what it agreed to: without the
	// packets that tell, nobody can know.
	odd := []string{"derived/rewritten", "derived/overlap", "invalid/deflate-takeover-not-agreed", "invalid/rsv1-not-negotiated"}
	runs, complete := 0, 0
	seed := func(path string) uint64 { // of the recording alone, whichever there are besides
		h := fnv.New64a()
		h.Write([]byte(filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)))
		return h.Sum64()
	}
	for _, path := range analyzertest.Journals(t) {
		path = filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		if strings.HasSuffix(path, ".gz") || slices.ContainsFunc(odd, func(s string) bool { return strings.Contains(path, s) }) {
			continue
		}
		all, keys := analyzertest.Load(t, path)
		truth := analyzertest.Said(analyzertest.Run(t, all, keys, func(int) bool { return true }))
		for i, p := range []float64{0.01, 0.03, 0.08, 0.2} {
			r := rand.New(rand.NewPCG(seed(path), uint64(i)))
			lost := make([]bool, len(all))
			for i := range lost {
				lost[i] = r.Float64() < p
			}
			runs++
			for what, n := range analyzertest.Said(analyzertest.Run(t, all, keys, func(i int) bool { return !lost[i] })) {
				complete += n
				if n > truth[what] {
					t.Errorf("%s without %v of its packets: %s ×%d, want ×%d", path, p, what, n, truth[what])
				}
			}
		}
	}
	if runs < 500 || complete < 5000 {
		t.Errorf("only %d runs that gave %d messages and findings", runs, complete)
	}
}
