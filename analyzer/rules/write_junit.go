package rules

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements of JUnit's reports, as far as continuous integrations read them, with what Jenkins' and Ant's
// schemas want besides.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		ID         int             `xml:"id,attr"`
		Package    string          `xml:"package,attr"`
		Name       string          `xml:"name,attr"`
		Timestamp  string          `xml:"timestamp,attr"` // when the capture begins, in UTC
		Hostname   string          `xml:"hostname,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Output     string          `xml:"system-out"`
		Errs       string          `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"` // a rule takes none of its own
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *struct{}     `xml:"skipped,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit gives the report as JUnit XML: a test case a rule. What rules say whose breaches are below the
// severity that fails is in the suite's output; a rule that was about nothing is skipped.
func (r *Report) WriteJUnit(w io.Writer, failOn string) error {
	s := junitSuite{
		Package: "wscope", Name: orDash(strings.Join(r.Captures, ", ")), Timestamp: r.begins(), Hostname: "localhost", Tests: len(r.Results), Time: "0",
		Properties: []junitProperty{{"rules", r.File}, {"fail-on", failOn}},
	}
	for _, result := range r.Results {
		c := junitCase{Class: "wscope", Name: clean(result.Rule), Time: "0"}
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
			s.Output += result.Severity + ": " + c.Name + ": " + strings.Join(lines, "\n") + "\n"
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
	if err := e.Encode(junitSuites{Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// begins is when the capture begins, as JUnit's schemas write it.
func (r *Report) begins() string {
	if r.Start == nil {
		return time.Unix(0, 0).UTC().Format("2006-01-02T15:04:05")
	}
	return time.Unix(0, int64(*r.Start)).UTC().Format("2006-01-02T15:04:05")
}
