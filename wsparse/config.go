package wsparse

// Role says who sends a stream.
type Role uint8

// The roles. FromUnknown judges no masking.
const (
	FromUnknown Role = iota
	FromClient
	FromServer
)

// String is the role's name: client, server or unknown.
func (r Role) String() string {
	switch r {
	case FromClient:
		return "client"
	case FromServer:
		return "server"
	}
	return "unknown"
}

// StreamConfig says what a Stream shall do. The zero value decodes frames and messages,
// checks everything and gives no payload.
type StreamConfig struct {
	From       Role
	Frames     bool           // give FramePart events (else only messages, violations, resyncs)
	Brief      bool           // with Frames: a whole frame that is a message of its own may come as MessageDone alone, with First, Last and Len set
	Payload    bool           // with Frames: unmask and give FramePart payloads
	Collect    bool           // give Message.Data
	Hash       bool           // give Message.SHA256, of messages beyond MaxMessage too
	NoInflate  bool           // do not inflate: Length is then that of the payload
	NoCheck    bool           // look for no violations (UTF-8 included)
	Midstream  bool           // the handshake was not seen; the first bytes need not be a frame boundary: search one first
	Aligned    bool           // with Midstream: they are one
	Agreed     bool           // with Midstream: which extensions are in force is known all the same, by Deflate and Extended
	Extended   bool           // an extension other than permessage-deflate is in force: reserved bits and opcodes may have a meaning
	Refused    bool           // the handshake failed: there should be no frames at all
	roomy      bool           // MaxMessage is bareMost or more: it lies in another line of the processor's cache than what a quick frame touches
	Deflate    *DeflateParams // nil where permessage-deflate was not negotiated; see also SetDeflate
	Budget     *Budget        // with Collect: bounds what several Streams keep together; nil for no bound
	MaxMessage int            // bytes collected and inflated a message at most; 0 is DefaultMaxMessage
}

// midwayExtended is Extended mid-stream: where what was negotiated was not seen, other extensions
// than the one that is known may be in force.
func (c *StreamConfig) midwayExtended() bool {
	if c.Agreed {
		return c.Extended
	}
	return c.Deflate == nil
}

// DeflateParams is the outcome of a permessage-deflate negotiation for both directions,
// RFC 7692 §7.1.
type DeflateParams struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; 15 where not negotiated
	ClientMaxWindowBits     int
}

// of gives what the sender in role r keeps to: whether it may take over context, and its
// window in bytes. Of an unknown sender the wider of both.
func (p *DeflateParams) of(r Role) (takeover bool, window int) {
	client, server := p.ClientMaxWindowBits, p.ServerMaxWindowBits
	if client == 0 {
		client = 15
	}
	if server == 0 {
		server = 15
	}
	switch r {
	case FromClient:
		return !p.ClientNoContextTakeover, 1 << client
	case FromServer:
		return !p.ServerNoContextTakeover, 1 << server
	}
	return !p.ClientNoContextTakeover || !p.ServerNoContextTakeover, 1 << max(client, server)
}
