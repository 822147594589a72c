package main

import (
	"errors"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/archive"
	"wscope/analyzer/report"
	"wscope/assembly/packet"
)

const byFileUsage = "each job analyses whole files, which are read twice: for many files or compressed ones; the output is the same"

// runByFile is run for --jobs-by-file.
func (in *input) runByFile(cmd *cobra.Command, paths []string, opt analyzer.Options, sink analyzer.Sink, hide func(*analyzer.Summary)) (*analyzer.Summary, error) {
	if in.tail {
		return nil, errors.New("--jobs-by-file reads files to their end: it does not go with --tail")
	}
	sum, err := archive.Run(cmd.Context(), paths, opt, in.jobs, sink)
	if err != nil {
		if cmd.Context().Err() != nil {
			err = errInterrupted
		}
		return sum, err
	}
	for _, p := range sum.Problems {
		in.problem(packet.Problem{File: p.File, Offset: p.Offset, Reason: p.Reason})
	}
	hide(sum)
	in.env.detail("%s, %s, %s of TCP, %s", report.Count(sum.Packets, "packet"), report.Bytes(sum.Bytes),
		report.Count(sum.Connections, "connection"), report.Count(sum.Flows, "WebSocket"))
	return sum, nil
}
