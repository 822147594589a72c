package wsparse

// EventKind tells what an Event is.
type EventKind uint8

const (
	// FramePart is a piece of a frame: its header and the payload bytes that are there so
	// far (First), more payload, or the end (Last). A frame that is whole in the bytes
	// given comes as one event with First and Last.
	FramePart EventKind = iota + 1
	// MessageDone is a message whose last frame has ended, or that will not be completed.
	MessageDone
	// Violation is a rule of RFC 6455 or 7692 that these bytes break.
	Violation
	// Resynced says that after a gap or nonsense a frame boundary was found again.
	Resynced
)

// Event is what Stream.Next gives.
//
// The order is fixed: a frame's FramePart comes before what is found in its bytes
// (violations of the header first, then of the payload, by offset), then, if it ends a
// message, MessageDone, and then the violations of the message as a whole. A message that
// is cut off by the beginning of another is done before the other's first FramePart.
type Event struct {
	Kind EventKind

	// Of the frame (FramePart; and for MessageDone the message's first frame: its
	// Header, Frame and Offset, or with StreamConfig.Brief all of it).
	First, Last bool
	Header      Header
	Frame       int64  // number of the frame in this stream, from 1
	Offset      int64  // stream offset of the frame's first header byte; of a Violation its Finding's; of Resynced the boundary
	Payload     []byte // unmasked payload bytes of this piece, if StreamConfig.Payload asks; valid until the next Next or Feed
	Len         uint64 // payload bytes of this piece on the wire, whether given in Payload or not
	Complete    bool   // with Last: all its bytes were there

	// MessageDone.
	Message *Message // valid until the next Next or Feed

	// Violation.
	Finding Finding

	// Resynced, and FramePart whose bytes were lost: bytes of the stream that are missing
	// or could not be understood here, where their number is known.
	Lost int64

	own  Message // what Message points to where the Stream need not remember it
	bare []byte  // the memory of unmasked bytes, the same
}

// reset clears ev but for its memory. (A literal with that would be built beside and copied.)
func (ev *Event) reset() {
	bare := ev.bare
	*ev = Event{}
	ev.bare = bare
}

// bareMost is how many unmasked bytes an Event has room for at most.
const bareMost = 64 << 10

// room gives n bytes of any content in the Event's own memory; nil where that would be too many.
func (ev *Event) room(n int) []byte {
	if n > cap(ev.bare) {
		if n > bareMost {
			return nil
		}
		ev.bare = make([]byte, max(n, 2*cap(ev.bare)))
	}
	return ev.bare[:n]
}
