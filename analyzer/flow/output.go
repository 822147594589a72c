package flow

import (
	"math"
	"sync/atomic"

	"wscope/analyzer/record"
)

// An Output is what one Table emits: items in the order in which its packets made them, and the bytes that
// rendered records take.
type Output struct {
	Items []Item
	Bytes []byte

	messages []*messageChunk // of message records, used again
	given    int             // records of them in use
}

// messageChunk is room for some message records, and what subprotocols say of them.
type messageChunk [64]struct {
	message record.Message
	app     record.App
}

// keptData is the payload above which a message's data gets memory of its own.
const keptData = 64 << 10

// keep copies a message's record, which is valid until Reset.
func (o *Output) keep(m *record.Message) *record.Message {
	chunk := o.given / len(messageChunk{})
	if chunk == len(o.messages) {
		o.messages = append(o.messages, new(messageChunk))
	}
	room := &o.messages[chunk][o.given%len(messageChunk{})]
	o.given++
	kept := &room.message
	*kept = *m
	switch {
	case len(m.Data) == 0:
		kept.Data = nil
	case len(m.Data) > keptData:
		kept.Data = append([]byte(nil), m.Data...)
	default:
		begin := len(o.Bytes)
		o.Bytes = append(o.Bytes, m.Data...)
		kept.Data = o.Bytes[begin:len(o.Bytes):len(o.Bytes)]
	}
	if m.App != nil {
		room.app = *m.App
		room.app.Decoded = append(record.JSON(nil), m.App.Decoded...)
		kept.App = &room.app
	}
	return kept
}

// Reset empties the Output and lets go of its records.
func (o *Output) Reset() {
	clear(o.Items)
	for i := 0; i < len(o.messages) && i*len(messageChunk{}) < o.given; i++ {
		*o.messages[i] = messageChunk{} // lets go of strings and large payloads
	}
	o.given = 0
	o.Items, o.Bytes = o.Items[:0], o.Bytes[:0]
}

// Kind says what an Item is.
type Kind uint8

// The kinds of Item.
const (
	ItemBegun Kind = iota
	ItemUpdate
	ItemEnded
	ItemMessage
	ItemFrame
	ItemRendered
	ItemGap
	ItemFinding
	ItemTLSRecord
	ItemAnswered // nothing for the Sink: the merger notes it
	ItemPolled   // the same, and of no flow
	ItemReset    // the flow may have ended
	ItemNotReset // it did not
	ItemAttempt  // a connection without a byte, of no flow
)

// Item is one thing for the Sink.
type Item struct {
	Index    int64 // of the packet that made it
	Flow     *Ref
	Body     any    // *record.Flow (or, when the capture is over, the *flow that will make it), *record.Message, *record.Frame, *record.Gap, *record.Finding, *record.TLSRecord, *PollRequest, *Attempt; nil
	From, To uint32 // ItemRendered: its place in Output.Bytes
	Number   int64  // ItemRendered: the flow's, 0 where its worker did not know it yet
	Kind     Kind
}

// Ended is the record of an ItemEnded. The Item lets go of it, so only one record is alive at a time where
// very many flows end together.
func (it *Item) Ended() *record.Flow {
	body := it.Body
	it.Body = nil
	if f, ok := body.(*flow); ok {
		return f.conclude()
	}
	return body.(*record.Flow)
}

// Ref stands for a flow among all flows of a capture: its number, and what links it to others. Only the merger
// writes it.
type Ref struct {
	number     atomic.Int64
	Reconnects int64 // number of the flow that it reconnects after; 0 is none
	Seen       *Seen // nil for most
	Reset      bool  // its end was noted before it was certain
	Answered   bool  // its handshake was answered, as far as the merger has come
}

// Seen is where else the conversation of a flow was captured.
type Seen struct {
	Proxied *record.Proxied // the other hop through a reverse proxy
	SameAs  int64           // number of the flow of the same connection on the other side of an address translation; 0 is none
}

// Number is the flow's number, 0 until it has one. The flow's worker may ask for it while the merger runs.
func (r *Ref) Number() int64 { return r.number.Load() }

// SetNumber gives the flow its number.
func (r *Ref) SetNumber(n int64) { r.number.Store(n) }

// Order is the flow's place among those that end with the capture: one without a number comes last, and so does
// what is of no flow, whose Ref is nil.
func (r *Ref) Order() int64 {
	if r != nil {
		if n := r.Number(); n != 0 {
			return n
		}
	}
	return math.MaxInt64
}
