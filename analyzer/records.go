package analyzer

// The records of the contract. Their JSON names are public: fields may be added, none
// renamed or dropped. Pointers are nil, and slices empty, where there is nothing.

// Endpoint is one end of a TCP connection.
type Endpoint struct {
	IP   string `json:"ip"`   // address, IPv4 or IPv6
	Port uint16 `json:"port"` // TCP port
}

// Flow is one WebSocket connection.
type Flow struct {
	Flow     int64    `json:"flow"`                  // from 1, in the order in which flows begin
	Client   Endpoint `json:"client"`                // who asked for the WebSocket
	Server   Endpoint `json:"server"`                // who was asked
	Start    Time     `json:"start"`                 // of the TCP connection (HTTP/1) or the stream (HTTP/2)
	End      Time     `json:"end"`                   // its last packet
	Duration Seconds  `json:"duration"`              // seconds
	Pickup   string   `json:"pickup"`                // handshake, midstream, rejected, encrypted
	File     string   `json:"file,omitempty"`        // where there are several: the one it began in
	Packet   int64    `json:"packet,omitempty"`      // the packet at which it was found
	Tunnel   string   `json:"tunnel,omitempty"`      // network tunnel that it was captured in, such as vxlan 42
	RealIP   string   `json:"real_client,omitempty"` // as a PROXY protocol header says
	Via      []Via    `json:"via,omitempty"`

	TLS       *TLS       `json:"tls,omitempty"`
	HTTP      *HTTP      `json:"http,omitempty"`
	Handshake *Handshake `json:"handshake,omitempty"`

	ClientToServer Direction `json:"client_to_server"`
	ServerToClient Direction `json:"server_to_client"`

	Close *Closing `json:"close,omitempty"`
	Pace  *Pace    `json:"pace,omitempty"`
	// Reconnects is the flow of the same client, host and path that ended abnormally shortly
	// before this one began; 0 where there is none.
	Reconnects int64 `json:"reconnects,omitempty"`
	// Proxied is the other hop of the same conversation through a reverse proxy.
	Proxied *Proxied `json:"proxied,omitempty"`
	// Polling is what its Engine.IO session did over plain HTTP until the flow ended, by the sid that its path names.
	Polling *Polling `json:"polling,omitempty"`
	Ping    *PingSum `json:"ping,omitempty"`
	TCP     *TCP     `json:"tcp,omitempty"`
	// App is what the subprotocol said, where Options.Apps recognised one.
	App *AppSummary `json:"app,omitempty"`

	Findings []Finding `json:"findings"`

	// Connection is when the TCP connection began: Start, but for a stream of HTTP/2. It is no
	// part of the contract.
	Connection Time `json:"-"`
	// Asked is when the request was complete; 0 where there was none. It is no part of the contract either.
	Asked Time `json:"-"`
}

// Via is a proxy or wrapping that stood in front of the WebSocket.
type Via struct {
	Kind   string `json:"kind"`             // what stood in front: socks5, connect, proxy-protocol, …
	Target string `json:"target,omitempty"` // what it was asked to reach
}

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
	Frames       int64        `json:"frames"`                      // frames seen whole or in part
	Messages     Counts       `json:"messages"`                    // messages seen whole or in part, by type
	WireBytes    int64        `json:"wire_bytes"`                  // frame headers and payloads
	PayloadBytes int64        `json:"payload_bytes"`               // frame payloads as sent
	MessageBytes int64        `json:"message_bytes"`               // after inflating
	LostBytes    int64        `json:"lost_bytes"`                  // bytes of the stream that the capture lacks
	LostSealed   int64        `json:"lost_sealed_bytes,omitempty"` // bytes of its connection's TLS records that were lost, or are useless without those that were: at most so many are missing besides lost_bytes
	LostMessages int64        `json:"lost_messages"`               // messages that could not be given whole for it
	Compression  *Compression `json:"compression,omitempty"`       // permessage-deflate; absent where it was not agreed
	Sizes        *Quantiles   `json:"sizes,omitempty"`             // of data messages, bytes after inflating
}

