package rules

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// WriteGitHub gives the report as GitHub's workflow commands, which become annotations of
// a run and a pull request.
func (r *Report) WriteGitHub(w io.Writer) error {
	var b strings.Builder
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
	for _, result := range r.Results {
		command := map[string]string{"error": "error", "warning": "warning"}
		for i := range result.Breaches {
			breach := &result.Breaches[i]
			word := command[breach.Severity]
			if word == "" {
				word = "notice"
			}
			title := "title=" + property("wscope: "+clean(result.Rule))
			if file, line := r.stands(result, breach); line > 0 {
				title = fmt.Sprintf("file=%s,line=%d,%s", property(clean(file)), line, title)
			}
			fmt.Fprintf(&b, "::%s %s::%s\n", word, title, data(breach.Message+suffix(" [", breach.at(), "]")))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown gives the report as GitHub's step summaries and comments show it.
func (r *Report) WriteMarkdown(w io.Writer, failOn string) error {
	var b strings.Builder
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "`", "'", "*", `\*`, "_", `\_`, "[", `\[`, "@", "&#64;").Replace
	word := "passed"
	if r.Failed(failOn) {
		word = "failed"
	}
	fmt.Fprintf(&b, "### wscope check %s\n\n%s of %s.\n\n| rule | verdict | what |\n| --- | --- | --- |\n", word, r.counts(),
		cell(clean(strings.Join(r.Captures, ", "))))
	for _, result := range r.Results {
		if len(result.Breaches) == 0 {
			fmt.Fprintf(&b, "| %s | ok | |\n", cell(clean(result.Rule)))
		}
		for i := range result.Breaches {
			breach := &result.Breaches[i]
			fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(clean(result.Rule)), breach.Severity, cell(breach.Message+suffix(" (", breach.at(), ")")))
		}
		if more := result.Failed - int64(len(result.Breaches)); more > 0 {
			fmt.Fprintf(&b, "| %s | | and %d more |\n", cell(clean(result.Rule)), more)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// gitlabIssue is an entry of GitLab's code quality reports.
type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"` // info, minor, major, critical, blocker
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// WriteGitLab gives the report as a code quality report of GitLab.
func (r *Report) WriteGitLab(w io.Writer) error {
	issues := []gitlabIssue{}
	seen := map[string]int{}
	for _, result := range r.Results {
		for i := range result.Breaches {
			b := &result.Breaches[i]
			at := gitlabLocation{r.capture(b), gitlabLines{1}}
			if file, line := r.stands(result, b); line > 0 {
				at = gitlabLocation{filepath.ToSlash(filepath.Clean(file)), gitlabLines{line}}
			}
			print := fingerprint(result.Rule, b)
			seen[print]++ // GitLab shows one of those that are alike
			if n := seen[print]; n > 1 {
				print = fmt.Sprintf("%s-%d", print, n)
			}
			issues = append(issues, gitlabIssue{
				Description: result.Rule + ": " + b.Message + suffix(" [", b.at(), "]"), Check: clean(result.Rule), Fingerprint: print,
				Severity: map[string]string{"error": "major", "warning": "minor", "note": "info"}[b.Severity], Location: at,
			})
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(issues)
}
