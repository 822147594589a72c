package main

import (
	"errors"

	"wscope/analyzer"
	"wscope/analyzer/filter"
)

// choose compiles --filter. Messages are chosen where they are made; flows by the output
// that chosen gives.
func (l *live) choose(opt *analyzer.Options) error {
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

// chosen is the output with only the flows that --filter chooses.
func (l *live) chosen(out liveOutput) liveOutput {
	if l.wanted == nil {
		return out
	}
	return &chosenOutput{out, l.wanted}
}

// chosenOutput passes on the records of flows that the filter is true of, as they stand.
type chosenOutput struct {
	liveOutput
	wanted func(*analyzer.Flow) bool
}

func (c *chosenOutput) FlowBegun(f *analyzer.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.liveOutput.FlowBegun(f)
}

func (c *chosenOutput) FlowUpdate(f *analyzer.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.liveOutput.FlowUpdate(f)
}

func (c *chosenOutput) FlowEnded(f *analyzer.Flow) error {
	if !c.wanted(f) {
		return nil
	}
	return c.liveOutput.FlowEnded(f)
}
