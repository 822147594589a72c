package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/behaviour"
	harmless "wscope/analyzer/clean"
	"wscope/analyzer/record"
)

// maxBreaches is how many breaches of a rule are told; the rest is counted.
const maxBreaches = 50

// Report is the verdict on a capture.
type Report struct {
	Captures []string     `json:"captures"`
	Start    *record.Time `json:"start,omitempty"` // of the captures
	File     string       `json:"rules_file,omitempty"`
	Results  []*Result    `json:"results"`
}

// Result is what became of one rule.
type Result struct {
	Rule     string   `json:"rule"`
	Severity string   `json:"severity"`
	Doc      string   `json:"doc"`
	Line     int      `json:"line,omitempty"`     // in the rules file
	Baseline string   `json:"baseline,omitempty"` // the file that Breach.Line is in
	Judged   int64    `json:"judged"`             // records that the rule was about
	Failed   int64    `json:"failed"`             // breaches in all; Breaches has the first of them
	Breaches []Breach `json:"breaches,omitempty"`

	sealed bool // the rule is about TLS connections that could not be opened, too
}

// JudgedSealed reports whether a rule about TLS connections that could not be opened found any that it is about: where
// nothing could be read, such a verdict is one all the same.
func (r *Report) JudgedSealed() bool {
	return slices.ContainsFunc(r.Results, func(result *Result) bool { return result.sealed && result.Judged > 0 })
}

// Breach is one record that does not keep a rule, or one difference from the baseline.
type Breach struct {
	Message  string       `json:"message"`
	Severity string       `json:"severity"`
	Where    string       `json:"where,omitempty"` // the flow in the words of people
	Flow     int64        `json:"flow,omitempty"`
	Number   int64        `json:"message_number,omitempty"`
	Packet   int64        `json:"packet,omitempty"`
	File     string       `json:"file,omitempty"`
	Time     *record.Time `json:"time,omitempty"`
	Line     int          `json:"line,omitempty"` // in the baseline
}

// stands is the file and line that a breach is about, which reviewers can be shown: the rule's, or the baseline's; 0
// where there is none.
func (r *Report) stands(result *Result, b *Breach) (file string, line int) {
	switch {
	case r.File != "" && result.Line > 0:
		return r.File, result.Line
	case result.Baseline != "" && b.Line > 0:
		return result.Baseline, b.Line
	}
	return "", 0
}

// Failed says whether something is as bad as a severity, or worse.
func (r *Report) Failed(from string) bool {
	for _, result := range r.Results {
		for i := range result.Breaches {
			if rank(result.Breaches[i].Severity) <= rank(from) {
				return true
			}
		}
	}
	return false
}

// rank puts errors first.
func rank(severity string) int {
	for i, s := range severities {
		if s == severity {
			return i
		}
	}
	return len(severities)
}

// AddDifferences adds what differs from a baseline as results, one for each area that has any. lines are where they stand in
// the baseline's file; nil where it is a capture.
func (r *Report) AddDifferences(found []behaviour.Difference, baseline string, lines []int) {
	if len(found) == 0 {
		r.Results = append(r.Results, &Result{Rule: "baseline", Severity: "error", Doc: "the behaviour is that of " + baseline, Judged: 1})
	}
	byArea := map[string]*Result{}
	for i := range found {
		d := &found[i]
		result := byArea[d.Area]
		if result == nil {
			result = &Result{Rule: "baseline/" + d.Area, Severity: d.Severity, Doc: "the behaviour is that of " + baseline + ": " + d.Area, Baseline: baseline}
			byArea[d.Area] = result
			r.Results = append(r.Results, result)
		}
		if rank(d.Severity) < rank(result.Severity) {
			result.Severity = d.Severity
		}
		result.Judged++
		message := d.Sentence()
		if len(d.LedTo) > 0 {
			message += "; and so: " + strings.Join(d.LedTo, "; ")
		}
		b := Breach{Message: clean(message), Severity: d.Severity, Where: clean(d.Role), Packet: d.Packet}
		if i < len(lines) {
			b.Line = lines[i]
		}
		result.add(b)
	}
}

// AddEmpty makes the verdict that there was nothing to judge: the only one, for all rules are kept by what is not there.
func (r *Report) AddEmpty(why string) {
	result := &Result{Rule: "something-to-judge", Severity: "error", Doc: "the captures hold WebSockets that can be read", Judged: 1}
	result.add(Breach{Message: clean(why), Severity: "error"})
	r.Results = []*Result{result}
}

func (r *Result) add(b Breach) {
	r.Failed++
	if len(r.Breaches) < maxBreaches {
		r.Breaches = append(r.Breaches, b)
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// breachAt is a breach that a record shows.
func breachAt(message, severity string, v *view) Breach {
	b := Breach{Message: clean(message), Severity: severity}
	if f := v.Flow; f != nil {
		b.Flow, b.Packet, b.File, b.Where = f.Flow, f.Packet, f.File, flowName(f)
		at := f.Start
		b.Time = &at
	}
	if n := v.Finding; n != nil && n.Packet != 0 {
		b.Packet, b.File = n.Packet, n.File
		if b.File == "" && v.Flow != nil {
			b.File = v.Flow.File
		}
		at := n.Time
		b.Time = &at
	}
	if m := v.Message; m != nil {
		b.Flow, b.Number, b.Packet, b.File = m.Flow, m.Message, m.Packet, m.File
		at := m.Time
		b.Time = &at
	}
	return b
}

// flowName is a flow as people tell it from others.
func flowName(f *record.Flow) string {
	name := f.Server.IP + ":" + strconv.Itoa(int(f.Server.Port))
	if f.HTTP != nil {
		name = f.HTTP.Host + f.HTTP.Path
	}
	return clean(name)
}

// at is where a breach is, for a line of text; "" where it is about the whole capture.
func (b *Breach) at() string {
	var parts []string
	if b.Flow != 0 {
		parts = append(parts, "flow "+strconv.FormatInt(b.Flow, 10))
	}
	if b.Number != 0 {
		parts = append(parts, "message "+strconv.FormatInt(b.Number, 10))
	}
	if b.File != "" {
		parts = append(parts, clean(b.File))
	}
	if b.Packet != 0 {
		parts = append(parts, "packet "+strconv.FormatInt(b.Packet, 10))
	}
	if b.Where != "" {
		parts = append(parts, b.Where)
	}
	return strings.Join(parts, ", ")
}

// clean puts � in the place of what could drive a terminal or break a line, and cuts what is very long.
func clean(s string) string {
	s = harmless.Text(s)
	if runes := []rune(s); len(runes) > 400 {
		return string(runes[:400]) + "…"
	}
	return s
}

// show is a value in a message.
func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "none"
	case float64:
		return strconv.FormatFloat(x, 'g', 6, 64)
	case string:
		return x
	}
	return fmt.Sprint(v)
}
