package extcap

import (
	"fmt"
	"strings"

	"wscope/analyzer/clean"
	"wscope/analyzer/record"
	"wscope/assembly/capture"
	"wscope/assembly/packet"
)

// Annotator passes a Source on, and writes its packets once what they carry is known: it is also the Sink of the analysis, which
// must use no other goroutines.
type Annotator struct {
	record.NopSink
	packet.Source
	W    *capture.Writer
	held []packet.Packet // of the batch in hand, with bytes of their own
	said [][]string
	err  error
}

// Read implements packet.Source.
func (a *Annotator) Read(b *packet.Batch) error {
	err := a.Source.Read(b)
	for i := range b.Packets {
		p := b.Packets[i]
		p.Data = append([]byte(nil), p.Data...)
		a.held, a.said = append(a.held, p), append(a.said, nil)
	}
	if a.err != nil {
		return a.err
	}
	return err
}

// Batch implements record.Sink: all up to a capture time has been analysed.
func (a *Annotator) Batch(at record.Time) error {
	n := 0
	for n < len(a.held) && a.held[n].Time <= int64(at) {
		n++
	}
	return a.write(n)
}

// End writes what is held.
func (a *Annotator) End() error { return a.write(len(a.held)) }

func (a *Annotator) write(n int) error {
	for i := range n {
		if a.err == nil {
			a.err = a.W.Packet(&a.held[i], a.said[i]...)
		}
	}
	a.held, a.said = append(a.held[:0], a.held[n:]...), append(a.said[:0], a.said[n:]...)
	if a.err == nil {
		a.err = a.W.Flush()
	}
	return a.err
}

// mostSaid is how many comments a packet has at most.
const mostSaid = 20

// say puts a comment on a packet, or on the latest one where that has been written.
func (a *Annotator) say(number int64, text string) {
	if len(a.held) == 0 {
		return
	}
	at := len(a.held) - 1
	for i := range a.held {
		if a.held[i].Number == number {
			at = i
			break
		}
	}
	if len(a.said[at]) < mostSaid {
		a.said[at] = append(a.said[at], clean.Line(text))
	}
}

// FlowBegun implements record.Sink.
func (a *Annotator) FlowBegun(f *record.Flow) error {
	if f.HTTP != nil {
		a.say(f.Packet, fmt.Sprintf("WebSocket %d: %s%s", f.Flow, f.HTTP.Host, f.HTTP.Path))
	}
	return nil
}

// FlowEnded implements record.Sink.
func (a *Annotator) FlowEnded(f *record.Flow) error {
	if c := f.Close; c != nil && c.Story != "" {
		a.say(c.Packet, fmt.Sprintf("WebSocket %d: %s", f.Flow, c.Story))
	}
	return nil
}

// Message implements record.Sink.
func (a *Annotator) Message(m *record.Message) error {
	what := m.Type
	if m.App != nil {
		what = strings.TrimSpace(m.App.Protocol + " " + m.App.Kind + " " + m.App.Name)
	}
	a.say(m.Packet, fmt.Sprintf("WebSocket %d, %s: %s, %d bytes", m.Flow, m.From, what, m.Length))
	return nil
}

// Finding implements the analyzer's Events.
func (a *Annotator) Finding(flow int64, f *record.Finding) error {
	text := fmt.Sprintf("WebSocket %d, %s: %s", flow, f.Severity, f.Rule)
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	a.say(f.Packet, text)
	return nil
}

// Gap implements the analyzer's Events.
func (a *Annotator) Gap(*record.Gap) error { return nil }
