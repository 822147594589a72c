package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/filter"
	"wscope/analyzer/report"
)

// lines writes records that were rendered in the workers.
type lines struct {
	analyzer.NopSink
	w      *bufio.Writer
	format string
	prompt *bool // written out after every batch of packets
	line   []byte
	any    bool
}

// Batch implements analyzer.Sink.
func (l *lines) Batch(analyzer.Time) error {
	if *l.prompt {
		return l.w.Flush()
	}
	return nil
}

// Rendered writes a record straight into the writer's buffer if there is room. Where there is
// not, what there is gets the record's beginning: a file is written a third faster in whole blocks,
// each at a multiple of its size.
func (l *lines) Rendered(flow int64, b []byte) error {
	var err error
	if l.w.Available() >= len(b)+aroundRecord {
		_, err = l.w.Write(l.append(l.w.AvailableBuffer(), flow, b))
	} else {
		l.line = l.append(l.line[:0], flow, b)
		_, err = l.w.Write(l.line)
	}
	l.any = true
	return err
}

// aroundRecord is more than append adds to a record.
const aroundRecord = 48

func (l *lines) append(dst []byte, flow int64, b []byte) []byte {
	switch l.format {
	case "csv":
		return report.AppendRow(dst, flow, b)
	case "json":
		if l.any {
			dst = append(dst, ',')
		}
		dst = report.AppendLine(append(dst, '\n'), flow, b)
		return dst[:len(dst)-1]
	}
	return report.AppendLine(dst, flow, b)
}

// begin and end write what stands around the records.
func (l *lines) begin(head string) {
	switch l.format {
	case "csv":
		l.w.WriteString(head)
	case "json":
		l.w.WriteByte('[')
	}
}

func (l *lines) end() {
	if l.format == "json" {
		l.w.WriteString("\n]\n")
	}
}

// records runs a command that gives a record a message or frame. head is its CSV's.
func (in *input) records(cmd *cobra.Command, args []string, opt analyzer.Options, out *output, head string, table func(*report.Screen, *bufio.Writer) analyzer.Sink) error {
	return out.write(func(w *bufio.Writer) error {
		var sink analyzer.Sink
		l := &lines{w: w, format: out.format, prompt: &in.prompt}
		if out.format == "table" {
			screen, err := out.screen()
			if err != nil {
				return err
			}
			sink, opt.Render = table(screen, w), nil
		} else {
			sink = l
			l.begin(head)
		}
		sum, err := in.run(cmd, args, opt, sink)
		l.end()
		if err != nil {
			return err
		}
		in.hints(sum)
		return incompleteRun(sum)
	})
}

func newMessages(env *environment) *cobra.Command {
	in, out := &input{env: env, choice: choice{kind: filter.Messages}}, &output{env: env}
	max, hash := 0, false
	cmd := &cobra.Command{
		Use: "messages CAPTURE…", Short: "Print one record per message",
		Long: "messages gives a record for each message, data and control, in the order of the capture: by the packet that\n" +
			"made it whole.",
		Example: "  wscope messages capture.pcap\n" +
			"  wscope messages --flow 1 --format table --time relative capture.pcap\n" +
			"  wscope messages --filter 'message.type == \"text\" && message.length > 1000' capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			if err := out.check("ndjson"); err != nil {
				return err
			}
			opt.Messages, opt.Payload, opt.Hash = true, true, hash && !in.redact
			opt.Render = func() analyzer.Renderer { return &report.JSON{MaxPayload: max} }
			if out.format == "csv" {
				opt.Render = func() analyzer.Renderer { return &report.CSV{MaxPayload: max} }
			}
			return in.records(cmd, args, opt, out, report.MessageHead, func(s *report.Screen, w *bufio.Writer) analyzer.Sink {
				return &messageTable{t: report.NewMessageTable(s, w), w: w}
			})
		},
	}
	in.flags(cmd)
	in.apps.flags(cmd.Flags(), true)
	out.flags(cmd)
	cmd.Flags().IntVar(&max, "max-payload", 0, "shorten text and base64 to `N` bytes (default: all of it)")
	cmd.Flags().BoolVar(&hash, "sha256", false, "whole data messages with the SHA-256 of their content, also where --max-message cuts it")
	return cmd
}

// messageTable gives messages to a table, batch by batch.
type messageTable struct {
	analyzer.NopSink
	t *report.MessageTable
	w *bufio.Writer
}

func (m *messageTable) FlowBegun(f *analyzer.Flow) error  { m.t.Begin(f.Start); return nil }
func (m *messageTable) Message(r *analyzer.Message) error { return m.t.Message(r) }
func (m *messageTable) Batch(analyzer.Time) error         { return m.w.Flush() }

func newFrames(env *environment) *cobra.Command {
	in, out := &input{env: env, choice: choice{kind: filter.Frames}}, &output{env: env}
	payload, max := false, 0
	cmd := &cobra.Command{
		Use: "frames CAPTURE…", Short: "Print one record per frame",
		Long: "frames gives a record for each frame, with the names of the Kaitai Struct WebSocket specification.",
		Example: "  wscope frames capture.pcap\n" +
			"  wscope frames --payload --format csv capture.pcap\n" +
			"  wscope frames --filter 'frame.opcode == \"close\"' capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			opt, err := in.options()
			if err != nil {
				return err
			}
			if err := out.check("ndjson"); err != nil {
				return err
			}
			opt.Frames, opt.Payload = true, opt.Payload || payload
			opt.Render = func() analyzer.Renderer { return &report.JSON{Payload: payload, MaxPayload: max} }
			if out.format == "csv" {
				opt.Render = func() analyzer.Renderer { return &report.CSV{Payload: payload, MaxPayload: max} }
			}
			return in.records(cmd, args, opt, out, report.FrameHead, func(s *report.Screen, w *bufio.Writer) analyzer.Sink {
				return &frameTable{t: report.NewFrameTable(s, w, payload), w: w}
			})
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	cmd.Flags().BoolVar(&payload, "payload", false, "with the unmasked payloads")
	cmd.Flags().IntVar(&max, "max-payload", 0, "shorten payloads to `N` bytes (default: all of it)")
	return cmd
}

// frameTable gives frames to a table, batch by batch.
type frameTable struct {
	analyzer.NopSink
	t *report.FrameTable
	w *bufio.Writer
}

func (m *frameTable) FlowBegun(f *analyzer.Flow) error { m.t.Begin(f.Start); return nil }
func (m *frameTable) Frame(r *analyzer.Frame) error    { return m.t.Frame(r) }
func (m *frameTable) Batch(analyzer.Time) error        { return m.w.Flush() }
