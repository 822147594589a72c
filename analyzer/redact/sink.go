package redact

import "wscope/analyzer/record"

// Sink returns a Sink that redacts all that next is given; an EventSink if next is one.
func (r *Redactor) Sink(next record.Sink) record.Sink {
	s := sink{next, r}
	if events, ok := next.(record.EventSink); ok {
		return &eventSink{s, events, map[int64]*record.Flow{}}
	}
	return &s
}

// Renderer returns a Renderer that redacts records before next renders them.
func (r *Redactor) Renderer(next record.Renderer) record.Renderer { return &renderer{next, r} }

// sink redacts all that a sink is given.
type sink struct {
	record.Sink
	r *Redactor
}

func (s *sink) FlowBegun(f *record.Flow) error  { return s.Sink.FlowBegun(s.r.Flow(f)) }
func (s *sink) FlowUpdate(f *record.Flow) error { return s.Sink.FlowUpdate(s.r.Flow(f)) }
func (s *sink) FlowEnded(f *record.Flow) error  { return s.Sink.FlowEnded(s.r.Flow(f)) }

func (s *sink) Message(m *record.Message) error {
	s.r.Message(m)
	return s.Sink.Message(m)
}

func (s *sink) Frame(f *record.Frame) error {
	s.r.Frame(f)
	return s.Sink.Frame(f)
}

// eventSink is a sink for a sink that takes events.
type eventSink struct {
	sink
	events record.EventSink
	open   map[int64]*record.Flow // the latest record of each flow that has not ended, for what its findings quote
}

func (s *eventSink) FlowBegun(f *record.Flow) error {
	s.open[f.Flow] = f
	return s.sink.FlowBegun(f)
}

func (s *eventSink) FlowUpdate(f *record.Flow) error {
	s.open[f.Flow] = f
	return s.sink.FlowUpdate(f)
}

func (s *eventSink) FlowEnded(f *record.Flow) error {
	delete(s.open, f.Flow)
	return s.sink.FlowEnded(f)
}

func (s *eventSink) Gap(g *record.Gap) error { return s.events.Gap(g) }

func (s *eventSink) Finding(flow int64, f *record.Finding) error {
	return s.events.Finding(flow, s.r.Finding(f, s.open[flow]))
}

// TLSRecord implements record.TLSRecordSink: there is nothing to redact in it.
func (s *eventSink) TLSRecord(r *record.TLSRecord) error {
	if records, ok := s.events.(record.TLSRecordSink); ok {
		return records.TLSRecord(r)
	}
	return nil
}

// renderer redacts records before they are rendered, in the workers.
type renderer struct {
	record.Renderer
	r *Redactor
}

func (d *renderer) Message(dst []byte, m *record.Message) []byte {
	d.r.Message(m)
	return d.Renderer.Message(dst, m)
}

func (d *renderer) Frame(dst []byte, f *record.Frame) []byte {
	d.r.Frame(f)
	return d.Renderer.Frame(dst, f)
}
