package rules

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of JUnit's reports, as far as continuous integrations read them.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *struct{}     `xml:"skipped,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit gives the report as JUnit XML: a test case a rule. A rule whose breaches
// are below the severity that fails is told in its output; one that was about nothing is skipped.
func (r *Report) WriteJUnit(w io.Writer, failOn string) error {
	s := junitSuite{Name: strings.Join(r.Captures, ", "), Tests: len(r.Results)}
	for _, result := range r.Results {
		c := junitCase{Class: "wscope", Name: clean(result.Rule)}
		var lines []string
		for i := range result.Breaches {
			lines = append(lines, result.Breaches[i].Message+suffix(" [", result.Breaches[i].at(), "]"))
		}
		if more := result.Failed - int64(len(lines)); more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more", more))
		}
		switch {
		case len(lines) > 0 && rank(result.Severity) <= rank(failOn):
			c.Failure = &junitFailure{Message: lines[0], Type: result.Severity, Text: strings.Join(lines, "\n")}
			s.Failures++
		case len(lines) > 0:
			c.Output = result.Severity + ": " + strings.Join(lines, "\n")
		case result.Judged == 0:
			c.Skipped = &struct{}{}
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(junitSuites{Name: "wscope", Tests: s.Tests, Failures: s.Failures, Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
