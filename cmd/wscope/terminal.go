package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/charmbracelet/x/term"

	"wscope/analyzer/report"
)

// environment is the world that a run sees.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	quiet   bool   // -q: errors alone on standard error
	verbose bool   // -v
	color   string // --color: auto, always, never
}

// flags are those of every command.
func (e *environment) addFlags(f flagSet) {
	f.BoolVarP(&e.quiet, "quiet", "q", false, "say nothing on standard error but errors")
	f.BoolVarP(&e.verbose, "verbose", "v", false, "say more on standard error: files read, packets, flows")
	f.StringVar(&e.color, "color", "auto", "colour: auto (on a terminal, unless $NO_COLOR is set), always, never")
}

// notice tells something on standard error that is no error.
func (e *environment) notice(format string, a ...any) {
	if !e.quiet {
		fmt.Fprintf(e.stderr, "wscope: %s\n", report.Clean(fmt.Sprintf(format, a...)))
	}
}

// detail tells more, with -v.
func (e *environment) detail(format string, a ...any) {
	if e.verbose {
		e.notice(format, a...)
	}
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// colors reports whether to colour what goes to a stream.
func (e *environment) colors(stream any) (bool, error) {
	switch e.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
		return isTerminal(stream) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color %q is none of auto, always, never", e.color)
}

// pipedWidth is how wide tables are that go to no terminal.
const pipedWidth = 120

// columns is how wide a table to a stream may be: $COLUMNS, or the terminal's width.
func columns(stream any) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
	}
	return pipedWidth
}
