package record

// Sink takes the records in order and one at a time, though not always from the same
// goroutine. Records and slices are valid during the call alone.
type Sink interface {
	// FlowBegun is called when a flow gets its number: only what the handshake says is there.
	FlowBegun(f *Flow) error
	// FlowUpdate gives a living flow's record so far, with Options.Updates.
	FlowUpdate(f *Flow) error
	// FlowEnded gives a flow's finished record. Flows end in any order.
	FlowEnded(f *Flow) error
	Message(m *Message) error
	Frame(f *Frame) error
	// Rendered gives the bytes that Options.Render made for one record of a flow.
	Rendered(flow int64, b []byte) error
	// Batch is called after each batch of packets: a good time to flush. now is the time of
	// the last packet; in live use it goes on while no packets come.
	Batch(now Time) error
}

// EventSink is a Sink that also takes, with Options.Events and in their place among the
// messages, the holes of a flow and its findings. A finding that only the end of a flow
// shows comes at the end.
type EventSink interface {
	Sink
	Gap(g *Gap) error
	Finding(flow int64, f *Finding) error
}

// Renderer turns records into bytes. The flow's number is not known yet in the workers:
// it is given to Sink.Rendered.
type Renderer interface {
	Message(dst []byte, m *Message) []byte
	Frame(dst []byte, f *Frame) []byte
}

// Wants says what a Sink wants of a run besides the records of flows.
type Wants struct {
	Messages bool            // Message records
	Payload  bool            // with their payloads
	Events   bool            // gaps and findings in their place, where the Sink is an EventSink
	Updates  bool            // flows as their handshakes are answered, and so long as they live
	Render   func() Renderer // bytes of messages and frames in the place of records; nil wants records
}

// NopSink is a Sink that does nothing with what it takes. Sinks that care for some of the records embed it.
type NopSink struct{}

// FlowBegun does nothing.
func (NopSink) FlowBegun(*Flow) error { return nil }

// FlowUpdate does nothing.
func (NopSink) FlowUpdate(*Flow) error { return nil }

// FlowEnded does nothing.
func (NopSink) FlowEnded(*Flow) error { return nil }

// Message does nothing.
func (NopSink) Message(*Message) error { return nil }

// Frame does nothing.
func (NopSink) Frame(*Frame) error { return nil }

// Rendered does nothing.
func (NopSink) Rendered(int64, []byte) error { return nil }

// Batch does nothing.
func (NopSink) Batch(Time) error { return nil }
