package behaviour_test

import (
	"bytes"
	"testing"

	"wscope/analyzer/behaviour"
)

// TestUpdateChangesWhatChanged counts the lines of a baseline that a review shows, and holds the run against it again.
func TestUpdateChangesWhatChanged(t *testing.T) {
	for regression, most := range map[string]int{
		"same-2": 0, "dropped-field": 3, "larger-payload": 2, "slower-operation": 1, "wrong-close-code": 1, "compression-off": 1, "missing-pong": 2,
	} {
		old, now := watch(t, shop("same-1", "before")), watch(t, shop("same-2", "after"))
		if regression != "same-2" {
			now = watch(t, shop(regression, "after"))
		}
		updated := behaviour.Update(old, now, nil)
		was := map[string]bool{}
		for line := range bytes.Lines(old.Text()) {
			was[string(line)] = true
		}
		var changed []string
		for line := range bytes.Lines(updated.Text()) {
			if !was[string(line)] {
				changed = append(changed, string(line))
			}
		}
		if len(changed) > most {
			t.Errorf("%s: %d lines, not %d: %q", regression, len(changed), most, changed)
		}
	}
	for regression := range regressions {
		now := watch(t, shop(regression, "after"))
		updated := behaviour.Update(watch(t, shop("same-1", "before")), now, nil)
		for _, d := range behaviour.Compare(updated, now, nil) {
			t.Errorf("%s: the baseline is up to date, and yet: %s", regression, d.Sentence())
		}
	}
}
