package record

// WebTransport is what a WebTransport session did besides what its directions count.
type WebTransport struct {
	Draft    string           `json:"draft,omitempty" redact:"open"` // of draft-ietf-webtrans-http3, by the server's SETTINGS: "02", "07", "13", "15"
	Client   WebTransportSide `json:"client"`
	Server   WebTransportSide `json:"server"`
	Draining Peer             `json:"draining,omitempty" redact:"open"` // who asked to end it gracefully: client, server
}

// WebTransportSide is what one side of a WebTransport session did.
type WebTransportSide struct {
	Bidirectional  int64 `json:"bidirectional"`               // streams that it opened
	Unidirectional int64 `json:"unidirectional"`              // streams that it opened
	Resets         int64 `json:"resets"`                      // streams whose sending it abandoned
	StreamBytes    int64 `json:"stream_bytes" unit:"bytes"`   // that it sent on streams
	DatagramBytes  int64 `json:"datagram_bytes" unit:"bytes"` // that it sent in datagrams
}
