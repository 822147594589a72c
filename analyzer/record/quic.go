package record

// QUIC is QUIC's part in a flow: of its whole connection, where several flows share one.
type QUIC struct {
	Version       string     `json:"version" redact:"open"`               // 1, 2
	Offered       []string   `json:"offered,omitempty" redact:"open"`     // versions that a Version Negotiation packet of the server named
	Retry         bool       `json:"retry,omitempty"`                     // the server had the client prove its address first
	EarlyData     bool       `json:"early_data,omitempty"`                // 0-RTT packets were captured
	ECHOffered    bool       `json:"ech_offered,omitempty"`               // the ClientHello has encrypted_client_hello: its server name may be a public one
	KeyUpdates    int64      `json:"key_updates,omitempty"`               // of both sides
	Rebindings    int64      `json:"rebindings,omitempty"`                // times that the client's address changed under the same connection ID, as a NAT does it
	Migrations    int64      `json:"migrations,omitempty"`                // times that the client moved to another path with a connection ID of its own
	Moved         []string   `json:"moved,omitempty" redact:"open"`       // the client's addresses after those changes, ip:port, in the order captured
	Answer        *Seconds   `json:"answer,omitempty"`                    // the client's first packet to the server's first
	RTT           *Seconds   `json:"rtt,omitempty"`                       // smallest round trip of packets and their acknowledgements
	SpinRTT       *Seconds   `json:"spin_rtt,omitempty"`                  // smallest round trip by the spin bit, where both ends turn it
	ClientPackets int64      `json:"client_packets"`                      // datagrams that the client sent
	ServerPackets int64      `json:"server_packets"`                      // datagrams that the server sent
	ClientBytes   int64      `json:"client_bytes" unit:"bytes"`           // of their payload
	ServerBytes   int64      `json:"server_bytes" unit:"bytes"`           // of their payload
	Duplicates    int64      `json:"duplicates,omitempty"`                // packets seen twice
	Unopened      int64      `json:"unopened,omitempty"`                  // packets that did not authenticate, or had no key
	LostDatagrams int64      `json:"lost_datagrams,omitempty"`            // DATAGRAM frames that were captured and that the peer did not acknowledge
	CaptureLoss   int64      `json:"capture_loss,omitempty" unit:"bytes"` // bytes of all streams that the capture lacks
	Close         *QUICClose `json:"close,omitempty"`                     // absent where no end was captured
}

// QUICClose is what ended a QUIC connection.
type QUICClose struct {
	By     Peer   `json:"by" redact:"open"`                 // client, server
	How    string `json:"how" redact:"open"`                // transport, application, stateless reset
	Code   uint64 `json:"code"`                             // of CONNECTION_CLOSE
	Name   string `json:"name,omitempty" redact:"open"`     // of the code
	Reason string `json:"reason,omitempty" redact:"secret"` // as sent, at most 200 bytes
}
