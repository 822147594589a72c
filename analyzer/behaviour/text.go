package behaviour

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Text is the behaviour as a baseline: JSON in which a line is one thing that can change.
func (b *Behaviour) Text() []byte {
	w := &textWriter{}
	w.line(`{"wscope_baseline": ` + decimal(Version) + `, "runs": ` + decimal(int64(b.runs())) + `, "roles": [`)
	for i, r := range b.Roles {
		w.role(r, i == len(b.Roles)-1)
	}
	w.out.WriteString("]}\n")
	return w.out.Bytes()
}

type textWriter struct {
	out    bytes.Buffer
	indent int
}

func (w *textWriter) line(s string) {
	w.out.WriteString(strings.Repeat(" ", w.indent) + s + "\n")
}

func (w *textWriter) role(r *Role, last bool) {
	w.indent++
	defer func() { w.indent-- }()
	head := `{"role": ` + compact(r.Name) + `, "flows": ` + compact(r.Flows)
	if r.Open > 0 {
		head += `, "open": ` + decimal(r.Open)
	}
	if r.Reconnects.sum() > 0 {
		head += `, "reconnects": ` + compact(r.Reconnects)
	}
	if len(r.NamedBy) > 0 {
		head += `, "named_by": ` + compact(r.NamedBy)
	}
	names := []string{"transport", "requests", "handshakes", "subprotocols", "extensions", "pings", "closes", "findings"}
	for i, t := range r.tallies() {
		if len(*t.tally) > 0 {
			head += ",\n  " + compact(names[i]) + ": " + compact(*t.tally)
		}
	}
	for _, b := range []struct {
		name string
		band *Band
	}{{"lasts", r.Lasts}, {"answer", r.Answer}} {
		if b.band != nil {
			head += ",\n  " + compact(b.name) + ": " + compact(b.band)
		}
	}
	if r.Sealed != nil {
		head += ",\n  \"sealed\": " + compact(r.Sealed)
	}
	w.out.WriteString(" " + head)
	w.indent++
	if len(r.Messages) > 0 {
		w.out.WriteString(",\n  \"messages\": [\n")
		for i, k := range r.Messages {
			w.kind(k, i == len(r.Messages)-1)
		}
		w.out.WriteString("  ]")
	}
	if len(r.Order) > 0 {
		w.out.WriteString(",\n  \"order\": {\n")
		writeEntries(w, r.Order)
		w.out.WriteString("  }")
	}
	if len(r.AtOnce) > 0 {
		w.out.WriteString(",\n  \"at_once\": {\n")
		writeEntries(w, r.AtOnce)
		w.out.WriteString("  }")
	}
	if len(r.Sequences) > 0 {
		w.out.WriteString(",\n  \"sequences\": {\n")
		writeEntries(w, r.Sequences)
		w.out.WriteString("  }")
	}
	w.indent--
	w.out.WriteString("}" + comma(last) + "\n")
}

func (w *textWriter) kind(k *Kind, last bool) {
	w.indent++
	defer func() { w.indent-- }()
	head := *k
	head.Fields, head.Values, head.Lengths = nil, nil, nil
	text := compact(head)
	text = writePart(w, text, "fields", k.Fields)
	text = writePart(w, text, "lengths", k.Lengths)
	text = writePart(w, text, "values", k.Values)
	w.line(text + comma(last))
}

// writePart writes a map behind what an object has so far, and returns what is to be written then.
func writePart[V any](w *textWriter, text, name string, m map[string]V) string {
	if len(m) == 0 {
		return text
	}
	w.line(strings.TrimSuffix(text, "}") + `, "` + name + `": {`)
	writeEntries(w, m)
	return "}}"
}

// writeEntries writes a map, a line an entry.
func writeEntries[V any](w *textWriter, m map[string]V) {
	w.indent++
	defer func() { w.indent-- }()
	keys := slices.Sorted(maps.Keys(m))
	for i, key := range keys {
		w.line(compact(key) + ": " + compact(m[key]) + comma(i == len(keys)-1))
	}
}

func comma(last bool) string {
	if last {
		return ""
	}
	return ","
}

// compact is a value on one line, with spaces for readers.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("behaviour: " + err.Error()) // it holds only what JSON can say
	}
	return spaced(strings.TrimSpace(b.String()))
}

// spaced puts a space behind each comma and colon outside strings.
func spaced(s string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		b.WriteByte(c)
		switch {
		case inside && c == '\\':
			i++
			b.WriteByte(s[i])
		case c == '"':
			inside = !inside
		case !inside && (c == ',' || c == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}
