package screen

import (
	"encoding/json"
	"regexp"
	"strings"

	"wscope/analyzer/filter"
	"wscope/analyzer/record"
)

// A wanted is what the user typed after /: words, or an expression over the names of flow.
type wanted struct {
	text  string
	words []string
	is    func(*record.Flow) bool // of an expression
	err   error                   // the expression is none, or none yet
	known map[int64]verdict
}

// verdict is what the expression said of a record.
type verdict struct {
	of    *byte // the record's first byte
	fits  bool
	stamp int // of the last look that asked for it
}

// operator is what a word in an address, a host or a path does not have, and an expression does.
var operator = regexp.MustCompile(`==|!=|[<>]|&&|\|\||\b(contains|matches|startsWith|endsWith|in)\b|\bflow\.`)

// newWanted reads what was typed.
func newWanted(text string) *wanted {
	w := &wanted{text: text}
	if !operator.MatchString(text) {
		w.words = strings.Fields(strings.ToLower(text))
		return w
	}
	f, err := filter.Compile(text, filter.Flows)
	if err != nil {
		w.err = err
		return w
	}
	w.is, w.known = f.Flow(), map[int64]verdict{}
	return w
}

// choose keeps the rows that are wanted. An expression that cannot be read keeps all: it may become one.
func (w *wanted) choose(rows []Row, stamp int) []Row {
	if w.text == "" || w.err != nil {
		return rows
	}
	kept := rows[:0]
	for i := range rows {
		if w.fits(&rows[i], stamp) {
			kept = append(kept, rows[i])
		}
	}
	for flow, v := range w.known {
		if v.stamp != stamp {
			delete(w.known, flow)
		}
	}
	return kept
}

func (w *wanted) fits(r *Row, stamp int) bool {
	if w.is == nil {
		return matches(r, w.words)
	}
	if len(r.Record) == 0 {
		return false
	}
	v, ok := w.known[r.Flow]
	if !ok || v.of != &r.Record[0] {
		var f record.Flow
		v = verdict{of: &r.Record[0], fits: json.Unmarshal(r.Record, &f) == nil && w.is(&f)}
	}
	v.stamp = stamp
	w.known[r.Flow] = v
	return v.fits
}

// matches reports whether a row has all words in what it shows; "!" is one with findings.
func matches(r *Row, words []string) bool {
	for _, w := range words {
		if w == "!" {
			if r.Found == 0 {
				return false
			}
			continue
		}
		found := false
		for _, s := range [...]string{r.Client, r.Server, r.Host, r.Path, r.State, r.Story} {
			found = found || strings.Contains(strings.ToLower(s), w)
		}
		for _, s := range r.Findings {
			found = found || strings.Contains(strings.ToLower(s), w)
		}
		if !found {
			return false
		}
	}
	return true
}
