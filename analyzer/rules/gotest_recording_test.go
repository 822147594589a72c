package rules_test

import (
	"path/filepath"
	"slices"
	"testing"

	"wscope/analyzer/rules"
)

// tree is a test with subtests, that notes which fail.
type tree struct {
	recorder
	name           string
	passed, failed *[]string
}

func (r *tree) Run(name string, f func(*tree)) bool {
	sub := &tree{name: name, passed: r.passed, failed: r.failed}
	f(sub)
	if ok := sub.errors+sub.fatals == 0; !ok {
		*r.failed = append(*r.failed, name)
		return false
	}
	*r.passed = append(*r.passed, name)
	return true
}

// TestRecording writes a baseline, and holds captures to it: a subtest for each rule, and for each area of what differs.
func TestRecording(t *testing.T) {
	const folder = "../../testdata/regressions/"
	r := rules.Recording{Captures: []string{folder + "same-1.before.pcap.gz"}, Rules: folder + "shop.yaml", Baseline: filepath.Join(t.TempDir(), "base.json")}
	var none recorder
	if r.Check(&none); none.fatals != 1 {
		t.Errorf("without a baseline: %+v", none)
	}
	r.Update = true
	r.Check(t)
	r.Update = false
	r.Check(t)
	rules.CheckEach(t, r)
	r.Captures = []string{folder + "larger-payload.after.pcap.gz"}
	var passed, failed []string
	rules.CheckEach(&tree{passed: &passed, failed: &failed}, r)
	if !slices.Contains(failed, "baseline/size") && !slices.Contains(failed, "baseline/field") || len(passed) == 0 {
		t.Errorf("failed %q, passed %q", failed, passed)
	}
}
