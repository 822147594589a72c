package record

// Message is one message.
type Message struct {
	Flow         int64   `json:"flow"`                             // the number of its flow
	Message      int64   `json:"message"`                          // from 1 in its flow
	From         Peer    `json:"from" redact:"open"`               // client or server
	Type         string  `json:"type" redact:"open"`               // text, binary, ping, pong, close; of WebTransport stream (what one side sent on a stream) and datagram; unknown where the capture lacks the first frame, which says so
	Time         Time    `json:"time"`                             // of its first byte
	End          Time    `json:"end"`                              // of its last byte
	Packet       int64   `json:"packet"`                           // number, in its file, of the packet with its first byte
	File         string  `json:"file,omitempty" redact:"open"`     // where there are several
	Frames       int     `json:"frames"`                           // frames that it came in
	Compressed   *bool   `json:"compressed,omitempty"`             // by permessage-deflate; absent where the capture lacks the first frame, which says so
	PayloadBytes int64   `json:"payload_bytes" unit:"bytes"`       // bytes of payload as sent
	Length       int64   `json:"length" unit:"bytes"`              // bytes after inflating
	Complete     bool    `json:"complete"`                         // no byte was missing, and no limit cut it
	Stalled      bool    `json:"stalled,omitempty"`                // TCP waited for a lost segment inside it
	Cut          bool    `json:"cut,omitempty"`                    // its payload is given shortened
	Stream       *uint64 `json:"stream,omitempty"`                 // WebTransport: number of its QUIC stream
	SHA256       string  `json:"sha256,omitempty" redact:"drop"`   // of a whole data message's content, in hex, beyond --max-message too; with --sha256
	IsText       bool    `json:"-"`                                // Data is valid UTF-8 of a text (or close, ping, pong) and is given as "text"
	Data         []byte  `json:"-" redact:"content"`               // given as "text" or "base64"
	Code         *int    `json:"code,omitempty"`                   // of a close
	Reason       string  `json:"reason,omitempty" redact:"secret"` // of a close
	App          *App    `json:"app,omitempty"`
}

// IsCompressed reports whether the message is known to be compressed.
func (m *Message) IsCompressed() bool { return m.Compressed != nil && *m.Compressed }

// App is what the subprotocol says of a message.
type App struct {
	Protocol string `json:"protocol" redact:"open"`        // the subprotocol
	Kind     string `json:"kind" redact:"open"`            // what kind of thing was said
	Name     string `json:"name,omitempty" redact:"said"`  // its name: an event, a method
	ID       string `json:"id,omitempty" redact:"said"`    // what ties an answer to its request
	Topic    string `json:"topic,omitempty" redact:"said"` // what it was published to
	Error    string `json:"error,omitempty" redact:"said"` // what went wrong
	Gist     string `json:"gist,omitempty" redact:"said"`  // in a few words

	Answers *int64   `json:"answers,omitempty"` // the message, by its number in the flow, whose request this answers
	After   *Seconds `json:"after,omitempty"`   // from that request's first byte to this answer's last one

	Credential string `json:"credential,omitempty" redact:"open"` // what kind of credential it carries, as a login does; never the credential itself

	Decoded    JSON `json:"decoded,omitempty" redact:"drop"`     // a binary message as JSON, by the schema that was given
	DecodedCut bool `json:"decoded_cut,omitempty" redact:"drop"` // a limit left fields of it out
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
