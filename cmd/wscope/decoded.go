package main

import (
	"bufio"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

// decoded writes what "decode" gives in one of the formats.
type decoded struct {
	w        *bufio.Writer
	format   string
	json     *report.JSON
	csv      report.CSV
	frames   *report.FrameTable
	messages *report.MessageTable
	line     []byte
	any      bool
}

func newDecoded(w *bufio.Writer, d *decode) (*decoded, error) {
	p := &decoded{w: w, format: d.out.format, json: &d.json}
	p.csv = report.CSV{Payload: d.json.Payload, MaxPayload: d.json.MaxPayload}
	switch p.format {
	case "table":
		screen, err := d.out.screen()
		if err != nil {
			return nil, err
		}
		if d.messages {
			p.messages = report.NewMessageTable(screen, w)
		} else {
			p.frames = report.NewFrameTable(screen, w, d.json.Payload)
		}
	case "json":
		w.WriteByte('[')
	case "csv":
		if d.messages {
			w.WriteString(report.DecodedMessageHead)
		} else {
			w.WriteString(report.DecodedHead)
		}
	}
	return p, nil
}

func (p *decoded) frame(r *analyzer.Frame) error {
	switch p.format {
	case "table":
		return p.frames.Frame(r)
	case "csv":
		p.line = p.csv.Decoded(p.line[:0], r)
	default:
		p.line = p.json.Decoded(p.line[:0], r)
	}
	return p.write()
}

func (p *decoded) message(r *analyzer.Message, offset int64) error {
	switch p.format {
	case "table":
		return p.messages.Message(r)
	case "csv":
		p.line = p.csv.DecodedMessage(p.line[:0], r, offset)
	default:
		p.line = p.json.DecodedMessage(p.line[:0], r, offset)
	}
	return p.write()
}

func (p *decoded) write() error {
	if p.format == "json" {
		if p.any {
			p.w.WriteByte(',')
		}
		p.w.WriteByte('\n')
		p.line = p.line[:len(p.line)-1]
	}
	p.any = true
	_, err := p.w.Write(p.line)
	return err
}

func (p *decoded) end() error {
	if p.format == "json" {
		p.w.WriteString("\n]\n")
	}
	return nil
}
