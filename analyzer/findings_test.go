package analyzer_test

import (
	"path/filepath"
	"strings"
	"testing"

	"wscope/analyzer"
)

// expected are the notes that some captures without a breach still deserve.
var expected = map[string]string{"http-in-frames": "protocol-inside"}

// TestCleanCapturesHaveNoFindings holds every capture whose endpoints broke no rule to
// zero findings, and those that show one breach to telling it of the right side.
func TestCleanCapturesHaveNoFindings(t *testing.T) {
	for _, path := range journals(t) {
		j := readJournal(t, path)
		name := strings.TrimSuffix(filepath.Base(path), ".log.json")
		t.Run(filepath.Base(filepath.Dir(path))+"/"+name, func(t *testing.T) {
			got, _ := analyze(t, filepath.Join(filepath.Dir(path), j.Capture), analyzer.Options{})
			told := false
			for _, f := range got.flows {
				for _, x := range f.Findings {
					if expected[name] == x.Rule || x.Rule == "upgrade-refused" && f.Pickup == "rejected" {
						continue // worth a look, and no rule's breach
					}
					if j.Breaks == nil {
						t.Errorf("flow %d: %s %s from %s: %s", f.Flow, x.Severity, x.Rule, x.From, x.Detail)
						continue
					}
					if x.From != j.Breaks.By {
						t.Errorf("flow %d: %s of the %s (%s), but it was the %s", f.Flow, x.Rule, x.From, x.Detail, j.Breaks.By)
					}
					// The same sentence often stands in two sections; the document must be the same.
					told = told || x.RFC[:8] == j.Breaks.RFC[:8]
				}
			}
			if j.Breaks != nil && !told {
				t.Errorf("%s by %s is not told", j.Breaks.RFC, j.Breaks.By)
			}
		})
	}
}
