package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

func newWhy(env *environment) *cobra.Command {
	in, out := &input{env: env, whole: true}, &output{env: env, formats: []string{"table"}}
	cmd := &cobra.Command{
		Use: "why CAPTURE…", Short: "Explain why connections ended",
		Long: "why says how connections ended otherwise than in good order: how many, by whom, how, after what silence, what\n" +
			"they have in common, and in which packets to look. Causes are named where at least three connections share them,\n" +
			"and only as far as packets can show them. With --flow it tells how the chosen flows ended.",
		Example: "  wscope why capture.pcap\n" +
			"  wscope why --flow 3 capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			if err := out.check("table"); err != nil {
				return err
			}
			return out.write(func(w *bufio.Writer) error {
				screen, err := out.screen()
				if err != nil {
					return err
				}
				var told stories
				var sink analyzer.Sink = analyzer.NopSink{}
				if cmd.Flags().Changed("flow") {
					told.screen, told.w = screen, w
					told.order.write = func(b []byte) error { _, err := w.Write(b); return err }
					in.passed = func(flow int64) { told.order.add(flow, nil) }
					sink = &told
				}
				sum, err := in.run(cmd, args, opt, sink)
				if err != nil {
					return err
				}
				if told.w != nil {
					err = told.order.end()
				} else {
					err = report.WriteEndings(w, screen, sum)
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
	out.flags(cmd)
	return cmd
}

// stories writes how each flow ended.
type stories struct {
	analyzer.NopSink
	w      *bufio.Writer
	screen *report.Screen
	order  inOrder
}

func (s *stories) FlowEnded(f *analyzer.Flow) error {
	return s.order.add(f.Flow, report.Story(s.screen, f))
}
