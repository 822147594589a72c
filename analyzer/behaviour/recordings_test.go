package behaviour_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wscope/analyzer/behaviour"
)

// TestRecordedPrograms holds the recordings of testdata/gate/kept against each other: between unchanged runs, on machines with and without
// time and through a slow relay, nothing is told but notes; each change is named, by what changes.json says of it, and nothing else.
func TestRecordedPrograms(t *testing.T) {
	programs, err := filepath.Glob(filepath.Join("..", "..", "testdata", "gate", "kept", "*", "changes.json"))
	if err != nil || len(programs) < 10 {
		t.Fatal(len(programs), "programs", err)
	}
	for _, file := range programs {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var changes map[string][2]any
			if err := json.Unmarshal(text, &changes); err != nil {
				t.Fatal(err)
			}
			same, _ := filepath.Glob(filepath.Join(dir, "none.*"))
			runs := map[string]*behaviour.Behaviour{}
			for _, path := range same {
				runs[path] = watch(t, path)
			}
			for a, old := range runs {
				for b := range runs {
					for _, d := range behaviour.Compare(old, watchLike(t, b, old), nil) {
						if d.Severity != "note" {
							t.Errorf("%s and %s: %s", filepath.Base(a), filepath.Base(b), d.Sentence())
						}
					}
				}
			}
			old := runs[filepath.Join(dir, "none.quiet-2.pcap.gz")]
			files, _ := filepath.Glob(filepath.Join(dir, "*.pcap.gz"))
			for _, path := range files {
				change, _, _ := strings.Cut(filepath.Base(path), ".")
				if change == "none" {
					continue
				}
				about := regexp.MustCompile("(?i)" + changes[change][1].(string))
				var told []string
				named := false
				for _, d := range behaviour.Compare(old, watchLike(t, path, old), nil) {
					if d.Severity != "note" {
						told = append(told, d.Sentence())
						named = named || slices.Contains(changes[change][0].([]any), any(d.Area)) && about.MatchString(d.Role+" "+d.Sentence())
					}
				}
				if !named || len(told) > 1 {
					t.Errorf("%s: %q", change, told)
				}
			}
		})
	}
}
