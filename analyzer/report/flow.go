package report

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"wscope/analyzer/record"
)

// FlowJSON is a flow's record as a line of JSON.
func FlowJSON(f *record.Flow) []byte { return encode(f) }

// SummaryJSON is the summary as a line of JSON.
func SummaryJSON(s *record.Summary) []byte { return encode(s) }

// encode is v as a line of JSON, control characters escaped as AppendString does.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("report: a record that is no JSON: " + err.Error()) // records hold only what JSON can say
	}
	return escapeCommands(escapeControls(b.Bytes()), 0)
}

// escapeControls escapes DEL, the control characters U+0080 to U+009F and what is invisible or changes the direction of
// text, which encoding/json leaves alone; in JSON they can only stand inside strings.
func escapeControls(b []byte) []byte {
	out := b
	from, changed := 0, false
	for i := 0; i < len(b); {
		if b[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0xa0 && deceptive(r) {
			if !changed {
				out, changed = nil, true
			}
			out = appendEscape(append(out, b[from:i]...), r)
			from = i + size
		}
		i += size
	}
	if !changed {
		return b
	}
	return append(out, b[from:]...)
}
