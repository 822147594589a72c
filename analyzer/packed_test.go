package analyzer_test

import (
	"path/filepath"
	"testing"

	"wscope/analyzer"
)

// TestPackedFlowsGiveTheSame holds every capture to one outcome, whether its flows are packed between
// any two packets or never.
func TestPackedFlowsGiveTheSame(t *testing.T) {
	for _, opt := range []analyzer.Options{{}, {Frames: true, Payload: true}, {Updates: true, Events: true}} {
		for _, path := range journals(t) {
			capture := filepath.Join(filepath.Dir(path), readJournal(t, path).Capture)
			flows, sum := analyze(t, capture, opt)
			packed, packedSum := analyzeBy(t, analyzer.RunPacked, capture, opt)
			if encode(t, flows.flows)+encode(t, flows.messages)+encode(t, sum) != encode(t, packed.flows)+encode(t, packed.messages)+encode(t, packedSum) {
				t.Errorf("%s: packed flows give something else (%+v)", capture, opt)
			}
		}
	}
}
