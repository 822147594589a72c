package rules

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/behaviour"
	"wscope/assembly/capture"
)

const shopFolder = "../../testdata/regressions"

// regressions are those of the shop; shop.yaml has a rule for each.
var regressions = []string{
	"dropped-field", "renamed-event", "extra-round-trip", "wrong-close-code", "missing-pong", "slower-operation", "compression-off",
	"larger-payload", "out-of-order", "duplicate-message", "protocol-violation", "reconnect-loop",
}

func shopSet(t testing.TB) *Set {
	t.Helper()
	set, err := LoadFile(filepath.Join(shopFolder, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func judge(t testing.TB, set *Set, path string) *Report {
	t.Helper()
	report, err := set.CheckCapture(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func broken(r *Report) (names []string) {
	for _, result := range r.Results {
		if len(result.Breaches) > 0 {
			names = append(names, result.Rule)
		}
	}
	return names
}

func TestEachRegressionBreaksItsRuleAndNoOther(t *testing.T) {
	set := shopSet(t)
	for _, name := range regressions {
		if got := broken(judge(t, set, filepath.Join(shopFolder, name+".before.pcap.gz"))); got != nil {
			t.Errorf("%s, before: %q are broken", name, got)
		}
		if got := broken(judge(t, set, filepath.Join(shopFolder, name+".after.pcap.gz"))); !slices.Equal(got, []string{name}) {
			t.Errorf("%s, after: %q are broken", name, got)
		}
	}
	for _, capture := range unchanged(t) {
		if got := broken(judge(t, set, capture)); got != nil {
			t.Errorf("%s: %q are broken", capture, got)
		}
	}
}

func unchanged(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(shopFolder, "same-*.pcap.gz"))
	if err != nil || len(paths) != 20 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	return paths
}

// watch is the behaviour of the peers of a capture.
func watch(t testing.TB, path string) *behaviour.Behaviour {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	w := behaviour.NewWatcher()
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true}, w); err != nil {
		t.Fatal(err)
	}
	return w.Behaviour()
}

// TestBaselineNamesTheRegression checks against the first unchanged recording: the baseline
// of one day, as a file, and a capture of another.
func TestBaselineNamesTheRegression(t *testing.T) {
	base, err := behaviour.Parse(watch(t, filepath.Join(shopFolder, "same-1.before.pcap.gz")).Text())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"dropped-field": {"baseline/field"}, "renamed-event": {"baseline/message"}, "extra-round-trip": {"baseline/message"},
		"wrong-close-code": {"baseline/close"}, "missing-pong": {"baseline/pings"}, "slower-operation": {"baseline/latency"},
		"compression-off": {"baseline/extensions"}, "larger-payload": {"baseline/size"}, "out-of-order": {"baseline/order"},
		"duplicate-message": {"baseline/repeated"}, "protocol-violation": {"baseline/finding"},
		"reconnect-loop": {"baseline/reconnects"},
	}
	for _, name := range regressions {
		r := &Report{}
		r.AddDifferences(behaviour.Compare(base, watch(t, filepath.Join(shopFolder, name+".after.pcap.gz")), nil), "base.json", nil)
		if got := broken(r); !slices.Equal(got, want[name]) {
			t.Errorf("%s: %q", name, got)
		}
		if !r.Failed("warning") {
			t.Errorf("%s passes", name)
		}
	}
	for _, path := range unchanged(t) {
		for _, d := range behaviour.Compare(base, watch(t, path), nil) {
			t.Errorf("%s: %s", path, d.Sentence())
		}
	}
}
