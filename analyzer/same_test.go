package analyzer_test

import (
	"path/filepath"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// TestAnyNumberOfWorkersGivesTheSame holds every capture to one outcome, whether one
// goroutine does all the work or several share it.
func TestAnyNumberOfWorkersGivesTheSame(t *testing.T) {
	for _, path := range analyzertest.Journals(t) {
		capture := filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
		var first string
		for _, workers := range []int{0, 1, 3} {
			got, sum := analyzertest.Analyze(t, capture, analyzer.Options{Workers: workers})
			text := analyzertest.Encode(t, got.Flows) + analyzertest.Encode(t, got.Messages) + analyzertest.Encode(t, sum)
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
	dir := analyzertest.Path("peers")
	want, _ := analyzertest.Analyze(t, filepath.Join(dir, "plain", "ws-ping.pcap"), analyzer.Options{})
	for _, name := range []string{"big-endian.pcap", "nanoseconds.pcap", "pcapng.pcapng", "pcapng-big-endian.pcapng"} {
		got, _ := analyzertest.Analyze(t, filepath.Join(dir, "derived", name), analyzer.Options{})
		if analyzertest.Encode(t, got.Flows)+analyzertest.Encode(t, got.Messages) != analyzertest.Encode(t, want.Flows)+analyzertest.Encode(t, want.Messages) {
			t.Errorf("%s gives other records than ws-ping.pcap", name)
		}
	}
}
