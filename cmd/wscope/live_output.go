package main

import (
	"wscope/analyzer"
	"wscope/analyzer/report"
)

// liveOutput is where the records of a live capture go.
type liveOutput interface {
	analyzer.Sink
	// reopen asks for files to be opened again; it is called from another goroutine.
	reopen()
	// finish gives the summary. sum may be nil after an error.
	finish(sum *analyzer.Summary, t *tally) error
}

// newOutput makes the output that the flags and the terminal ask for.
func (l *live) newOutput() (liveOutput, error) {
	if l.wantsScreen() {
		return newScreenOutput(l), nil
	}
	o := &eventOutput{live: l}
	if l.output == "" {
		o.events = newEvents(l.env.stdout)
		return o, nil
	}
	file, err := newAppendFile(l.output)
	if err != nil {
		return nil, err
	}
	o.events = newEvents(file)
	o.events.file = file
	return o, nil
}

// eventOutput writes lines of JSON.
type eventOutput struct {
	*events
	live *live
}

func (o *eventOutput) reopen() {
	if o.file != nil {
		o.file.reopen.Store(true)
	}
}

func (o *eventOutput) finish(sum *analyzer.Summary, t *tally) error {
	o.live.tell("%s", t.text())
	if err := o.put("summary", append(t.json(report.SummaryJSON(sum)), '\n')); err != nil {
		return err
	}
	if err := o.w.Flush(); err != nil {
		return err
	}
	if o.file != nil {
		return o.file.file.Close()
	}
	return nil
}
