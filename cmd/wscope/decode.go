package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"wscope/analyzer"
	"wscope/analyzer/report"
	"wscope/wsparse"
)

// decode is raw WebSocket bytes of one direction, with no capture around them.
type decode struct {
	env      *environment
	messages bool
	masked   string
	deflate  string
	redact   bool
	hide     *report.Redactor // nil without --redact
	json     report.JSON
	out      output
	put      *decoded

	frames, count int64
	payload       []byte
}

func newDecode(env *environment) *cobra.Command {
	d := &decode{env: env, out: output{env: env}}
	cmd := &cobra.Command{
		Use:   "decode FILE",
		Short: "Decode raw WebSocket bytes of one direction",
		Long: "decode takes the bytes of one direction of a WebSocket, as a proxy logs them or as another tool exports\n" +
			"them, with no capture and no handshake around them, and gives a record a frame, or with --messages a message.\n" +
			"What the bytes break is told on standard error.",
		Example: "  wscope decode bytes.bin\n" +
			"  wscope decode --messages --deflate 'permessage-deflate; client_no_context_takeover' - <bytes.bin",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args[0]) },
	}
	f := cmd.Flags()
	f.BoolVar(&d.messages, "messages", false, "a record a message")
	f.StringVar(&d.masked, "masked", "auto", "whether the sender must mask: `yes` (a client), no (a server), auto (do not judge)")
	f.StringVar(&d.deflate, "deflate", "", "permessage-deflate is in force, with these `PARAMS` as in the answer's header")
	f.BoolVar(&d.json.Payload, "payload", false, "frames with their unmasked payloads")
	f.IntVar(&d.json.MaxPayload, "max-payload", 0, "shorten payloads to `N` bytes (default: all of it)")
	f.BoolVar(&d.redact, "redact", false, "put tokens in the place of payloads and reasons")
	d.out.flags(cmd)
	return cmd
}

func (d *decode) run(name string) error {
	if err := d.out.check("ndjson"); err != nil {
		return err
	}
	cfg := wsparse.StreamConfig{Frames: !d.messages, Payload: d.json.Payload, Collect: d.messages, NoInflate: !d.messages}
	switch d.masked {
	case "yes", "true":
		cfg.From = wsparse.FromClient
	case "no", "false":
		cfg.From = wsparse.FromServer
	case "auto":
	default:
		return fmt.Errorf("--masked %q is none of yes, no, auto", d.masked)
	}
	if d.deflate != "" {
		p, ok := wsparse.ParseDeflate(d.deflate)
		if !ok {
			return fmt.Errorf("--deflate %q does not describe permessage-deflate", d.deflate)
		}
		cfg.Deflate = p
	}
	if d.redact {
		from := &input{env: d.env}
		var err error
		if d.hide, err = from.redactor([]string{name}); err != nil {
			return err
		}
	}
	in := d.env.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return d.out.write(func(w *bufio.Writer) (err error) {
		if d.put, err = newDecoded(w, d); err != nil {
			return err
		}
		s := wsparse.NewStream(cfg)
		if err := d.feed(s, in); err != nil {
			return err
		}
		if err := d.put.end(); err != nil {
			return err
		}
		if s.Midway() {
			fmt.Fprintf(d.env.stderr, "wscope: %s: offset %d: the bytes end inside a frame or message\n", report.Clean(name), s.Offset())
			return errTrouble
		}
		return nil
	})
}

func (d *decode) feed(s *wsparse.Stream, in io.Reader) error {
	buf := make([]byte, 1<<16)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			s.Feed(buf[:n])
			if err := d.events(s); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			s.End()
			return d.events(s)
		}
		if err != nil {
			return err
		}
	}
}

func (d *decode) events(s *wsparse.Stream) error {
	var ev wsparse.Event
	for s.Next(&ev) {
		var err error
		switch ev.Kind {
		case wsparse.FramePart:
			err = d.frame(&ev)
		case wsparse.MessageDone:
			err = d.message(ev.Message)
		case wsparse.Violation:
			f := &ev.Finding
			fmt.Fprintf(d.env.stderr, "wscope: offset %d: %s %s: %s\n", f.Offset, f.Rule.Severity, f.Rule.ID, report.Clean(f.Detail))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *decode) frame(ev *wsparse.Event) error {
	if ev.First {
		d.payload = d.payload[:0]
	}
	d.payload = append(d.payload, ev.Payload...)
	if !ev.Last {
		return nil
	}
	d.frames++
	r := analyzer.Frame{Frame: d.frames, Offset: ev.Offset, Complete: ev.Complete, Payload: d.payload}
	r.SetHeader(&ev.Header)
	r.IsText = ev.Header.Opcode != wsparse.Binary && utf8.Valid(d.payload)
	if d.hide != nil {
		d.hide.Frame(&r)
	}
	return d.put.frame(&r)
}

func (d *decode) message(m *wsparse.Message) error {
	if !d.messages {
		return nil
	}
	d.count++
	r := analyzer.Message{Message: d.count}
	r.SetMessage(m)
	if d.hide != nil {
		d.hide.Message(&r)
	}
	return d.put.message(&r, m.Offset)
}
