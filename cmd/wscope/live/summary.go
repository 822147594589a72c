package live

import (
	"fmt"
	"io"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// SummaryOptions say where a summary for people goes.
type SummaryOptions struct {
	Out   io.Writer
	Color func() (bool, error)
	Width func() int // in columns
}

// SummaryOutput writes a summary for people at the end.
type SummaryOutput struct {
	record.NopSink
	SummaryOptions
	overview report.Overview
}

// NewSummaryOutput makes a SummaryOutput.
func NewSummaryOutput(o SummaryOptions) *SummaryOutput {
	return &SummaryOutput{SummaryOptions: o, overview: report.Overview{Top: 50}}
}

// FlowEnded keeps the flow for the summary's table.
func (o *SummaryOutput) FlowEnded(f *record.Flow) error {
	o.overview.Add(f)
	return nil
}

// Reopen implements Output: there are no files.
func (o *SummaryOutput) Reopen() {}

// Finish writes the summary.
func (o *SummaryOutput) Finish(sum *record.Summary, t *Stats) error {
	if sum == nil {
		return nil
	}
	color, err := o.Color()
	if err != nil {
		return err
	}
	s := &report.Screen{Width: o.Width(), Color: color, Time: report.Absolute}
	if err := report.WriteSummary(o.Out, s, sum, &o.overview); err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.Out, "\n"+t.Text())
	return err
}
