package rules

import (
	"fmt"
	"io"
	"strings"
)

// WriteReadyMade tells of the ready-made rules and their parameters.
func WriteReadyMade(w io.Writer) error {
	var b strings.Builder
	for _, r := range ReadyMade() {
		fmt.Fprintf(&b, "%s (%s)\n    %s\n", r.Name, r.severity(), r.Doc)
		for _, p := range r.Parameters {
			fmt.Fprintf(&b, "    %s: %s; %s%s\n", p.Name, p.Kind, p.Doc, p.fallback())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Parameter) fallback() string {
	switch {
	case p.Required:
		return " (needed)"
	case p.Standard != "":
		return " (" + p.Standard + " unless told)"
	}
	return ""
}
