package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

// output is the flags that say how records are written.
type output struct {
	format     string
	file       string
	maxPayload int
}

func (o *output) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "table, json, ndjson or csv (default: table on a terminal, else ndjson)")
	f.StringVarP(&o.file, "output", "o", "", "write to `FILE`, beside and renamed: never half a file")
	f.Bool("no-progress", false, "show no progress bar")
}

// quiet is a Sink that takes nothing; others embed it.
type quiet struct{}

func (quiet) FlowBegun(*analyzer.Flow) error  { return nil }
func (quiet) FlowUpdate(*analyzer.Flow) error { return nil }
func (quiet) FlowEnded(*analyzer.Flow) error  { return nil }
func (quiet) Message(*analyzer.Message) error { return nil }
func (quiet) Frame(*analyzer.Frame) error     { return nil }
func (quiet) Rendered(int64, []byte) error    { return nil }
func (quiet) Batch(analyzer.Time) error       { return nil }

// lines writes rendered records as lines of JSON.
type lines struct {
	quiet
	w    *bufio.Writer
	line []byte
}

func (l *lines) Rendered(flow int64, b []byte) error {
	l.line = report.AppendLine(l.line[:0], flow, b)
	_, err := l.w.Write(l.line)
	return err
}

func newMessages(env *environment) *cobra.Command {
	in, out := &input{env: env}, &output{}
	cmd := &cobra.Command{
		Use: "messages CAPTURE…", Short: "Give a record a message",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			opt.Messages, opt.Payload = true, true
			opt.Render = func() analyzer.Renderer { return &report.JSON{MaxPayload: out.maxPayload} }
			return in.lines(cmd, args, opt, out)
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	cmd.Flags().IntVar(&out.maxPayload, "max-payload", 0, "shorten text and base64 to `N` bytes (default: all of it)")
	return cmd
}

func newFrames(env *environment) *cobra.Command {
	in, out := &input{env: env}, &output{}
	payload := false
	cmd := &cobra.Command{
		Use: "frames CAPTURE…", Short: "Give a record a frame",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			opt.Frames, opt.Payload = true, payload
			opt.Render = func() analyzer.Renderer { return &report.JSON{Payload: payload, MaxPayload: out.maxPayload} }
			return in.lines(cmd, args, opt, out)
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	cmd.Flags().BoolVar(&payload, "payload", false, "with the unmasked payloads")
	cmd.Flags().IntVar(&out.maxPayload, "max-payload", 0, "shorten payloads to `N` bytes (default: all of it)")
	return cmd
}

// lines runs a command whose records are rendered in the workers.
func (in *input) lines(cmd *cobra.Command, args []string, opt analyzer.Options, out *output) error {
	w := bufio.NewWriterSize(in.env.stdout, 1<<16)
	sum, err := in.run(cmd, args, opt, &lines{w: w})
	if err2 := w.Flush(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return trouble(sum)
}

func newFlows(env *environment) *cobra.Command {
	in, out := &input{env: env}, &output{}
	cmd := &cobra.Command{
		Use: "flows CAPTURE…", Short: "Give a record a flow",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			w := bufio.NewWriterSize(env.stdout, 1<<16)
			sum, err := in.run(cmd, args, opt, &flowLines{w: w})
			if err2 := w.Flush(); err == nil {
				err = err2
			}
			if err != nil {
				return err
			}
			return trouble(sum)
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	return cmd
}

type flowLines struct {
	quiet
	w *bufio.Writer
}

func (l *flowLines) FlowEnded(f *analyzer.Flow) error {
	_, err := l.w.Write(report.FlowJSON(f))
	return err
}

func newSummary(env *environment) *cobra.Command {
	in, out := &input{env: env}, &output{}
	cmd := &cobra.Command{
		Use: "summary CAPTURE…", Short: "Say for people what happened: totals, flows, findings",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			sum, err := in.run(cmd, args, opt, quiet{})
			if err != nil {
				return err
			}
			if _, err := env.stdout.Write(report.SummaryJSON(sum)); err != nil {
				return err
			}
			return trouble(sum)
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	return cmd
}

func newVersion(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which wscope this is",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, "wscope", version())
			return err
		},
	}
}