// Compression is the ledger of permessage-deflate in one direction.
type Compression struct {
	WindowAgreed  int     `json:"window_agreed"` // bytes
	WindowUsed    int     `json:"window_used"`   // largest distance seen, bytes
	Takeover      bool    `json:"takeover"`
	Messages      int64   `json:"messages"`     // compressed data messages
	Uncompressed  int64   `json:"uncompressed"` // data messages sent uncompressed though it was agreed
	Grew          int64   `json:"grew"`         // messages that compression made larger
	In            int64   `json:"in"`           // bytes compressed
	Out           int64   `json:"out"`          // bytes inflated
	Ratio         float64 `json:"ratio"`        // Out/In
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

// Closing says how a flow ended.
type Closing struct {
	By        string   `json:"by,omitempty"`         // client, server, both; who ended TCP where there was no Close frame
	How       string   `json:"how"`                  // handshake, half, fin, rst, none
	Code      *int     `json:"code"`                 // the first closer's; null where empty
	Name      string   `json:"name,omitempty"`       // of the code: "normal closure"
	Reason    string   `json:"reason"`               // the first closer's
	ReplyCode *int     `json:"reply_code"`           // the other's; null where there is none or it was empty
	Delay     *Seconds `json:"delay,omitempty"`      // from the Close to its reply
	TCP       string   `json:"tcp,omitempty"`        // what TCP did in the end: "fin by server", "rst by client", "capture ended", "silence"
	Stream    string   `json:"stream,omitempty"`     // HTTP/2: what ended the stream, in order: "END_STREAM by client, RST_STREAM CANCEL by server"
	Story     string   `json:"story,omitempty"`      // one sentence for an abnormal ending
	DataAfter int64    `json:"data_after,omitempty"` // bytes after a Close
}

// Proxied names the other hop of a conversation that a reverse proxy passes on.
type Proxied struct {
	Flow int64  `json:"flow"`
	Role string `json:"role"` // of this flow: front (the client's hop) or back (the proxy's own)
	By   string `json:"by"`   // key (both asked with the same Sec-WebSocket-Key), or time and path
	Sure string `json:"sure"` // certain, likely
}

// Polling is what an Engine.IO session did over plain HTTP, before its WebSocket or instead of it.
type Polling struct {
	Start       Time       `json:"start"`                // of the first request that was captured
	End         Time       `json:"end"`                  // of the last answer
	Requests    int64      `json:"requests"`             // GET and POST
	Failed      int64      `json:"failed,omitempty"`     // answered by a status of 400 or more
	Unanswered  int64      `json:"unanswered,omitempty"` // whose answer was not seen to its end
	Unread      int64      `json:"unread,omitempty"`     // whose messages are not all counted: compressed, JSONP, cut or lost
	Client      int64      `json:"client"`               // messages that the client sent
	Server      int64      `json:"server"`               // messages that the server sent
	Connections []Endpoint `json:"connections"`          // the client's ends of them, the first 16
}

// Pace is how a flow's data messages were spread over time.
type Pace struct {
	FirstMessage   *Seconds `json:"first_message,omitempty"` // from the answer to the handshake
	LongestSilence Seconds  `json:"longest_silence"`         // with no frame of either side
	Step           Seconds  `json:"step"`                    // width of a bar of the two below
	Client         []int64  `json:"client"`                  // messages that the client sent, by step from the flow's start
	Server         []int64  `json:"server"`
	Delayed        int64    `json:"delayed,omitempty"` // messages during which TCP waited for a lost segment
}

// PingSum is the pings of a flow and the pongs that answered them.
type PingSum struct {
	Answered    int64     `json:"answered"`              // pings with their pong
	Unanswered  int64     `json:"unanswered"`            // pings without
	Unsolicited int64     `json:"unsolicited,omitempty"` // pongs that answer nothing
	RTTMin      *Seconds  `json:"rtt_min,omitempty"`
	RTTP50      *Seconds  `json:"rtt_p50,omitempty"`
	RTTP99      *Seconds  `json:"rtt_p99,omitempty"`
	RTTMax      *Seconds  `json:"rtt_max,omitempty"`
	Client      *PingSide `json:"client,omitempty"` // pings that the client sent
	Server      *PingSide `json:"server,omitempty"`

	// Fresh is the round trips since the flow's record before, with Options.Updates, 256 at most.
	Fresh []Seconds `json:"-"`
}

// PingSide is one side's pings.
type PingSide struct {
	Sent     int64    `json:"sent"`
	Answered int64    `json:"answered"`
	RTTMin   *Seconds `json:"rtt_min,omitempty"`
	RTTP50   *Seconds `json:"rtt_p50,omitempty"`
	RTTP99   *Seconds `json:"rtt_p99,omitempty"`
	RTTMax   *Seconds `json:"rtt_max,omitempty"`
	Interval *Seconds `json:"interval,omitempty"` // mean between pings
	Jitter   *Seconds `json:"jitter,omitempty"`   // mean deviation from it
}

// TCP is TCP's part in a flow (of its whole connection, where several flows share one).
type TCP struct {
	SYNACK        *Seconds `json:"syn_ack,omitempty"` // SYN to SYN-ACK
	RTT           *Seconds `json:"rtt,omitempty"`     // round trip of TCP's handshake, or the smallest of its acknowledgements
	Retransmitted int64    `json:"retransmitted"`     // segments sent again, also those whose first copy was lost before it was captured
	OutOfOrder    int64    `json:"out_of_order"`      // segments that others overtook on the way
	Duplicates    int64    `json:"duplicates"`        // segments seen twice
	ZeroWindows   int64    `json:"zero_windows"`      // times that a receiver was full
	ZeroWindow    Seconds  `json:"zero_window"`       // time that a sender was held by it
	Stall         Seconds  `json:"stall"`             // time that bytes waited for a missing segment
	CaptureLoss   int64    `json:"capture_loss"`      // bytes that the capture lacks though the peer had them

	// What Zeek's conn.log asks for, of the client and of the server. They are no part of the contract.
	History string   `json:"-"` // assembly.Conn.History
	Packets [2]int64 `json:"-"` // captured until the flow's end
	Bytes   [2]int64 `json:"-"` // of payload, those that the capture lacks among them; -1 where nobody counted
}

// Finding is something worth telling about a flow.
type Finding struct {
	Rule     string `json:"rule"`             // stable identifier
	Severity string `json:"severity"`         // error, warning, note
	RFC      string `json:"rfc,omitempty"`    // the section that says so
	From     string `json:"from,omitempty"`   // client, server; empty where it is about both or neither
	Packet   int64  `json:"packet,omitempty"` // the packet to look at
	File     string `json:"file,omitempty"`   // where there are several
	Time     Time   `json:"time"`             // of that packet
	Offset   int64  `json:"offset"`           // in that direction's WebSocket stream
	Detail   string `json:"detail"`           // the values of this case
	Count    int64  `json:"count"`            // how often in this flow and direction; the rest describes the first
	Last     *Time  `json:"last,omitempty"`   // of the last, where there are several
}

// Message is one message.
type Message struct {
	Flow         int64  `json:"flow"`              // the number of its flow
	Message      int64  `json:"message"`           // from 1 in its flow
	From         string `json:"from"`              // client or server
	Type         string `json:"type"`              // text, binary, ping, pong, close
	Time         Time   `json:"time"`              // of its first byte
	End          Time   `json:"end"`               // of its last byte
	Packet       int64  `json:"packet"`            // number, in its file, of the packet with its first byte
	File         string `json:"file,omitempty"`    // where there are several
	Frames       int    `json:"frames"`            // frames that it came in
	Compressed   bool   `json:"compressed"`        // by permessage-deflate
	PayloadBytes int64  `json:"payload_bytes"`     // bytes of payload as sent
	Length       int64  `json:"length"`            // bytes after inflating
	Complete     bool   `json:"complete"`          // no byte was missing, and no limit cut it
	Stalled      bool   `json:"stalled,omitempty"` // TCP waited for a lost segment inside it
	Cut          bool   `json:"cut,omitempty"`     // its payload is given shortened
	SHA256       string `json:"sha256,omitempty"`  // of a whole data message's content, in hex, beyond --max-message too; with --sha256
	IsText       bool   `json:"-"`                 // Data is valid UTF-8 of a text (or close, ping, pong) and is given as "text"
	Data         []byte `json:"-"`                 // given as "text" or "base64"
	Code         *int   `json:"code,omitempty"`    // of a close
	Reason       string `json:"reason,omitempty"`  // of a close
	App          *App   `json:"app,omitempty"`
}

// App is what the subprotocol says of a message.
type App struct {
	Protocol string `json:"protocol"`        // the subprotocol
	Kind     string `json:"kind"`            // what kind of thing was said
	Name     string `json:"name,omitempty"`  // its name: an event, a method
	ID       string `json:"id,omitempty"`    // what ties an answer to its request
	Topic    string `json:"topic,omitempty"` // what it was published to
	Error    string `json:"error,omitempty"` // what went wrong
	Gist     string `json:"gist,omitempty"`  // in a few words

	Decoded    JSON `json:"decoded,omitempty"`     // a binary message as JSON, by the schema that was given
	DecodedCut bool `json:"decoded_cut,omitempty"` // a limit left fields of it out
}

// JSON is a JSON object, as it is written.
type JSON []byte

// MarshalJSON is the object itself.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == nil {
		return []byte("null"), nil
	}
	return j, nil
}

