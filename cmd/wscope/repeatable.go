package main

import "strings"

// repeatable is a flag that may be given several times. pflag's own makes a writer of CSV
// for each such flag of each command to say what its default is: a twentieth of our start.
type repeatable struct{ values *[]string }

func (r repeatable) Set(value string) error {
	*r.values = append(*r.values, value)
	return nil
}

func (r repeatable) String() string { return strings.Join(*r.values, ",") }

func (r repeatable) Type() string { return "stringArray" }
