package main

import (
	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report/export"
	"wscope/assembly/capture"
)

// kept finds, in a pass of its own, the flows that a filter keeps: an expression may ask for
// what only a flow's end tells, and by then its messages have been written. It is the
// answer for the formats that are written in the order of the capture.
func (e *exporting) kept(cmd *cobra.Command, args []string, opt analyzer.Options) (map[int64]bool, error) {
	if err := readTwice("--to "+e.to+" with --filter", args); err != nil {
		return nil, err
	}
	src, err := capture.Open(args, capture.Options{Context: cmd.Context()})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	opt.Messages, opt.Render = false, nil
	k := &keptFlows{flows: map[int64]bool{}}
	_, err = analyzer.Run(cmd.Context(), src, opt, k)
	return k.flows, err
}

// keptFlows notes the flows that end up being wanted.
type keptFlows struct {
	analyzer.NopSink
	flows map[int64]bool
}

func (k *keptFlows) FlowEnded(f *analyzer.Flow) error {
	k.flows[f.Flow] = true
	return nil
}

// onlyKept gives an exporter the messages of some flows alone.
type onlyKept struct {
	export.Exporter
	flows map[int64]bool
}

func (o *onlyKept) Message(m *analyzer.Message) error {
	if !o.flows[m.Flow] {
		return nil
	}
	return o.Exporter.Message(m)
}

func (o *onlyKept) Rendered(flow int64, b []byte) error {
	if !o.flows[flow] {
		return nil
	}
	return o.Exporter.Rendered(flow, b)
}
