package page

// Limits say how much of a capture goes into a page, so that a browser can hold it. What is
// left out is counted, and the page says so. The zero value means Default.
type Limits struct {
	Message  int   `json:"message"`  // bytes of one message's payload; the rest is cut
	Payload  int64 `json:"payload"`  // bytes of all payloads, as JSON writes them
	Messages int64 `json:"messages"` // messages with a row of their own
	Flows    int64 `json:"flows"`    // bytes of all flow records
}

// Default opens within seconds in a browser of today.
var Default = Limits{Message: 64 << 10, Payload: 64 << 20, Messages: 400_000, Flows: 64 << 20}

func (l Limits) orDefault() Limits {
	if l == (Limits{}) {
		return Default
	}
	return l
}

const (
	blockSize   = 512 << 10 // bytes of JSON after which a block is closed
	pendingSize = 256 << 10 // bytes of rows after which a living flow gives them to the block
	waitingSize = 16 << 20  // bytes of rows after which all living flows do
	plainSize   = 64 << 10  // a block of fewer bytes is written as plain JSON
)

// budget is what is left of the limits.
type budget struct {
	limits   Limits
	payload  int64 // bytes taken
	messages int64
	flows    int64
}

// row reports whether a message may have a row.
func (b *budget) row() bool {
	if b.messages >= b.limits.Messages {
		return false
	}
	b.messages++
	return true
}

// takes reports whether a payload of n bytes fits, for a flow that has taken own bytes so far. No
// flow gets more than it leaves to the others, so that one download does not silence them.
func (b *budget) takes(own, n int64) bool {
	if own+n > b.limits.Payload-b.payload {
		return false
	}
	b.payload += n
	return true
}

// record reports whether a flow's record of n bytes fits.
func (b *budget) record(n int) bool {
	if b.flows+int64(n) > b.limits.Flows {
		return false
	}
	b.flows += int64(n)
	return true
}
