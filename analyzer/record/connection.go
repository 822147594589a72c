package record

// TLS is what the TLS connection around a flow showed.
type TLS struct {
	Version      string   `json:"version,omitempty"`       // 1.0 to 1.3
	Cipher       string   `json:"cipher,omitempty"`        // cipher suite, by its registered name
	SNI          string   `json:"sni,omitempty"`           // server name that the client asked for
	ALPN         string   `json:"alpn,omitempty"`          // protocol that the server chose
	ALPNOffered  []string `json:"alpn_offered,omitempty"`  // protocols that the client offered
	Decrypted    bool     `json:"decrypted"`               // it could be opened
	ClientRandom string   `json:"client_random,omitempty"` // hex
	Why          string   `json:"why,omitempty"`           // why it could not be opened
	Latency      *Seconds `json:"latency,omitempty"`       // ClientHello to the end of the handshake
}

// HTTP is the request that asked for the WebSocket, and its answer's status.
type HTTP struct {
	Version         string      `json:"version"`                    // 1.1, 2
	Method          string      `json:"method"`                     // GET, or CONNECT over HTTP/2
	Host            string      `json:"host"`                       // Host header or :authority
	Path            string      `json:"path"`                       // with its query
	Status          int         `json:"status,omitempty"`           // the answer's; 0 or absent where there is none
	StreamID        uint32      `json:"stream_id"`                  // HTTP/2 stream; 0 over HTTP/1.1
	Origin          string      `json:"origin,omitempty"`           // Origin header
	UserAgent       string      `json:"user_agent,omitempty"`       // User-Agent header
	RequestHeaders  [][2]string `json:"request_headers"`            // name and value, in order
	ResponseHeaders [][2]string `json:"response_headers,omitempty"` // name and value, in order
	Location        string      `json:"location,omitempty"`         // of a redirect
	Body            string      `json:"body,omitempty"`             // first line of a refusal's body
	Auth            string      `json:"auth,omitempty"`             // scheme alone: "Bearer", "Basic"
	Cookies         []string    `json:"cookies,omitempty"`          // names alone
	ConnectProtocol *bool       `json:"connect_protocol,omitempty"` // HTTP/2: the server's SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441); absent where its SETTINGS were not captured
}

// Handshake is the opening handshake as judged.
type Handshake struct {
	Result              string   `json:"result"`                         // accepted, rejected, invalid, unanswered
	Latency             *Seconds `json:"latency,omitempty"`              // request's last byte to the answer's last
	AcceptValid         *bool    `json:"accept_valid,omitempty"`         // Sec-WebSocket-Accept is right; absent where there is no 101
	SubprotocolsOffered []string `json:"subprotocols_offered,omitempty"` // by the client
	Subprotocol         string   `json:"subprotocol,omitempty"`          // that the server chose
	ExtensionsOffered   []string `json:"extensions_offered,omitempty"`   // by the client, with parameters
	Extensions          []string `json:"extensions,omitempty"`           // that the server chose, with parameters
}
