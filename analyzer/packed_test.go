package analyzer_test

import (
	"path/filepath"
	"testing"
	"wscope/analyzer/analyzertest"

	"wscope/analyzer"
)

// TestPackedFlowsGiveTheSame holds every capture to one outcome, whether its flows are packed between
// any two packets or never.
func TestPackedFlowsGiveTheSame(t *testing.T) {
	for _, opt := range []analyzer.Options{{}, {Frames: true, Payload: true}, {Updates: true, Events: true}} {
		for _, path := range analyzertest.Journals(t) {
			capture := filepath.Join(filepath.Dir(path), analyzertest.ReadJournal(t, path).Capture)
			flows, sum := analyzertest.Analyze(t, capture, opt)
			packed, packedSum := analyzertest.AnalyzeBy(t, analyzer.RunPacked, capture, opt)
			if analyzertest.Encode(t, flows.Flows)+analyzertest.Encode(t, flows.Messages)+analyzertest.Encode(t, sum) != analyzertest.Encode(t, packed.Flows)+analyzertest.Encode(t, packed.Messages)+analyzertest.Encode(t, packedSum) {
				t.Errorf("%s: packed flows give something else (%+v)", capture, opt)
			}
		}
	}
}
