package analyzer

import (
	"wscope/analyzer/record"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// Options say what Run shall do. The zero value finds flows and nothing more.
type Options struct {
	Workers int // goroutines that do the work, the caller's one of them; 0 is 1

	Messages bool // give Message records
	Frames   bool // give Frame records
	Payload  bool // with their payload: Message.Data, Frame.Payload
	Events   bool // give gaps and findings in their place to a Sink that is an EventSink
	// TLSRecords gives the records of TLS connections that could not be opened, in their place, to a Sink that is
	// a record.TLSRecordSink: their lengths and times.
	TLSRecords bool
	Updates    bool // give FlowUpdate records: as a handshake is answered, and at every interval of capture time with new frames

	// UpdateEvery is that interval; 0 is 10 s.
	UpdateEvery Seconds

	// Live is set where the reader of the records waits for each: what might be completed by
	// secrets that come later is given after 10 s of capture time, instead of at the end.
	Live bool

	// LetGo is asked before every batch of packets whether memory is short: if so, an eighth
	// of the connections, those silent for longest, are ended there and counted in
	// Summary.LetGo. What comes between two looks is a batch, however fast it comes. nil is never.
	LetGo func() bool
	// LetGone is called with how many connections a shard dropped, from any goroutine. It may be nil.
	LetGone func(connections int)

	Checksum   bool            // ignore segments with a wrong checksum
	VLANAware  bool            // the same addresses on two VLANs are two connections
	DecodeAs   map[uint16]bool // ports that carry WebSocket frames from the first byte
	QUICPorts  []uint16        // UDP ports, besides 443, where QUIC connections are looked for whose beginning is not in the capture
	NoMidway   bool            // look for no WebSocket whose upgrade is not in the capture
	Keys       *tlsopen.Keys   // TLS secrets; those found in the capture are added. nil makes an own store
	MoreKeys   bool            // Keys may get secrets after the bytes they open were read, whatever the source gives
	Hash       bool            // data messages with their SHA-256
	MaxMessage int             // bytes of a message that are collected at most; 0 is wsparse.DefaultMaxMessage
	MaxMemory  int64           // bytes of memory, of which half may hold what is unfinished (messages, data behind holes) if that is less than the default; 0 is the default

	Since, Until Time // packets outside are passed over; 0 is no bound
	// SinceStart and UntilStart are the same, counted from the first packet; 0 is no bound.
	SinceStart, UntilStart Seconds

	// Select says, once the handshake is known (or the flow was recognised), whether the
	// flow is wanted: the rest of one that is not costs nothing. nil wants all. It is made once
	// a shard, so that what it returns is used by one goroutine at a time.
	Select func() func(f *Flow) bool

	// KeepFlow says, of a finished record with its number, whether it is counted in the
	// Summary and given to Sink.FlowEnded. nil keeps all. It is called where the Sink is.
	KeepFlow func(f *Flow) bool

	// KeepMessage and KeepFrame choose among the records of wanted flows; nil keeps all.
	// f holds what is known of the flow so far; its number is not.
	KeepMessage func() func(f *Flow, m *Message) bool
	KeepFrame   func() func(f *Flow, r *Frame) bool

	// Render makes the bytes of a record in the workers; they reach the Sink by its
	// Rendered method instead of as a record. nil gives records.
	Render func() Renderer

	// Apps recognises subprotocols; nil looks for none.
	Apps func() Apps

	begun    *quic.Beginnings
	waitKeys bool // secrets may come after what they open: of the source, or MoreKeys
}

// Want adds what a Sink wants to what is asked for already.
func (o *Options) Want(w record.Wants) {
	o.Messages, o.Payload, o.Updates = o.Messages || w.Messages, o.Payload || w.Payload, o.Updates || w.Updates
	o.Events = o.Events || w.Events
	if w.Render != nil {
		o.Render = w.Render
	}
}
