package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Text as man pages are written, in the macros of man(7).

// roff escapes a line's text. Characters beyond ASCII are given by number: not every roff
// reads UTF-8.
func roff(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		b.WriteString(`\&`) // else a macro
	}
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func roffName(cmd *cobra.Command) string { return `\fB` + roff(manName(cmd)) + `\fP(1)` }

// roffText fills paragraphs; lines that are indented, such as tables, stay as they are.
func roffText(text string) string {
	var b strings.Builder
	table := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if indented := strings.HasPrefix(line, "  "); indented != table && line != "" {
			table = indented
			b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[table])
		}
		if line == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(roff(line) + "\n")
	}
	if table {
		b.WriteString(".fi\n")
	}
	return b.String()
}

// roffLines are lines that stay as they are.
func roffLines(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(roff(line) + "\n")
	}
	return b.String()
}

// roffFlags appends a section with a paragraph a flag.
func roffFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH " + title + "\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		head := `\fB\-\-` + roff(f.Name) + `\fP`
		if f.Shorthand != "" {
			head = `\fB\-` + f.Shorthand + `\fP, ` + head
		}
		if value != "" {
			head += ` \fI` + roff(value) + `\fP`
		}
		if !slices.Contains([]string{"", "0", "0s", "false", "[]"}, f.DefValue) && !strings.Contains(usage, "default") {
			usage += " (default: " + f.DefValue + ")"
		}
		b.WriteString(".TP\n" + head + "\n" + roff(usage) + "\n")
	})
}
