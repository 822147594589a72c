package live

import (
	"io"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// Output is where the records of a live capture go.
type Output interface {
	record.Sink
	// Reopen asks for files to be opened again; it is called from another goroutine.
	Reopen()
	// Finish gives the summary. sum may be nil after an error.
	Finish(sum *record.Summary, s *Stats) error
}

// EventOutput writes lines of JSON.
type EventOutput struct {
	*Events
	notice func(format string, a ...any)
}

// NewEventOutput makes an EventOutput that writes to w or, unless it is "", appends to a file. notice is given the
// summary as a line.
func NewEventOutput(w io.Writer, file string, notice func(format string, a ...any)) (*EventOutput, error) {
	if file == "" {
		return &EventOutput{NewEvents(w), notice}, nil
	}
	f, err := newAppendFile(file)
	if err != nil {
		return nil, err
	}
	o := &EventOutput{NewEvents(f), notice}
	o.file = f
	return o, nil
}

// Reopen implements Output.
func (o *EventOutput) Reopen() {
	if o.file != nil {
		o.file.reopen.Store(true)
	}
}

// Finish implements Output.
func (o *EventOutput) Finish(sum *record.Summary, s *Stats) error {
	o.notice("%s", s.Text())
	if err := o.Put("summary", append(s.json(report.SummaryJSON(sum)), '\n')); err != nil {
		return err
	}
	if err := o.Flush(); err != nil {
		return err
	}
	if o.file != nil {
		return o.file.file.Close()
	}
	return nil
}
