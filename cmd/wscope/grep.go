package main

import (
	"fmt"
	"regexp"
	"strings"

	"wscope/analyzer"
)

// grepFor keeps the messages whose payload matches --grep.
func (c *choice) grepFor(opt *analyzer.Options) error {
	re, err := regexp.Compile(c.grep)
	if err != nil {
		return fmt.Errorf("--grep %q is no regular expression: %s", c.grep, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	by := opt.KeepMessage
	opt.Payload = true
	opt.KeepMessage = func() func(*analyzer.Flow, *analyzer.Message) bool {
		keep := func(*analyzer.Flow, *analyzer.Message) bool { return true }
		if by != nil {
			keep = by()
		}
		return func(f *analyzer.Flow, m *analyzer.Message) bool { return re.Match(m.Data) && keep(f, m) }
	}
	return nil
}
