package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

func newSummary(env *environment) *cobra.Command {
	in, out := &input{env: env, whole: true}, &output{env: env, formats: []string{"table", "json", "ndjson", "csv"}}
	top := 0
	cmd := &cobra.Command{
		Use: "summary CAPTURE…", Short: "Summarize a capture: totals, flows, findings",
		Long: "summary reads captures whole and says what happened: totals, a table of the flows, what broke the RFCs and\n" +
			"where, and hints. With --format json it gives one document, {\"flows\": […], \"summary\": {…}}; with ndjson the\n" +
			"summary alone; with csv its fields as name,value.",
		Example: "  wscope capture.pcap\n" +
			"  wscope summary --format json capture.pcap\n" +
			"  wscope summary --host chat.example.com --since +10s capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			if err := out.check("table"); err != nil {
				return err
			}
			return out.write(func(w *bufio.Writer) error { return in.summary(cmd, args, opt, out, w, top) })
		},
	}
	in.flags(cmd)
	in.apps.flags(cmd.Flags(), false)
	out.flags(cmd)
	cmd.Flags().Lookup("format").Usage = "table, json, ndjson, csv (default: table)"
	cmd.Flags().IntVar(&top, "top", 50, "flows shown at most in the table")
	return cmd
}

func (in *input) summary(cmd *cobra.Command, args []string, opt analyzer.Options, out *output, w *bufio.Writer, top int) error {
	var err error
	var sum *analyzer.Summary
	switch out.format {
	case "table":
		screen, err := out.screen()
		if err != nil {
			return err
		}
		o := &overview{Overview: report.Overview{Top: top}}
		if sum, err = in.run(cmd, args, opt, o); err != nil {
			return err
		}
		if err = report.WriteSummary(w, screen, sum, &o.Overview); err != nil {
			return err
		}
		return incompleteRun(sum)
	case "json":
		w.WriteString(`{"flows":`)
		flows, err2 := newFlowWriter(w, in, out)
		if err2 != nil {
			return err2
		}
		in.passed = flows.passed
		sum, err = in.run(cmd, args, opt, flows)
		if err2 := flows.end(); err == nil {
			err = err2
		}
		if err != nil {
			return err
		}
		w.WriteString(`,"summary":`)
		w.Write(report.SummaryJSON(sum))
		w.WriteString("}\n")
	default:
		if sum, err = in.run(cmd, args, opt, analyzer.NopSink{}); err != nil {
			return err
		}
		if out.format == "csv" {
			w.Write(report.SummaryCSV(sum))
		} else {
			w.Write(report.SummaryJSON(sum))
		}
	}
	in.hints(sum)
	return incompleteRun(sum)
}

// overview gives flows to a report.Overview.
type overview struct {
	analyzer.NopSink
	report.Overview
}

func (o *overview) FlowEnded(f *analyzer.Flow) error { o.Add(f); return nil }
