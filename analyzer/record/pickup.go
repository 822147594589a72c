package record

// Pickup says how a flow was recognised.
type Pickup string

const (
	PickupHandshake Pickup = "handshake" // by its opening handshake
	PickupMidstream Pickup = "midstream" // by its frames: the capture begins later than the flow
	PickupRejected  Pickup = "rejected"  // by a request that was refused or stayed unanswered
	PickupEncrypted Pickup = "encrypted" // not at all: TLS that could not be opened
)

// Result is what became of an opening handshake.
type Result string

const (
	Accepted   Result = "accepted"
	Rejected   Result = "rejected"
	Invalid    Result = "invalid" // a 101 that RFC 6455 forbids
	Unanswered Result = "unanswered"
)
