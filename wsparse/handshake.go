package wsparse

// Field is one header field as sent: order, case and all.
type Field struct{ Name, Value string }

// Request is the head of an HTTP request. For HTTP/2 Method is CONNECT, Target the :path
// and Protocol the :protocol.
type Request struct {
	Method   string
	Target   string // as sent: origin form, or absolute
	Version  string // "1.1", "1.0", "2"
	Host     string // from Host or :authority
	Scheme   string // HTTP/2's :scheme; empty in HTTP/1
	Protocol string // HTTP/2's :protocol
	Fields   []Field
}

// Response is the head of an HTTP response.
type Response struct {
	Version string
	Status  int
	Reason  string
	Fields  []Field
}

// Result of a handshake.
type Result uint8

// The results.
const (
	Unanswered Result = iota // no answer (yet)
	Accepted
	Rejected // answered by a status that is no upgrade
	Invalid  // a 101 (over HTTP/2 a 200) that a client must refuse, RFC 6455 §4.1
)

// Handshake is an opening handshake, read and judged by RFC 6455 §4 and RFC 7692 §7
// (RFC 8441 over HTTP/2).
type Handshake struct {
	Request  *Request
	Response *Response // nil while unanswered

	Result              Result
	AcceptValid         bool // HTTP/1.1 with an answer: Sec-WebSocket-Accept fits the key
	SubprotocolsOffered []string
	Subprotocol         string
	ExtensionsOffered   []string // each as sent, one extension an element
	Extensions          []string
	Deflate             *DeflateParams // nil where permessage-deflate is not in force
	// Findings of the request have From == FromClient, of the answer FromServer.
	Findings []HandshakeFinding
}

// HandshakeFinding is a Finding with the side that it is about. Its Offset is 0.
type HandshakeFinding struct {
	From Role
	Finding
}

// IsUpgrade says whether a request asks for a WebSocket: Upgrade: websocket in any case
// (HTTP/1.1), or :protocol websocket (HTTP/2).
func (r *Request) IsUpgrade() bool { return false }

// JudgeRequest reads what a request offers and what it breaks.
func JudgeRequest(r *Request) *Handshake { return &Handshake{Request: r} }

// Answer completes the handshake by the answer.
func (h *Handshake) Answer(r *Response) {}

// ParseRequest and ParseResponse read a whole head, up to and including the empty line.
func ParseRequest(head []byte) (*Request, error) { return nil, nil }

// ParseResponse reads the head of a response.
func ParseResponse(head []byte) (*Response, error) { return nil, nil }
