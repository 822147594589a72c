package record

// The records of the contract. Their JSON names are public: fields may be added, none
// renamed or dropped. Pointers are nil, and slices empty, where there is nothing.

// Endpoint is one end of a TCP connection.
type Endpoint struct {
	IP   string `json:"ip" redact:"open" parquet:"plain"` // address, IPv4 or IPv6
	Port uint16 `json:"port"`                             // TCP port; over QUIC UDP's
}

// Flow is one WebSocket connection, or one WebTransport session.
type Flow struct {
	Flow      int64    `json:"flow"`                                                // from 1, in the order in which flows begin
	Client    Endpoint `json:"client"`                                              // who asked for the WebSocket
	Server    Endpoint `json:"server"`                                              // who was asked
	Start     Time     `json:"start"`                                               // of the TCP connection (HTTP/1) or the stream (HTTP/2, HTTP/3)
	End       Time     `json:"end"`                                                 // its last packet
	Duration  Seconds  `json:"duration"`                                            // seconds
	Transport string   `json:"transport,omitempty" redact:"open"`                   // webtransport; absent where it is a WebSocket, or may be
	Pickup    Pickup   `json:"pickup" redact:"open"`                                // handshake, midstream, rejected, encrypted
	File      string   `json:"file,omitempty" redact:"open"`                        // where there are several: the one it began in
	Packet    int64    `json:"packet,omitempty"`                                    // the packet at which it was found
	Tunnel    string   `json:"tunnel,omitempty" redact:"open"`                      // network tunnel that it was captured in, such as vxlan 42
	RealIP    string   `json:"real_client,omitempty" redact:"open" parquet:"plain"` // as a PROXY protocol header says
	Via       []Via    `json:"via,omitempty"`

	TLS       *TLS       `json:"tls,omitempty"`
	Sealed    *Sealed    `json:"sealed,omitempty"`
	HTTP      *HTTP      `json:"http,omitempty"`
	Handshake *Handshake `json:"handshake,omitempty"`

	ClientToServer Direction `json:"client_to_server,omitzero"` // absent where the flow could not be opened
	ServerToClient Direction `json:"server_to_client,omitzero"` // absent where the flow could not be opened

	Close *Closing `json:"close,omitempty"`
	Pace  *Pace    `json:"pace,omitempty"`
	// Reconnects is the flow of the same client, host and path that ended abnormally shortly
	// before this one began; 0 where there is none.
	Reconnects int64 `json:"reconnects,omitempty"`
	// Proxied is the other hop of the same conversation through a reverse proxy.
	Proxied *Proxied `json:"proxied,omitempty" csv:"after tcp"`
	// SameAs is the flow of the same TCP connection, captured on the other side of an address
	// translation; 0 where there is none.
	SameAs int64 `json:"same_as,omitempty"`
	// Polling is what its Engine.IO session did over plain HTTP until the flow ended, by the sid that its path names.
	Polling      *Polling      `json:"polling,omitempty" csv:"after tcp"`
	Ping         *PingSum      `json:"ping,omitempty"`
	TCP          *TCP          `json:"tcp,omitempty"`
	WebTransport *WebTransport `json:"webtransport,omitempty"`
	QUIC         *QUIC         `json:"quic,omitempty"` // HTTP/3: in place of TCP
	// App is what the subprotocol said, where Options.Apps recognised one.
	App *AppSummary `json:"app,omitempty"`

	Findings []Finding `json:"findings"`

	// Connection is when the TCP connection began: Start, but for a stream of HTTP/2. It is no
	// part of the contract.
	Connection Time `json:"-"`
	// Asked is when the request was complete; 0 where there was none. It is no part of the contract either.
	Asked Time `json:"-"`
	// Numbers are where the streams of the client and the server stood in TCP's sequence numbers when
	// the flow began. They are no part of the contract.
	Numbers [2]uint32 `json:"-"`
}

// Via is a proxy or wrapping that stood in front of the WebSocket.
type Via struct {
	Kind   string `json:"kind" redact:"open"`               // what stood in front: socks5, connect, proxy-protocol, …
	Target string `json:"target,omitempty" redact:"target"` // what it was asked to reach
}
