package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// once is the value of a flag that may be given once: a second time would silently take the place of the first.
type once struct {
	pflag.Value
	given bool
}

func (o *once) Set(s string) error {
	if o.given {
		return errTwice
	}
	o.given = true
	return o.Value.Set(s)
}

// onceEach makes all flags refuse to be given twice, but those that are made for it.
func onceEach(cmd *cobra.Command) {
	wrap := func(f *pflag.Flag) {
		if t := f.Value.Type(); t == "stringArray" || t == "count" {
			return
		}
		if _, done := f.Value.(*once); !done {
			f.Value = &once{Value: f.Value}
		}
	}
	cmd.Flags().VisitAll(wrap)
	cmd.PersistentFlags().VisitAll(wrap)
	for _, sub := range cmd.Commands() {
		onceEach(sub)
	}
}

var errTwice = errors.New("given twice")

// invalid is pflag's error for a value: the value, the flag, and a library's reason.
var invalid = regexp.MustCompile(`^invalid argument (".*") for "(?:-\w, )?--([\w-]+)" flag: (.*)$`)

// flagWords says a flag's error in plain words.
func flagWords(cmd *cobra.Command, message string) string {
	m := invalid.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	value, name, reason := m[1], m[2], m[3]
	if reason == errTwice.Error() {
		return "--" + name + " is given twice"
	}
	what := reason
	if f := cmd.Flag(name); f != nil && (strings.Contains(reason, "strconv.") || strings.HasPrefix(reason, "time: ")) {
		switch f.Value.Type() {
		case "int", "int64", "uint", "uint16", "uint32", "uint64":
			what = "is not a whole number"
			if strings.Contains(reason, "out of range") {
				what = "is too large a number"
			}
		case "float64":
			what = "is not a number"
		case "duration":
			what = "is not a duration like 10s or 1m30s"
		case "bool":
			what = "is neither true nor false"
		}
	}
	if what == reason {
		return fmt.Sprintf("--%s %s: %s", name, value, reason)
	}
	return fmt.Sprintf("--%s %s %s", name, value, what)
}

// argCount is cobra's error for a number of arguments.
var argCount = regexp.MustCompile(`^(accepts|requires) (at most |at least |between )?(.*) arg\(s\), (?:only )?received (\d+)$`)

// argWords says in plain words how many arguments a command takes.
func argWords(cmd *cobra.Command, message string) string {
	m := argCount.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	return fmt.Sprintf("%s takes %s%s, not %s: %s", cmd.CommandPath(), m[2], strings.Replace(m[3], " and ", " to ", 1), m[4], cmd.UseLine())
}
