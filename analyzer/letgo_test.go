package analyzer_test

import (
	"testing"

	"wscope/analyzer"
)

// TestLetGoFollowsGrowth has 16,000 connections begin within a sixteenth of a second, with
// memory always short: what is open stays within what a few batches bring, however little
// time passes.
func TestLetGoFollowsGrowth(t *testing.T) {
	const crowd = 16_000
	src := &talk{conns: crowd}
	most, last := 0, 0 // connections of a batch
	asked := 0
	sum, err := analyzer.Run(t.Context(), src, analyzer.Options{LetGo: func() bool {
		asked++
		begun := int(src.packets) / 4
		most, last = max(most, begun-last), begun
		return true
	}}, new(clock))
	if err != nil {
		t.Fatal(err)
	}
	if asked < crowd/most-1 {
		t.Errorf("asked %d times, for batches of %d connections", asked, most)
	}
	// Where an eighth goes before each batch, seven batches are left, and the last one; a
	// shard lets one go for less than eight.
	if open := crowd - int(sum.LetGo); open < most || open > 8*most {
		t.Errorf("%d of %d were not let go, %d begin in a batch", open, crowd, most)
	}
	if sum.Flows != crowd {
		t.Errorf("%d flows are told", sum.Flows)
	}
}
