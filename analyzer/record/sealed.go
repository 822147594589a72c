package record

// Sealed is what is thought of a TLS connection that could not be opened, by the lengths and times of its
// records. Nothing in it was read: what is counted in Direction is not mixed with it.
type Sealed struct {
	Likely     string   `json:"likely" redact:"open"`              // websocket, http1, http2, http3, sse, grpc, other, unknown
	Confidence float64  `json:"confidence"`                        // in likely, 0 to 1
	Why        []string `json:"why" redact:"open"`                 // what speaks for it
	Heartbeat  *Seconds `json:"heartbeat_seconds,omitempty"`       // mean time between the short messages that came most regularly
	Silence    *Seconds `json:"longest_silence,omitempty"`         // the longest time in which neither side sent
	LastFrom   Peer     `json:"last_from,omitempty" redact:"open"` // who sent the last record that is no alert
	LastBytes  int64    `json:"last_bytes,omitempty" unit:"bytes"` // of its plaintext, about
	RTTMin     *Seconds `json:"rtt_min,omitempty"`                 // from a short message to the one that repeats it, such as ping and pong
	RTTMean    *Seconds `json:"rtt_mean,omitempty"`
	RTTMax     *Seconds `json:"rtt_max,omitempty"`

	ClientToServer *SealedDirection `json:"client_to_server,omitempty"` // absent where the capture has nothing of it, and over QUIC, whose packets have no records
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

// SealedSure is the confidence from which a connection that could not be opened is counted with the WebSockets where
// their ends and reconnects are looked at.
const SealedSure = 0.8

// IsWebSocket reports whether the connection is a WebSocket with some confidence. A nil s is none.
func (s *Sealed) IsWebSocket() bool {
	return s != nil && s.Likely == "websocket" && s.Confidence >= SealedSure
}

// Records counts the records of application data of both sides.
func (s *Sealed) Records() (n int64) {
	if s == nil {
		return 0
	}
	for _, d := range [...]*SealedDirection{s.ClientToServer, s.ServerToClient} {
		if d != nil {
			n += d.Records
		}
	}
	return n
}
