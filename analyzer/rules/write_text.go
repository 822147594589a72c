package rules

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText tells of a report for people: a line a rule, and under it what breaks it.
func (r *Report) WriteText(w io.Writer, failOn string) error {
	var b strings.Builder
	for _, result := range r.Results {
		if len(result.Breaches) == 0 {
			fmt.Fprintf(&b, "ok    %s%s\n", clean(result.Rule), judged(result))
			continue
		}
		word := "FAIL "
		if rank(result.Severity) > rank(failOn) {
			word = "warn "
		}
		fmt.Fprintf(&b, "%s %s (%s, %d)\n", word, clean(result.Rule), result.Severity, result.Failed)
		for i := range result.Breaches {
			fmt.Fprintf(&b, "        %s%s\n", result.Breaches[i].Message, suffix(" [", result.Breaches[i].at(), "]"))
		}
		if more := result.Failed - int64(len(result.Breaches)); more > 0 {
			fmt.Fprintf(&b, "        and %d more\n", more)
		}
	}
	verdict := "passed"
	if r.Failed(failOn) {
		verdict = "failed"
	}
	fmt.Fprintf(&b, "%s: %s\n", verdict, r.counts())
	_, err := io.WriteString(w, b.String())
	return err
}

// judged warns of a rule that was about nothing.
func judged(r *Result) string {
	if r.Judged == 0 {
		return " (nothing in the capture is what it is about)"
	}
	return ""
}

func (r *Report) counts() string {
	bad := 0
	for _, result := range r.Results {
		if len(result.Breaches) > 0 {
			bad++
		}
	}
	return fmt.Sprintf("%d of %d rules are kept", len(r.Results)-bad, len(r.Results))
}

// suffix puts something behind a text, or nothing where it is empty.
func suffix(before, s, after string) string {
	if s == "" {
		return ""
	}
	return before + s + after
}

// WriteJSON gives the report as one document.
func (r *Report) WriteJSON(w io.Writer, failOn string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Passed bool   `json:"passed"`
		FailOn string `json:"fail_on"`
		*Report
	}{!r.Failed(failOn), failOn, r})
}

// WriteTAP gives the report in the Test Anything Protocol, version 13.
func (r *Report) WriteTAP(w io.Writer, failOn string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 13\n1..%d\n", len(r.Results))
	for i, result := range r.Results {
		word, directive := "ok", ""
		if len(result.Breaches) > 0 {
			word = "not ok"
			if rank(result.Severity) > rank(failOn) {
				directive = " # TODO below the severity that fails"
			}
		}
		fmt.Fprintf(&b, "%s %d - %s%s\n", word, i+1, strings.ReplaceAll(clean(result.Rule), "#", `\#`), directive)
		if len(result.Breaches) == 0 {
			continue
		}
		b.WriteString("  ---\n  severity: " + result.Severity + "\n  breaches: |\n")
		for j := range result.Breaches {
			line := strings.TrimSpace(result.Breaches[j].Message + suffix(" [", result.Breaches[j].at(), "]"))
			fmt.Fprintf(&b, "    %s\n", orDash(line))
		}
		b.WriteString("  ...\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
