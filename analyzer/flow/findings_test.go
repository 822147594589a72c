package flow_test

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"
	"wscope/analyzer/analyzertest"
	"wscope/analyzer/record"

	"wscope/analyzer"
)

// expected are the notes that some captures without a breach still deserve; logs name most of them as risk.
var expected = map[string]string{"http-in-frames": "protocol-inside", "stall": "delivery-stalled", "overlap": "tcp-overlap-conflict"}

// TestCleanCapturesHaveNoFindings holds every capture whose endpoints broke no rule to
// zero findings, and those that show one breach to telling it of the right side.
func TestCleanCapturesHaveNoFindings(t *testing.T) {
	for _, path := range analyzertest.Journals(t) {
		j := analyzertest.ReadJournal(t, path)
		name := strings.TrimSuffix(filepath.Base(path), ".log.json")
		t.Run(filepath.Base(filepath.Dir(path))+"/"+name, func(t *testing.T) {
			got, _ := analyzertest.Analyze(t, filepath.Join(filepath.Dir(path), j.Capture), analyzer.Options{})
			told, worth := false, cmp.Or(j.Risk, expected[name])
			seen := worth == ""
			for _, f := range got.Flows {
				for _, x := range f.Findings {
					seen = seen || x.Rule == worth
					if worth == x.Rule || x.Rule == "upgrade-refused" && f.Pickup == "rejected" {
						continue // worth a look, and no rule's breach
					}
					if j.Breaks == nil {
						t.Errorf("flow %d: %s %s from %s: %s", f.Flow, x.Severity, x.Rule, x.From, x.Detail)
						continue
					}
					if x.From != record.Peer(j.Breaks.By) && name != "invalid-accepted" && name != "version-426" { // where the other side broke a rule first
						t.Errorf("flow %d: %s of the %s (%s), but it was the %s", f.Flow, x.Rule, x.From, x.Detail, j.Breaks.By)
					}
					// The same sentence often stands in two sections; the document must be the same.
					told = told || x.RFC[:8] == j.Breaks.RFC[:8]
				}
			}
			if !seen {
				t.Errorf("%s is not told", worth)
			}
			if j.Breaks != nil && !told {
				t.Errorf("%s by %s is not told", j.Breaks.RFC, j.Breaks.By)
			}
		})
	}
}

// TestEachRuleHasACapture shows every rule there is by one of testdata's captures.
func TestEachRuleHasACapture(t *testing.T) {
	told := map[string]bool{}
	for _, depth := range []string{"*", "*/*", "*/*/*"} {
		paths, _ := filepath.Glob(analyzertest.Path(depth + ".pcap*"))
		for _, path := range paths {
			got, _ := analyzertest.Analyze(t, path, analyzer.Options{})
			for _, f := range got.Flows {
				for _, x := range f.Findings {
					told[x.Rule] = true
				}
			}
		}
	}
	for _, r := range analyzer.Rules() {
		if !told[r.ID] {
			t.Errorf("no capture in testdata shows %s: %s", r.ID, r.Sentence)
		}
	}
}
