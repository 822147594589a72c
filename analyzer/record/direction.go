package record

// Counts is messages by type.
type Counts struct {
	Text   int64 `json:"text"`   // text messages
	Binary int64 `json:"binary"` // binary messages
	Ping   int64 `json:"ping"`   // pings
	Pong   int64 `json:"pong"`   // pongs
	Close  int64 `json:"close"`  // Close frames
}

// Direction is what one side sent.
type Direction struct {
	Frames       int64        `json:"frames"`                                     // frames seen whole or in part
	Messages     Counts       `json:"messages"`                                   // messages seen whole or in part, by type
	Streams      int64        `json:"streams,omitempty"`                          // WebTransport: directions of streams that ended
	Datagrams    int64        `json:"datagrams,omitempty"`                        // WebTransport: datagrams
	WireBytes    int64        `json:"wire_bytes" unit:"bytes"`                    // frame headers and payloads
	PayloadBytes int64        `json:"payload_bytes" unit:"bytes"`                 // frame payloads as sent
	MessageBytes int64        `json:"message_bytes" unit:"bytes"`                 // after inflating
	LostBytes    int64        `json:"lost_bytes" unit:"bytes"`                    // bytes of the stream that the capture lacks, or that are of no frame that was found
	LostSealed   int64        `json:"lost_sealed_bytes,omitempty" unit:"bytes"`   // bytes of its connection's TLS records, or of its HTTP/3 stream, that were lost, or are useless without those that were: at most so many are missing besides lost_bytes
	UnreadBefore int64        `json:"unread_before_bytes,omitempty" unit:"bytes"` // captured bytes before the first frame that was found
	UnreadBehind int64        `json:"unread_behind_bytes,omitempty" unit:"bytes"` // captured bytes behind a loss or nonsense that are of no frame that was found; lost_bytes has these and unread_before_bytes too
	AfterReset   int64        `json:"after_reset_bytes,omitempty" unit:"bytes"`   // HTTP/2: of wire_bytes, those captured after the other side's RST_STREAM, so nobody knows whether they were read
	LostMessages int64        `json:"lost_messages"`                              // messages that could not be given whole for it
	Untyped      int64        `json:"untyped_messages,omitempty"`                 // data messages whose first frame, which says the type, the capture lacks
	Compression  *Compression `json:"compression,omitempty"`                      // permessage-deflate; absent where it was not agreed
	Sizes        *Quantiles   `json:"sizes,omitempty"`                            // of data messages, bytes after inflating

	unknown bool // see Unknown
}

// Unknown makes a direction of which nothing could be read, so that it is not 0 but absent.
func Unknown() Direction { return Direction{unknown: true} }

// IsZero leaves the object out of JSON where nothing of it is known.
func (d Direction) IsZero() bool { return d.unknown }

// Compression is the ledger of permessage-deflate in one direction.
type Compression struct {
	WindowAgreed  int     `json:"window_agreed" unit:"bytes"` // bytes
	WindowUsed    int     `json:"window_used" unit:"bytes"`   // largest distance seen, bytes
	Takeover      bool    `json:"takeover"`
	Messages      int64   `json:"messages"`         // compressed data messages
	Uncompressed  int64   `json:"uncompressed"`     // data messages sent uncompressed though it was agreed
	Grew          int64   `json:"grew"`             // messages that compression made larger
	In            int64   `json:"in" unit:"bytes"`  // bytes compressed
	Out           int64   `json:"out" unit:"bytes"` // bytes inflated
	Ratio         float64 `json:"ratio"`            // Out/In
	LargestFactor float64 `json:"largest_factor"`
}

// Quantiles sums up a distribution; see the package's sketch for its error.
type Quantiles struct {
	Count int64   `json:"count"`
	Min   float64 `json:"min"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// Add adds another direction's counts.
func (d *Direction) Add(o *Direction) {
	d.Frames += o.Frames
	d.Messages.Text += o.Messages.Text
	d.Messages.Binary += o.Messages.Binary
	d.Messages.Ping += o.Messages.Ping
	d.Messages.Pong += o.Messages.Pong
	d.Messages.Close += o.Messages.Close
	d.Streams += o.Streams
	d.Datagrams += o.Datagrams
	d.WireBytes += o.WireBytes
	d.PayloadBytes += o.PayloadBytes
	d.MessageBytes += o.MessageBytes
	d.LostBytes += o.LostBytes
	d.LostMessages += o.LostMessages
	d.LostSealed += o.LostSealed
	d.Untyped += o.Untyped
	d.AfterReset += o.AfterReset
	d.UnreadBefore += o.UnreadBefore
	d.UnreadBehind += o.UnreadBehind
}
