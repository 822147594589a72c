package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"slices"

	"wscope/analyzer"
	"wscope/analyzer/report"
)

// seedBytes is how much of an input its redactor's key is drawn from. It has the first
// packets' times, ports and sequence numbers in it, which nobody guesses who has not the capture.
const seedBytes = 64 << 10

// redactor makes the redactor for some inputs. Its key is drawn from the inputs
// themselves, so that the same capture gives the same output; for what cannot be looked into
// beforehand (an interface, a server, a file being written) it is random.
func (in *input) redactor(paths []string) (*report.Redactor, error) {
	var seed []byte
	for _, path := range paths {
		head, err := in.head(path)
		if err != nil {
			return nil, err
		}
		seed = append(seed, head...)
	}
	if len(seed) < 64 || in.tail {
		seed = make([]byte, 32)
		rand.Read(seed)
	}
	return report.NewRedactor(seed), nil
}

// head is the beginning of an input. What is read of standard input is put back.
func (in *input) head(path string) ([]byte, error) {
	if path == "-" {
		if in.tail {
			return nil, nil
		}
		head, err := io.ReadAll(io.LimitReader(in.env.stdin, seedBytes))
		in.env.stdin = io.MultiReader(bytes.NewReader(head), in.env.stdin)
		return head, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, nil // whoever opens it tells of it
	}
	if st.IsDir() {
		return in.folder(path)
	}
	if !st.Mode().IsRegular() {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, seedBytes))
}

// folder is the beginnings of a folder's first files by name.
func (in *input) folder(path string) ([]byte, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.Type().IsRegular() })
	var seed []byte
	for _, e := range entries[:min(len(entries), 16)] {
		head, err := in.head(filepath.Join(path, e.Name()))
		if err != nil {
			return nil, err
		}
		seed = append(seed, head...)
	}
	return seed, nil
}

// redactedSink redacts all that a sink is given.
type redactedSink struct {
	analyzer.Sink
	r *report.Redactor
}

func (s *redactedSink) FlowBegun(f *analyzer.Flow) error  { return s.Sink.FlowBegun(s.r.Flow(f)) }
func (s *redactedSink) FlowUpdate(f *analyzer.Flow) error { return s.Sink.FlowUpdate(s.r.Flow(f)) }
func (s *redactedSink) FlowEnded(f *analyzer.Flow) error  { return s.Sink.FlowEnded(s.r.Flow(f)) }

func (s *redactedSink) Message(m *analyzer.Message) error {
	s.r.Message(m)
	return s.Sink.Message(m)
}

func (s *redactedSink) Frame(f *analyzer.Frame) error {
	s.r.Frame(f)
	return s.Sink.Frame(f)
}

// redactedEvents is a redactedSink for a sink that takes events.
type redactedEvents struct {
	redactedSink
	events analyzer.EventSink
	open   map[int64]*analyzer.Flow // the latest record of each flow that has not ended, for what its findings quote
}

func (s *redactedEvents) FlowBegun(f *analyzer.Flow) error {
	s.open[f.Flow] = f
	return s.redactedSink.FlowBegun(f)
}

func (s *redactedEvents) FlowUpdate(f *analyzer.Flow) error {
	s.open[f.Flow] = f
	return s.redactedSink.FlowUpdate(f)
}

func (s *redactedEvents) FlowEnded(f *analyzer.Flow) error {
	delete(s.open, f.Flow)
	return s.redactedSink.FlowEnded(f)
}

func (s *redactedEvents) Gap(g *analyzer.Gap) error { return s.events.Gap(g) }

func (s *redactedEvents) Finding(flow int64, f *analyzer.Finding) error {
	return s.events.Finding(flow, s.r.Finding(f, s.open[flow]))
}

// redacted makes options and sink that give nothing away.
func redacted(r *report.Redactor, opt analyzer.Options, sink analyzer.Sink) (analyzer.Options, analyzer.Sink) {
	if render := opt.Render; render != nil {
		opt.Render = func() analyzer.Renderer { return &redactedRenderer{render(), r} }
	}
	s := redactedSink{sink, r}
	if events, ok := sink.(analyzer.EventSink); ok {
		return opt, &redactedEvents{s, events, map[int64]*analyzer.Flow{}}
	}
	return opt, &s
}

// redactedRenderer redacts records before they are rendered, in the workers.
type redactedRenderer struct {
	analyzer.Renderer
	r *report.Redactor
}

func (d *redactedRenderer) Message(dst []byte, m *analyzer.Message) []byte {
	d.r.Message(m)
	return d.Renderer.Message(dst, m)
}

func (d *redactedRenderer) Frame(dst []byte, f *analyzer.Frame) []byte {
	d.r.Frame(f)
	return d.Renderer.Frame(dst, f)
}
