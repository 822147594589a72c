package record

// TLS is what the TLS connection around a flow showed.
type TLS struct {
	Version      string   `json:"version,omitempty" redact:"open"`                       // 1.0 to 1.3
	Cipher       string   `json:"cipher,omitempty" redact:"open"`                        // cipher suite, by its registered name
	SNI          string   `json:"sni,omitempty" redact:"open"`                           // server name that the client asked for
	ALPN         string   `json:"alpn,omitempty" redact:"open"`                          // protocol that the server chose
	ALPNOffered  []string `json:"alpn_offered,omitempty" redact:"open"`                  // protocols that the client offered
	Client       string   `json:"client,omitempty" redact:"open"`                        // library or browser that the ClientHello looks like: chromium, firefox, go, java, node, openssl, rust; a guess by what nine programs send by default
	Decrypted    bool     `json:"decrypted"`                                             // it could be opened
	ClientRandom string   `json:"client_random,omitempty" redact:"open" parquet:"plain"` // hex
	Why          string   `json:"why,omitempty" redact:"open"`                           // why it could not be opened
	WhyKind      string   `json:"why_kind,omitempty" redact:"open"`                      // secret-missing, secret-wrong, handshake-missing, unsupported, records-lost, not-tls
	Latency      *Seconds `json:"latency,omitempty"`                                     // ClientHello to the end of the handshake
}

// HTTP is the request that asked for the WebSocket, and its answer's status.
type HTTP struct {
	Version         string      `json:"version" redact:"open"`                          // 1.1, 2, 3
	Method          string      `json:"method" redact:"open"`                           // GET, or CONNECT over HTTP/2 and HTTP/3
	Host            string      `json:"host" redact:"open"`                             // Host header or :authority
	Path            string      `json:"path" redact:"target"`                           // with its query
	Status          int         `json:"status,omitempty"`                               // the answer's; 0 or absent where there is none
	StreamID        uint64      `json:"stream_id"`                                      // HTTP/2 or HTTP/3 stream; 0 over HTTP/1.1, and for the first of HTTP/3
	Origin          string      `json:"origin,omitempty" redact:"target"`               // Origin header
	UserAgent       string      `json:"user_agent,omitempty" redact:"open"`             // User-Agent header
	RequestHeaders  [][2]string `json:"request_headers" redact:"headers"`               // name and value, in order
	ResponseHeaders [][2]string `json:"response_headers,omitempty" redact:"headers"`    // name and value, in order
	Location        string      `json:"location,omitempty" redact:"target"`             // of a redirect
	Body            string      `json:"body,omitempty" redact:"secret" parquet:"plain"` // first line of a refusal's body
	Auth            string      `json:"auth,omitempty" redact:"scheme"`                 // scheme alone: "Bearer", "Basic"
	Cookies         []string    `json:"cookies,omitempty" redact:"name"`                // names alone
	ConnectProtocol *bool       `json:"connect_protocol,omitempty"`                     // HTTP/2, HTTP/3: the server's SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441, RFC 9220); absent where its SETTINGS were not captured
}

// Handshake is the opening handshake as judged.
type Handshake struct {
	Result              Result   `json:"result" redact:"open"`                         // accepted, rejected, invalid, unanswered
	Latency             *Seconds `json:"latency,omitempty"`                            // request's last byte to the answer's last
	AcceptValid         *bool    `json:"accept_valid,omitempty"`                       // Sec-WebSocket-Accept is right; absent where there is no 101
	SubprotocolsOffered []string `json:"subprotocols_offered,omitempty" redact:"name"` // by the client
	Subprotocol         string   `json:"subprotocol,omitempty" redact:"name"`          // that the server chose
	ExtensionsOffered   []string `json:"extensions_offered,omitempty" redact:"prose"`  // by the client, with parameters
	Extensions          []string `json:"extensions,omitempty" redact:"prose"`          // that the server chose, with parameters
}
