package rules

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/analyzer/behaviour"
	"wscope/assembly/capture"
)

// Recording is what a Go test recorded, and what it is held to.
type Recording struct {
	Captures []string // files or folders; each file is a run for the baseline
	Rules    string   // the rules file; "" is none
	Baseline string   // the baseline's file; "" is none
	// Update writes the baseline, what the rules ignore left as it is, and compares nothing: a test sets it by a flag of its own.
	Update bool
}

// Subtests is what CheckEach needs of a *testing.T.
type Subtests[S T] interface {
	T
	Run(name string, f func(S)) bool
}

// Check is Check with a baseline: what differs from it is an error of t as well.
func (r Recording) Check(t T) *Report {
	t.Helper()
	report, failOn := r.report(t)
	if report == nil {
		return nil
	}
	for _, result := range report.Results {
		r.tell(t, result, failOn)
	}
	return report
}

// CheckEach has a subtest for each rule, and for each area of what differs from the baseline.
func CheckEach[S Subtests[S]](t S, r Recording) {
	t.Helper()
	report, failOn := r.report(t)
	if report == nil {
		return
	}
	for _, result := range report.Results {
		t.Run(result.Rule, func(t S) {
			t.Helper()
			r.tell(t, result, failOn)
		})
	}
}

func (r Recording) tell(t T, result *Result, failOn string) {
	t.Helper()
	for i := range result.Breaches {
		if b := &result.Breaches[i]; rank(b.Severity) <= rank(failOn) {
			t.Errorf("%s: %s%s", result.Rule, b.Message, suffix(" [", b.at(), "]"))
		}
	}
}

// report holds the captures against the rules and the baseline; nil where that ended the test.
func (r Recording) report(t T) (*Report, string) {
	t.Helper()
	set := &Set{}
	var err error
	if r.Rules != "" {
		if set, err = LoadFile(r.Rules); err != nil {
			t.Fatalf("%v", err)
			return nil, ""
		}
	}
	report, err := set.CheckCapture(context.Background(), r.Captures...)
	if err == nil && r.Baseline != "" {
		err = r.compare(report, set)
	}
	if err != nil {
		t.Fatalf("%v", err)
		return nil, ""
	}
	if set.FailOn == "" {
		return report, DefaultFailOn
	}
	return report, set.FailOn
}

// compare adds to the report what differs from the baseline, or writes it.
func (r Recording) compare(report *Report, set *Set) error {
	var old *behaviour.Behaviour
	text, err := os.ReadFile(r.Baseline)
	switch {
	case err == nil:
		if old, err = behaviour.Parse(text); err != nil {
			return fmt.Errorf("%s: %w", r.Baseline, err)
		}
	case !r.Update || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	now, err := set.behaviour(r.Captures, old)
	switch {
	case err != nil:
		return err
	case now.Empty():
		return errors.New("nothing to compare: no WebSocket could be read")
	case !r.Update:
		found := behaviour.Compare(old, now, set.Ignore)
		report.AddDifferences(found, r.Baseline, behaviour.Lines(text, found))
		return nil
	case old != nil:
		now = behaviour.Update(old, now, set.Ignore)
	}
	return os.WriteFile(r.Baseline, now.Text(), 0o666)
}

// behaviour is that in captures, each file of them a run.
func (s *Set) behaviour(paths []string, like *behaviour.Behaviour) (*behaviour.Behaviour, error) {
	all, err := capture.Open(paths, capture.Options{NoLookahead: true})
	if err != nil {
		return nil, err
	}
	files := append([]string(nil), all.Files()...)
	all.Close()
	var runs []*behaviour.Behaviour
	for _, file := range files {
		src, err := capture.Open([]string{file}, capture.Options{})
		if err != nil {
			return nil, err
		}
		w := behaviour.NewWatcher()
		w.Like(like)
		w.Named(s.Names)
		w.KindBy(s.KindOf())
		_, err = analyzer.Run(context.Background(), src, analyzer.Options{Messages: true, Payload: true, Apps: apps.New}, w)
		src.Close()
		if err != nil {
			return nil, err
		}
		runs = append(runs, w.Behaviour())
	}
	return behaviour.Join(runs...), nil
}
