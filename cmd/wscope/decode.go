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
	"wscope/analyzer/flow"
	"wscope/analyzer/redact"
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
	hide     *redact.Redactor // nil without --redact
	hash     bool
	keep     int // bytes of a message or payload at most
	json     report.JSON
	out      output
	put      *decoded

	frames, count int64
	midway        bool // the bytes end inside something
	payload       []byte
}

func newDecode(env *environment) *cobra.Command {
	d := &decode{env: env, out: output{env: env}}
	cmd := &cobra.Command{
		Use:   "decode FILE",
		Short: "Decode raw WebSocket bytes of one direction",
		Long: "decode takes the bytes of one direction of a WebSocket, as a proxy logs them or as another tool exports\n" +
			"them, with no capture and no handshake around them, and gives a record a frame, or with --messages a message.\n" +
			"What the bytes break is told on standard error. A sender whose first frame is masked is taken for a client, and\n" +
			"judged as one, and else for a server, unless --masked says which it is.",
		Example: "  wscope decode bytes.bin\n" +
			"  wscope decode --messages --deflate 'permessage-deflate; client_no_context_takeover' - <bytes.bin",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args[0]) },
	}
	f := cmd.Flags()
	f.BoolVar(&d.messages, "messages", false, "a record a message")
	f.StringVar(&d.masked, "masked", "auto", "whether the sender must mask: `yes` (a client), no (a server), auto (as its first frame does)")
	f.StringVar(&d.deflate, "deflate", "", "permessage-deflate is in force, with these `PARAMS` as in the answer's header")
	f.BoolVar(&d.json.Payload, "payload", false, "frames with their unmasked payloads")
	f.IntVar(&d.json.MaxPayload, "max-payload", 0, "shorten payloads to `N` bytes (default: all of it)")
	f.BoolVar(&d.redact, "redact", false, "put tokens in the place of payloads and reasons")
	f.IntVar(&d.keep, "max-message", wsparse.DefaultMaxMessage, "`bytes` of a message, or a frame's payload, that are kept at most")
	f.BoolVar(&d.hash, "sha256", false, "with --messages: whole data messages with the SHA-256 of their content, also where --max-message cuts it")
	d.out.flags(cmd)
	return cmd
}

func (d *decode) run(name string) error {
	if err := d.out.check("ndjson"); err != nil {
		return err
	}
	if d.keep <= 0 {
		return fmt.Errorf("--max-message %d is no number of bytes", d.keep)
	}
	if d.json.MaxPayload <= 0 || d.json.MaxPayload > d.keep {
		d.json.MaxPayload = d.keep
	}
	cfg := wsparse.StreamConfig{Frames: !d.messages, Payload: d.json.Payload, Collect: d.messages, NoInflate: !d.messages,
		Hash: d.hash, MaxMessage: d.keep}
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
	var in io.Reader = d.env.stdin
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
		from := bufio.NewReaderSize(in, 1<<16)
		if d.masked == "auto" {
			cfg.From = sender(from)
		}
		s := wsparse.NewStream(cfg)
		if err := d.feed(s, from); err != nil {
			return err
		}
		if err := d.put.end(); err != nil {
			return err
		}
		if d.midway {
			fmt.Fprintf(d.env.stderr, "wscope: %s: offset %d: the bytes end inside a frame or message\n", report.Clean(name), s.Offset())
			return errTrouble
		}
		return nil
	})
}

// sender says who sends the bytes, by the mask bit of the first frame (RFC 6455 §5.1).
func sender(in *bufio.Reader) wsparse.Role {
	switch b, _ := in.Peek(2); {
	case len(b) < 2:
		return wsparse.FromUnknown
	case b[1]&0x80 != 0:
		return wsparse.FromClient
	}
	return wsparse.FromServer
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
			d.midway = s.Midway()
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
	// A few bytes more than are shown, so that it is seen where a character ends.
	room := d.json.MaxPayload + utf8.UTFMax - len(d.payload)
	d.payload = append(d.payload, ev.Payload[:min(len(ev.Payload), max(room, 0))]...)
	if !ev.Last {
		return nil
	}
	d.frames++
	r := analyzer.Frame{Frame: d.frames, Offset: ev.Offset, Complete: ev.Complete, Payload: d.payload}
	flow.SetHeader(&r, &ev.Header)
	r.IsText = ev.Header.Opcode != wsparse.Binary && (utf8.Valid(d.payload) ||
		len(d.payload) > d.json.MaxPayload && utf8.Valid(wholeRunes(d.payload)))
	if d.hide != nil {
		d.hide.Frame(&r)
	}
	return d.put.frame(&r)
}

// wholeRunes is text without the part of a character that it ends with, if it does.
func wholeRunes(text []byte) []byte {
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if tail := text[len(text)-back:]; utf8.RuneStart(tail[0]) && !utf8.FullRune(tail) {
			return text[:len(text)-back]
		}
	}
	return text
}

func (d *decode) message(m *wsparse.Message) error {
	if !d.messages {
		return nil
	}
	d.count++
	r := analyzer.Message{Message: d.count}
	flow.SetMessage(&r, m)
	if d.hide != nil {
		d.hide.Message(&r)
	}
	return d.put.message(&r, m.Offset)
}
