package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"wscope/analyzer/report/page"
)

func newReport(env *environment) *cobra.Command {
	in, out := &input{env: env, whole: true}, &output{env: env}
	var live webFlag
	cmd := &cobra.Command{
		Use:   "report CAPTURE… -o FILE.html",
		Short: "Write a self-contained HTML page",
		Long: "report writes a single HTML file: totals, charts, the table of flows with search and filters, and for each\n" +
			"flow its timeline, findings and conversation. The page asks nobody for anything and opens from disk. Payloads\n" +
			"beyond what a browser holds well are left out, and the page says so.\n\n" +
			"With --tail --web it serves the live page of captures that are still being written, as wscope live --web does.",
		Example: "  wscope report capture.pcap -o report.html\n" +
			"  wscope report --keylog keys.txt captures/ -o report.html\n" +
			"  wscope report --redact --host chat.example.com capture.pcap -o to-send.html\n" +
			"  wscope report --tail --web growing.pcapng",
		RunE: func(cmd *cobra.Command, args []string) error {
			if live.addr != "" {
				if out.file != "" {
					return fmt.Errorf("--web serves the page, -o writes it: one of the two")
				}
				return serveReport(cmd, env, in, &live, args)
			}
			if out.file == "" {
				return fmt.Errorf("%s needs -o FILE.html (or - for standard output)", cmd.CommandPath())
			}
			opt, err := in.options()
			if err != nil {
				return err
			}
			opt.Messages, opt.Payload, opt.Events, opt.TLSRecords = true, true, true, true
			return out.write(func(w *bufio.Writer) error {
				p := page.New(w, page.Limits{})
				p.Choosy, in.passed = opt.KeepFlow != nil, p.Passed
				if opt.KeepFlow != nil || opt.Select != nil {
					p.Remarks = append(p.Remarks, "Only some flows were chosen when this page was made; charts and counts are of these.")
				}
				if in.redact {
					p.Remarks = append(p.Remarks, "Payloads, credentials and what looks like a secret are redacted: the same token stands for the same text.")
				}
				sum, err := in.run(cmd, args, opt, p)
				if err != nil {
					return err
				}
				if err := p.Close(sum); err != nil {
					return err
				}
				in.hints(sum)
				return incompleteRun(sum)
			})
		},
	}
	in.flags(cmd)
	in.apps.flags(cmd.Flags(), true)
	live.flag(cmd.Flags(), "with --tail, serve the live page")
	cmd.Flags().StringVarP(&out.file, "output", "o", "", "write to `FILE`, beside and renamed: never half a file; - is standard output")
	return cmd
}
