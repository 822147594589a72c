package main

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/filter"
	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

func newFollow(env *environment) *cobra.Command {
	in, out := &input{env: env, choice: choice{kind: filter.Messages}}, &output{env: env}
	last := 0
	cmd := &cobra.Command{
		Use: "follow CAPTURE… --flow N", Short: "Show one conversation, both directions, in order",
		Long: "follow shows a WebSocket's conversation like a chat: who, when, how long after the last, what; with pings,\n" +
			"closes, gaps of the capture and findings in their place. JSON is laid out and folded, binary is a hexdump. Without --flow\n" +
			"it follows the first flow. Of a TLS connection that could not be opened it shows the records: who, when, how long. With --format json, ndjson or csv it gives the flow's messages.",
		Example: "  wscope follow --flow 1 capture.pcap\n" +
			"  wscope follow --flow 1 --time absolute capture.pcap\n" +
			"  wscope follow --flow 1 --format ndjson capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.flow == 0 {
				in.flow = 1
			}
			opt, err := in.options()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("time") {
				out.time = "relative"
			}
			if err := out.check("table"); err != nil {
				return err
			}
			opt.Messages, opt.Payload, opt.Events, opt.TLSRecords = true, true, out.format == "table", out.format == "table"
			switch out.format {
			case "csv":
				opt.Render = func() analyzer.Renderer { return &report.CSV{} }
			default:
				opt.Render = func() analyzer.Renderer { return &report.JSON{} }
			}
			if last < 0 {
				return fmt.Errorf("--last %d: a number of 1 or more", last)
			}
			seen := &follower{flow: in.flow}
			err = in.records(cmd, args, opt, out, report.MessageHead, func(s *report.Screen, w *bufio.Writer) analyzer.Sink {
				seen.chat, seen.w = &report.Follow{Screen: s, W: w}, w
				if last > 0 {
					seen.last = &lastWriter{w: w, n: last}
					seen.chat.W = seen.last
				}
				return seen
			})
			if out.format == "table" && seen.flows < in.flow && (err == nil || errors.Is(err, errTrouble)) {
				return fmt.Errorf("there is no flow %d: the capture has %s", in.flow, report.Count(seen.flows, "flow"))
			}
			return err
		},
	}
	in.flags(cmd)
	cmd.Flags().IntVar(&last, "last", 0, "only the last `N` things said, with how it ended (table only)")
	in.apps.flags(cmd.Flags(), true)
	out.flags(cmd)
	cmd.Flags().Lookup("format").Usage = "table (a chat), json, ndjson, csv (default: table)"
	cmd.Flags().Lookup("time").DefValue = "relative"
	return cmd
}

// follower gives one flow to a report.Follow.
type follower struct {
	analyzer.NopSink
	flow  int64
	flows int64
	chat  *report.Follow
	w     *bufio.Writer
	last  *lastWriter // with --last
}

func (f *follower) FlowBegun(r *analyzer.Flow) error {
	f.flows++
	if r.Flow != f.flow {
		return nil
	}
	return f.chat.Begin(r)
}

func (f *follower) FlowEnded(r *analyzer.Flow) error {
	if r.Flow != f.flow {
		return nil
	}
	if f.last != nil {
		if err := f.last.end(); err != nil {
			return err
		}
	}
	return f.chat.End(r)
}

func (f *follower) Message(m *analyzer.Message) error {
	if m.Flow != f.flow {
		return nil
	}
	return f.chat.Message(m)
}

func (f *follower) Gap(g *analyzer.Gap) error {
	if g.Flow != f.flow {
		return nil
	}
	return f.chat.Gap(g)
}

func (f *follower) Finding(flow int64, v *analyzer.Finding) error {
	if flow != f.flow {
		return nil
	}
	return f.chat.Finding(v)
}

func (f *follower) TLSRecord(r *record.TLSRecord) error {
	if r.Flow != f.flow {
		return nil
	}
	return f.chat.TLSRecord(r)
}

func (f *follower) Batch(analyzer.Time) error { return f.w.Flush() }
