package behaviour_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/behaviour"
	"wscope/assembly/capture"
)

// watch is the behaviour of the peers of a capture.
func watch(t testing.TB, path string) *behaviour.Behaviour {
	t.Helper()
	return watchLike(t, path, nil)
}

// watchLike reads a run that is to be compared with another.
func watchLike(t testing.TB, path string, like *behaviour.Behaviour) *behaviour.Behaviour {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	w := behaviour.NewWatcher()
	w.Like(like)
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true, Apps: apps.New}, w); err != nil {
		t.Fatal(err)
	}
	return w.Behaviour()
}

func shop(name, when string) string {
	return filepath.Join("..", "..", "testdata", "regressions", name+"."+when+".pcap.gz")
}

// regressions is what each worse version of the shop (testdata/regressions) must show, and
// nothing else.
var regressions = map[string][]string{
	"dropped-field":      {"field server price $.bid vanished"},
	"renamed-event":      {"message server filled changed"},
	"extra-round-trip":   {"message server challenge appeared"},
	"wrong-close-code":   {"close  changed"},
	"missing-pong":       {"pings  changed"},
	"slower-operation":   {"latency server price changed"},
	"compression-off":    {"extensions  changed"},
	"larger-payload":     {"size server receipt changed"},
	"out-of-order":       {"order server: filled < receipt changed"},
	"duplicate-message":  {"repeated server filled appeared"},
	"protocol-violation": {"finding length-not-minimal by server appeared"},
	"reconnect-loop":     {"reconnects  appeared"},
}

func TestEachRegressionIsNamedAndNothingElse(t *testing.T) {
	for name, want := range regressions {
		found := behaviour.Compare(watch(t, shop(name, "before")), watch(t, shop(name, "after")), nil)
		var got []string
		for _, d := range found {
			got = append(got, fmt.Sprintf("%s %s %s", d.Area, d.Subject, d.Change))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
			for _, d := range found {
				t.Log(d.Sentence())
			}
		}
	}
}

func TestNothingChangedGivesNoDifference(t *testing.T) {
	for i := 1; i <= 10; i++ {
		name := fmt.Sprintf("same-%d", i)
		for _, d := range behaviour.Compare(watch(t, shop(name, "before")), watch(t, shop(name, "after")), nil) {
			t.Errorf("%s: %s", name, d.Sentence())
		}
	}
}

func TestBaselineIsReadAsItWasWritten(t *testing.T) {
	b := watch(t, shop("same-1", "before"))
	text := b.Text()
	again, err := behaviour.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !bytes.Equal(again.Text(), text) {
		t.Errorf("written again it is\n%s\nnot\n%s", again.Text(), text)
	}
	if !behaviour.IsBaseline(text) {
		t.Error("it is not recognised")
	}
}
