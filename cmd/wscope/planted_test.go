package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlantedCauses holds the summary to captures whose cause was planted (testdata/why): its first ten lines name cause, side and
// number, and nothing that is not so.
func TestPlantedCauses(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "why")
	b, err := os.ReadFile(filepath.Join(dir, "expect.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Capture      string
		Says, Denies []string
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		t.Run(x.Capture, func(t *testing.T) {
			status, out, errs := wscope("", "summary", filepath.Join(dir, x.Capture+".pcap.gz"))
			if status != 0 {
				t.Fatalf("%d %s", status, errs)
			}
			lines := strings.SplitN(out, "\n", 11)
			first := strings.Join(strings.Fields(strings.Join(lines[:min(len(lines), 10)], " ")), " ")
			_, first, _ = strings.Cut(first, "WHY THEY ENDED")
			first, _, _ = strings.Cut(first, "FLOW CLIENT")
			for _, want := range x.Says {
				if !strings.Contains(first, want) {
					t.Errorf("%q is not said: %s", want, first)
				}
			}
			for _, wrong := range x.Denies {
				if strings.Contains(first, wrong) {
					t.Errorf("%q is said: %s", wrong, first)
				}
			}
		})
	}
}
