package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

func newFlows(env *environment) *cobra.Command {
	in, out := &input{env: env}, &output{env: env}
	cmd := &cobra.Command{
		Use:   "flows CAPTURE…",
		Short: "Print one record per flow",
		Long: "flows gives a record for each WebSocket: who talked to whom, how it was opened and closed, how much was\n" +
			"said, and what broke the RFCs. Flows come in the order of their numbers (that in which they begin) as long as no more than\n" +
			"65,536 that ended wait for one before them; after that, and with --tail, in the order in which they end.",
		Example: "  wscope flows capture.pcap\n" +
			"  wscope flows --format csv -o flows.csv capture.pcap\n" +
			"  wscope flows --filter 'flow.close.code != 1000' capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			if err := out.check("ndjson"); err != nil {
				return err
			}
			return out.write(func(w *bufio.Writer) error {
				sink, err := newFlowWriter(w, in, out)
				if err != nil {
					return err
				}
				in.passed = sink.passed
				sum, err := in.run(cmd, args, opt, sink)
				if err2 := sink.end(); err == nil {
					err = err2
				}
				if err != nil {
					return err
				}
				in.hints(sum)
				return incompleteRun(sum)
			})
		},
	}
	in.flags(cmd)
	cmd.Flags().BoolVar(&in.byFile, "jobs-by-file", false, byFileUsage)
	in.apps.flags(cmd.Flags(), true)
	out.flags(cmd)
	return cmd
}

// flowWriter writes flows in one of the formats.
type flowWriter struct {
	analyzer.NopSink
	w      *bufio.Writer
	format string
	prompt *bool // written out after every batch of packets
	table  *report.FlowTable
	order  inOrder
	any    bool
}

func newFlowWriter(w *bufio.Writer, in *input, out *output) (*flowWriter, error) {
	f := &flowWriter{w: w, format: out.format, prompt: &in.prompt}
	f.order.given = in.tail // a flow may last for days
	f.order.write = f.put
	f.order.told = func() {
		out.env.notice("more than %d flows that ended wait for one that did not: from here on flows come as they end", maxWaiting)
	}
	switch f.format {
	case "table":
		screen, err := out.screen()
		if err != nil {
			return nil, err
		}
		f.table = &report.FlowTable{Screen: screen, W: w}
	case "csv":
		w.Write(report.FlowHead())
	case "json":
		w.WriteByte('[')
	}
	return f, nil
}

func (f *flowWriter) FlowEnded(r *analyzer.Flow) error {
	switch f.format {
	case "table":
		return f.table.Add(r)
	case "csv":
		return f.order.add(r.Flow, report.FlowRow(nil, r))
	}
	return f.order.add(r.Flow, report.FlowJSON(r))
}

// Batch implements analyzer.Sink.
func (f *flowWriter) Batch(analyzer.Time) error {
	if !*f.prompt {
		return nil
	}
	if f.table != nil {
		if err := f.table.End(); err != nil {
			return err
		}
	}
	return f.w.Flush()
}

// passed says that a flow is passed over.
func (f *flowWriter) passed(flow int64) {
	if f.table == nil {
		f.order.add(flow, nil) // an error comes again when the flow before is written
	}
}

func (f *flowWriter) put(b []byte) error {
	if f.format == "json" {
		b = b[:len(b)-1]
		if f.any {
			f.w.WriteByte(',')
		}
		f.w.WriteByte('\n')
	}
	f.any = true
	_, err := f.w.Write(b)
	return err
}

func (f *flowWriter) end() error {
	if f.table != nil {
		return f.table.End()
	}
	err := f.order.end()
	if f.format == "json" {
		f.w.WriteString("\n]\n")
	}
	return err
}
