package rules

import (
	"context"
	"strings"

	"wscope/analyzer"
	"wscope/analyzer/apps"
	"wscope/assembly/capture"
)

// T is what Check needs of a *testing.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check holds a capture (a file or a folder) against a rules file in a Go test: each
// breach of severity warning or error, or what the file's fail-on says, is an error of t.
// A capture that cannot be read whole, or a rules file that is wrong, ends the test. TLS is opened with
// the keys in the capture itself. It returns the report.
func Check(t T, capturePath, rulesFile string) *Report {
	t.Helper()
	set, err := LoadFile(rulesFile)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	report, err := set.CheckCapture(context.Background(), capturePath)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	failOn := set.FailOn
	if failOn == "" {
		failOn = DefaultFailOn
	}
	for _, result := range report.Results {
		for i := range result.Breaches {
			if b := &result.Breaches[i]; rank(b.Severity) <= rank(failOn) {
				t.Errorf("%s: %s: %s%s", rulesFile, result.Rule, b.Message, suffix(" [", b.at(), "]"))
			}
		}
	}
	return report
}

// DefaultFailOn is the severity from which a report is negative, unless one says otherwise.
const DefaultFailOn = "warning"

// CheckCapture holds captures against the rules, as wscope check does without flags. The error is about what could not
// be read.
func (s *Set) CheckCapture(ctx context.Context, paths ...string) (*Report, error) {
	src, err := capture.Open(paths, capture.Options{Context: ctx})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	c := s.Checker()
	opt := analyzer.Options{Apps: apps.New}
	opt.Want(c.Wants())
	sum, err := analyzer.Run(ctx, src, opt, c)
	if err != nil {
		return nil, err
	}
	report := c.Report(sum)
	if problems := src.Problems(); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, p := range problems {
			lines[i] = p.String()
		}
		return report, &UnreadError{lines}
	}
	return report, nil
}

// UnreadError says that captures could not be read whole.
type UnreadError struct{ Problems []string }

func (e *UnreadError) Error() string { return strings.Join(e.Problems, "; ") }
