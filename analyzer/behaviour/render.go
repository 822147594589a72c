package behaviour

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
	harmless "wscope/analyzer/clean"
)

// Formats are the ways in which Write can tell of differences.
var Formats = []string{"text", "json", "markdown", "html"}

// Write tells of the differences between two runs, named old and now.
func Write(w io.Writer, format, old, now string, found []Difference) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(struct {
			Old         string       `json:"old"`
			New         string       `json:"new"`
			Differs     bool         `json:"differs"`
			Differences []Difference `json:"differences"`
		}{old, now, Differ(found), append([]Difference{}, found...)})
	case "markdown":
		return writeMarkdown(w, old, now, found)
	case "html":
		return writeHTML(w, old, now, found)
	case "text":
		return writeText(w, found)
	}
	return fmt.Errorf("no format %q", format)
}

// Sentence says what differs, without the role.
func (d *Difference) Sentence() string {
	s := d.Area
	if d.Subject != "" {
		s += " " + d.Subject
	}
	from, pair, _ := strings.Cut(d.Subject, ": ")
	switch {
	case d.Area == "role" && d.Change == "appeared":
		s = "flows of this host and path appeared: there were none"
	case d.Area == "role":
		s = "flows of this host and path vanished: there are none any more"
	case d.Area == "order" && pair != "":
		first, then, _ := strings.Cut(d.New, " < ")
		s = "order changed: the " + from + "'s " + first + " now comes before its " + then
	case d.Area == "message" && d.Change == "changed":
		s = "message " + d.Old + " renamed: it is now " + d.New
	case d.Area == "repeated" && d.Change == "appeared":
		s += ": what was just sent is sent again"
	case d.Change == "changed":
		s += ": " + d.Old + " → " + d.New
	case d.New != "":
		s += " " + d.Change + ": " + d.New
	case d.Old != "":
		s += " " + d.Change + ": it was " + d.Old
	default:
		s += " " + d.Change
	}
	if d.Detail != "" {
		s += " (" + d.Detail + ")"
	}
	return harmless.Text(s)
}

var marks = map[string]string{"appeared": "+", "vanished": "-", "changed": "~"}

func writeText(w io.Writer, found []Difference) error {
	var b strings.Builder
	role := "\x00"
	for i := range found {
		d := &found[i]
		if d.Role != role {
			role = d.Role
			b.WriteString(harmless.Text(role) + "\n")
		}
		fmt.Fprintf(&b, "  %s %-7s  %s\n", marks[d.Change], d.Severity, d.Sentence())
		for _, s := range d.LedTo {
			fmt.Fprintf(&b, "               and so  %s\n", harmless.Text(s))
		}
	}
	if len(found) == 0 {
		b.WriteString("no difference\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdown(w io.Writer, old, now string, found []Difference) error {
	var b strings.Builder
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "`", "'", "*", `\*`, "_", `\_`, "[", `\[`, "@", "&#64;").Replace
	fmt.Fprintf(&b, "### WebSocket behaviour: %s → %s\n\n", cell(harmless.Text(old)), cell(harmless.Text(now)))
	if len(found) == 0 {
		b.WriteString("No difference.\n")
	} else {
		b.WriteString("| | where | what | severity |\n| --- | --- | --- | --- |\n")
	}
	for i := range found {
		d := &found[i]
		what := cell(d.Sentence())
		if len(d.LedTo) > 0 {
			what += "<br>and so " + cell(harmless.Text(strings.Join(d.LedTo, "; ")))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", marks[d.Change], cell(harmless.Text(d.Role)), what, d.Severity)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const htmlHead = `<!doctype html><html lang="en"><meta charset="utf-8"><title>WebSocket behaviour</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}table{border-collapse:collapse;width:100%}
h1{font-size:1.3em;overflow-wrap:anywhere}
td,th{text-align:left;padding:.3em .8em .3em 0;border-bottom:1px solid #8884;vertical-align:top}
.error{color:#c22}.warning{color:#b60}.note{color:#678}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>
`

func writeHTML(w io.Writer, old, now string, found []Difference) error {
	var b strings.Builder
	b.WriteString(htmlHead)
	fmt.Fprintf(&b, "<h1>%s → %s</h1>\n", html.EscapeString(harmless.Text(old)), html.EscapeString(harmless.Text(now)))
	if len(found) == 0 {
		b.WriteString("<p>No difference.</p>\n")
	} else {
		b.WriteString("<table><tr><th>where<th>change<th>what<th>severity\n")
	}
	for i := range found {
		d := &found[i]
		what := html.EscapeString(d.Sentence())
		for _, s := range d.LedTo {
			what += "<br><small>and so " + html.EscapeString(harmless.Text(s)) + "</small>"
		}
		fmt.Fprintf(&b, "<tr><td>%s<td>%s<td>%s<td class=%s>%s\n", html.EscapeString(harmless.Text(d.Role)), d.Change, what, severityClass(d.Severity), severityClass(d.Severity))
	}
	if len(found) > 0 {
		b.WriteString("</table>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// severityClass is a severity, which a baseline by another hand may not hold.
func severityClass(s string) string {
	if s == "error" || s == "warning" {
		return s
	}
	return "note"
}
