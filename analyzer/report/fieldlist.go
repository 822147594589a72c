package report

import (
	"io"
	"strings"
)

// WriteFields writes a list of names in one of the formats table, json, ndjson, csv.
func WriteFields(w io.Writer, s *Screen, list []Field, format string) error {
	if format == "table" {
		return s.writeFields(w, list)
	}
	var b []byte
	if format == "csv" {
		b = append(b, "name,type,unit,absent,meaning\r\n"...)
	}
	if format == "json" {
		b = append(b, '[')
	}
	for i, f := range list {
		absent := "false"
		if f.Absent {
			absent = "true"
		}
		if format == "csv" {
			b = append(append(append(append(b, f.Name...), ','), f.Type...), ',')
			b = append(append(append(append(b, f.Unit...), ','), absent...), ',')
			b = append(AppendCell(b, f.Meaning), '\r', '\n')
			continue
		}
		if format == "json" && i > 0 {
			b = append(b, ',')
		}
		if format == "json" {
			b = append(b, '\n')
		}
		b = AppendString(append(b, `{"name":`...), f.Name)
		b = AppendString(append(b, `,"type":`...), f.Type)
		if f.Unit != "" {
			b = AppendString(append(b, `,"unit":`...), f.Unit)
		}
		b = append(append(b, `,"absent":`...), absent...)
		b = append(AppendString(append(b, `,"meaning":`...), f.Meaning), '}')
		if format != "json" {
			b = append(b, '\n')
		}
	}
	if format == "json" {
		b = append(b, "\n]\n"...)
	}
	_, err := w.Write(b)
	return err
}

// writeFields is the table: meanings are broken over lines, nothing of them is left out.
func (s *Screen) writeFields(w io.Writer, list []Field) error {
	names, types := 4, 4
	kind := func(f *Field) string {
		k := f.Type
		if f.Unit != "" {
			k += ", " + f.Unit
		}
		if f.Absent {
			k += "?"
		}
		return k
	}
	for i := range list {
		names, types = max(names, width(list[i].Name)), max(types, width(kind(&list[i])))
	}
	var b strings.Builder
	b.WriteString(s.paint(dimInk, pad("NAME", names, false)+gap+pad("TYPE", types, false)+gap+"MEANING (? may be absent)") + "\n")
	for i := range list {
		f := &list[i]
		indent := names + types + 2*len(gap)
		if s.Width > 0 && s.Width-indent < 24 { // too narrow for columns
			b.WriteString(s.paint(boldInk, f.Name) + "  " + kind(f) + "\n")
			for _, line := range wrap(f.Meaning, s.Width-4, 0) {
				b.WriteString("    " + line + "\n")
			}
			continue
		}
		for k, line := range wrap(f.Meaning, max(s.Width-indent, 0), 0) {
			if k == 0 {
				b.WriteString(s.paint(boldInk, pad(f.Name, names, false)) + gap + pad(kind(f), types, false) + gap + line + "\n")
			} else {
				b.WriteString(strings.Repeat(" ", indent) + line + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
