package main

import "wscope/analyzer"

// choose completes the options by what the flags choose among flows.
func (in *input) choose(opt analyzer.Options) analyzer.Options {
	if in.flow != 0 {
		opt.KeepFlow = func(f *analyzer.Flow) bool { return in.keep(f) }
	}
	return opt
}

// keep says whether a finished flow is wanted.
func (in *input) keep(f *analyzer.Flow) bool {
	if f.Flow == in.flow {
		return true
	}
	if in.passed != nil {
		in.passed(f.Flow)
	}
	return false
}

// chosen gives a sink only what belongs to the chosen flow: numbers are not known before
// the records are in order.
func (in *input) chosen(sink analyzer.Sink) analyzer.Sink {
	if in.flow == 0 {
		return sink
	}
	one := oneFlow{sink, in.flow}
	if events, ok := sink.(analyzer.EventSink); ok {
		return &oneFlowEvents{one, events}
	}
	return &one
}

// oneFlow passes on the records of one flow. Of the others it tells that they began.
type oneFlow struct {
	analyzer.Sink
	flow int64
}

func (o *oneFlow) FlowUpdate(f *analyzer.Flow) error {
	if f.Flow != o.flow {
		return nil
	}
	return o.Sink.FlowUpdate(f)
}

func (o *oneFlow) Message(m *analyzer.Message) error {
	if m.Flow != o.flow {
		return nil
	}
	return o.Sink.Message(m)
}

func (o *oneFlow) Frame(f *analyzer.Frame) error {
	if f.Flow != o.flow {
		return nil
	}
	return o.Sink.Frame(f)
}

func (o *oneFlow) Rendered(flow int64, b []byte) error {
	if flow != o.flow {
		return nil
	}
	return o.Sink.Rendered(flow, b)
}

// oneFlowEvents is a oneFlow for a sink that takes events.
type oneFlowEvents struct {
	oneFlow
	events analyzer.EventSink
}

func (o *oneFlowEvents) Gap(g *analyzer.Gap) error {
	if g.Flow != o.flow {
		return nil
	}
	return o.events.Gap(g)
}

func (o *oneFlowEvents) Finding(flow int64, f *analyzer.Finding) error {
	if flow != o.flow {
		return nil
	}
	return o.events.Finding(flow, f)
}
