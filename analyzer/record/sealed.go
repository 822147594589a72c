package record

// Sealed is what is thought of a TLS connection that could not be opened, by the lengths and times of its
// records. Nothing in it was read: what is counted in Direction is not mixed with it.
type Sealed struct {
	Likely     string   `json:"likely" redact:"open"`        // websocket, http1, http2, sse, grpc, other, unknown
	Confidence float64  `json:"confidence"`                  // in likely, 0 to 1
	Why        []string `json:"why" redact:"open"`           // what speaks for it
	Heartbeat  *Seconds `json:"heartbeat_seconds,omitempty"` // mean time between the short messages that came most regularly
	RTTMin     *Seconds `json:"rtt_min,omitempty"`           // from a short message to the one that repeats it, such as ping and pong
	RTTMean    *Seconds `json:"rtt_mean,omitempty"`
	RTTMax     *Seconds `json:"rtt_max,omitempty"`

	ClientToServer *SealedDirection `json:"client_to_server,omitempty"` // absent where the capture has nothing of it
	ServerToClient *SealedDirection `json:"server_to_client,omitempty"`
}

// SealedDirection is what one side sent in a TLS connection that could not be opened.
type SealedDirection struct {
	AtLeast      *int64 `json:"messages_at_least,omitempty"`                // messages of any type, control frames among them; absent where it is not likely a WebSocket
	About        *int64 `json:"messages_about,omitempty"`                   // the same, as likely as can be said
	Payload      *int64 `json:"payload_bytes,omitempty" unit:"bytes"`       // of their frames, about
	PayloadError *int64 `json:"payload_bytes_error,omitempty" unit:"bytes"` // payload_bytes may be off by so much
	Records      int64  `json:"records"`                                    // TLS records of application data that were seen
	WireBytes    int64  `json:"wire_bytes" unit:"bytes"`                    // of the TCP stream
	LostBytes    int64  `json:"lost_bytes,omitempty" unit:"bytes"`          // of it, that the capture lacks
}
