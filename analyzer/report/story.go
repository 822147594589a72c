package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// WriteEndings writes the diagnosis alone: how connections ended, and where to look.
func WriteEndings(w io.Writer, screen *Screen, sum *record.Summary) error {
	s := &summaryScreen{Screen: screen, sum: sum}
	for i := range sum.Endings {
		s.ending(&sum.Endings[i])
	}
	switch {
	case sum.Flows == 0:
		s.text("", plainInk, "  ", plainInk, "no WebSocket in "+connections(sum))
	case len(sum.Endings) == 0:
		s.text("", plainInk, "  ", plainInk, fmt.Sprintf("of %s none that can be read ended otherwise than in good order", Count(sum.Flows, "WebSocket"))+closes(sum))
	}
	_, err := io.WriteString(w, s.b.String())
	return err
}

// closes is how flows were closed, for those who wonder at ends in good order.
func closes(sum *record.Summary) string {
	if len(sum.Closes) == 0 {
		return ""
	}
	var parts []string
	for i, c := range sum.Closes {
		if i == 6 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, Clean(c.Name)+tied+"×"+Number(c.Count))
	}
	return ": closed " + strings.Join(parts, ", ") + "; --flow N says by whom, and after what silence"
}

// Story is how one flow ended, in a paragraph.
func Story(screen *Screen, f *record.Flow) []byte {
	s := &summaryScreen{Screen: screen}
	gist, i := closeGist(f)
	text := ends(f)
	if host, path := place(f); host+path != "" {
		text += " " + host + path
	}
	s.text("flow "+strconv.FormatInt(f.Flow, 10)+" ", boldInk, "  ", plainInk, text)
	told := gist
	if c := f.Close; c != nil {
		if c.Story != "" {
			told += ": " + Clean(c.Story)
		} else if c.Reason != "" {
			told += " " + Clean(strconv.Quote(c.Reason))
		}
		if c.At != nil {
			told += ", " + Span(record.Seconds(*c.At-f.Start)) + " after its beginning"
		}
		if c.Silence != nil && c.Story == "" {
			told += ", " + Span(*c.Silence) + " after the frame before"
		}
		if c.Code != nil && *c.Code == 1009 && c.Largest > 0 {
			told += "; the largest message before: " + Bytes(c.Largest)
		}
	}
	for _, x := range f.Findings {
		if x.Rule == record.RuleChoice.ID {
			told += "; the server chose no subprotocol (" + Clean(x.Detail) + ")"
		}
	}
	s.text("  ", plainInk, "    ", i, told)
	if c := f.Close; c != nil && c.Packet > 0 {
		where := "packet" + tied + strconv.FormatInt(c.Packet, 10)
		if c.File != "" {
			where += " of " + Clean(c.File)
		}
		s.text("  look at ", dimInk, "    ", dimInk, where)
	}
	return []byte(s.b.String())
}
