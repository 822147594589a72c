package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wscope/analyzer/query"
)

// unknownCommand is the error for a word that is neither a command nor a capture. message
// begins with the word in quotes.
func unknownCommand(root *cobra.Command, message string) error {
	_, rest, _ := strings.Cut(message, `"`)
	word, _, _ := strings.Cut(rest, `"`)
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := query.Nearest(word, names); near != "" {
		return fmt.Errorf("%q is neither a command nor a file; did you mean %s?", word, near)
	}
	return fmt.Errorf("%q is neither a command nor a file; wscope --help lists the commands", word)
}

// flagError suggests a flag for one that is unknown.
func flagError(cmd *cobra.Command, err error) error {
	word, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return errors.New(flagWords(cmd, err.Error()))
	}
	word, _, _ = strings.Cut(word, "=")
	var names []string
	visit := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(visit)
	cmd.InheritedFlags().VisitAll(visit)
	message := cmd.CommandPath() + " has no flag --" + word
	if near := query.Nearest(word, names); near != "" {
		return errors.New(message + "; did you mean --" + near + "?")
	}
	return errors.New(message)
}
