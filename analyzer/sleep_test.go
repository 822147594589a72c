package analyzer_test

import (
	"path/filepath"
	"testing"

	"wscope/analyzer"
)

// TestFlowsThatSleepSayTheSame holds every capture to one outcome, whether its flows are
// put to sleep between any two segments or never.
func TestFlowsThatSleepSayTheSame(t *testing.T) {
	for _, opt := range []analyzer.Options{{}, {Frames: true, Payload: true}, {Updates: true, Events: true}} {
		for _, path := range journals(t) {
			capture := filepath.Join(filepath.Dir(path), readJournal(t, path).Capture)
			say := func(awake int) string {
				defer analyzer.KeepAwake(awake)()
				got, sum := analyze(t, capture, opt)
				return encode(t, got.flows) + encode(t, got.messages) + encode(t, sum)
			}
			if say(0) != say(1000) {
				t.Errorf("%s: flows that slept say something else (%+v)", capture, opt)
			}
		}
	}
}
