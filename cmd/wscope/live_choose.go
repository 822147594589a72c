package main

import (
	"errors"

	"wscope/analyzer"
	"wscope/analyzer/filter"
)

// choose compiles --filter. Messages are chosen where they are made; flows by the output
// that chosen gives.
func (l *liveCommand) choose(opt *analyzer.Options) error {
	if l.filter == "" {
		return nil
	}
	if l.wantsScreen() {
		return errors.New("--filter is about the records that are written: add --no-screen or -o, or press / on the screen")
	}
	c := choice{filter: l.filter}
	if l.messages {
		c.kind = filter.Messages
	}
	f, err := filter.Compile(c.filter, c.kind)
	if err != nil {
		return c.wrong(err)
	}
	if !l.messages {
		l.wanted = f.Flow()
		return nil
	}
	opt.KeepMessage = f.Message
	if selects := f.Select(); selects != nil {
		l.wanted = selects()
	}
	return nil
}
