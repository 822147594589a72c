package analyzer_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"wscope/analyzer"
)

// TestAnyNumberOfWorkersGivesTheSame holds every capture to one outcome, whether one
// goroutine does all the work or several share it.
func TestAnyNumberOfWorkersGivesTheSame(t *testing.T) {
	for _, path := range journals(t) {
		capture := filepath.Join(filepath.Dir(path), readJournal(t, path).Capture)
		var first string
		for _, workers := range []int{0, 1, 3} {
			got, sum := analyze(t, capture, analyzer.Options{Workers: workers})
			text := encode(t, got.flows) + encode(t, got.messages) + encode(t, sum)
			if first == "" {
				first = text
			} else if text != first {
				t.Errorf("%s: %d workers give something else", capture, workers)
			}
		}
	}
}

// TestOneCaptureInAnyFormGivesTheSame holds the derived captures that hold the same
// packets in other file formats to the records of the original.
func TestOneCaptureInAnyFormGivesTheSame(t *testing.T) {
	dir := filepath.Join("..", "testdata", "peers")
	want, _ := analyze(t, filepath.Join(dir, "plain", "ws-ping.pcap"), analyzer.Options{})
	for _, name := range []string{"big-endian.pcap", "nanoseconds.pcap", "pcapng.pcapng", "pcapng-big-endian.pcapng"} {
		got, _ := analyze(t, filepath.Join(dir, "derived", name), analyzer.Options{})
		if encode(t, got.flows)+encode(t, got.messages) != encode(t, want.flows)+encode(t, want.messages) {
			t.Errorf("%s gives other records than ws-ping.pcap", name)
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
