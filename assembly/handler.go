package assembly

import "wscope/assembly/packet"

// Mark says which packet a byte or an event came from.
type Mark = packet.Mark

// Side is one of the two ends of a connection, and so one of its two byte streams:
// the stream that this end sends. Which one is the client is for the protocol inside
// to say; see Conn.Initiator.
type Side uint8

// The two sides.
const (
	A Side = iota // sent the first SYN, or where no SYN was captured the first segment seen
	B
)

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

// Cause says why bytes of a stream are missing, or why it ended.
type Cause uint8

const (
	// Gaps.
	Lost     Cause = iota // acknowledged by the peer or jumped over, but not in the capture
	Cut                   // the capture cut the packet (snaplen)
	Limit                 // let go by us: a buffering limit was reached; an end where a connection was that carried no byte
	Conflict              // nothing is missing, but bytes given came again with another content: what follows may not continue them; n is -1
	Early                 // before the capture, or this connection's part in it, began; told before a stream's first byte where its SYN was not captured

	// Ends.
	FIN     // the side closed its half
	RST     // reset
	Idle    // let go by capture time after long silence
	Reused  // the 4-tuple began a new connection
	CaptEnd // the capture ended
)

// Handler takes the two byte streams of a connection. Every stage (TCP, TLS, upgrades) hands
// them to the next by it.
//
// All calls for one connection come from one goroutine, each stream's bytes in order.
// Between the two streams the order is that of the capture as far as each stream's
// own order allows.
type Handler interface {
	// Data takes the next bytes of a side's stream. b is valid only during the call and
	// must not be changed. at is the packet that all bytes of b came from (a call never
	// mixes packets); it is valid only during the call.
	Data(s Side, b []byte, at *Mark)

	// Gap reports that n bytes of a side's stream are missing here; n is -1 where the number
	// is unknown. at is the packet at which this became certain.
	Gap(s Side, n int64, why Cause, at *Mark)

	// End reports that a side's stream has ended, and why. It is called exactly once per side;
	// nothing follows for that side.
	End(s Side, why Cause, at *Mark)
}