// Frame is one frame, with the names of the Kaitai Struct WebSocket specification.
type Frame struct {
	Flow                int64   `json:"flow,omitempty"`                   // the number of its flow
	Frame               int64   `json:"frame"`                            // from 1 in its flow
	From                string  `json:"from,omitempty"`                   // client or server
	Time                Time    `json:"time"`                             // of its first byte
	Packet              int64   `json:"packet,omitempty"`                 // number, in its file, of the packet with its first byte
	File                string  `json:"file,omitempty"`                   // where there are several
	Offset              int64   `json:"offset"`                           // bytes of that direction's WebSocket stream before it
	Finished            bool    `json:"finished"`                         // FIN: the last of its message
	Reserved            uint8   `json:"reserved"`                         // RSV1 to RSV3 as one number; RSV1 is 4
	Opcode              string  `json:"opcode"`                           // continuation, text, binary, reserved_3 to reserved_7, close, ping, pong, reserved_control_b to reserved_control_f
	IsMasked            bool    `json:"is_masked"`                        // MASK
	LenPayloadPrimary   uint8   `json:"len_payload_primary"`              // the 7-bit length field
	LenPayloadExtended1 *uint16 `json:"len_payload_extended_1,omitempty"` // the 16-bit length field; there where the primary is 126
	LenPayloadExtended2 *uint64 `json:"len_payload_extended_2,omitempty"` // the 64-bit length field; there where the primary is 127
	MaskKey             *uint32 `json:"mask_key,omitempty"`               // there where it is masked
	LenPayload          uint64  `json:"len_payload"`                      // payload length, in bytes
	Complete            bool    `json:"complete"`                         // no byte was missing
	IsText              bool    `json:"-"`
	Payload             []byte  `json:"-"` // given as payload_text or payload_bytes with --payload

	fields headerFields // what the pointers point to
}

// headerFields are those fields of a frame's header that not every frame has.
type headerFields struct {
	length1 uint16
	length2 uint64
	key     uint32
}
