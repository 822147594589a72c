package wsparse

// EventKind tells what an Event is.
type EventKind uint8

const (
	// FramePart is a piece of a frame: its header and the payload bytes that are there so
	// far (First), more payload, or the end (Last). A frame that is whole in the bytes
	// given comes as one event with First and Last.
	FramePart EventKind = iota + 1
	// MessageDone is a message whose last frame has ended, or that will not be completed.
	MessageDone
	// Violation is a rule of RFC 6455 or 7692 that these bytes break.
	Violation
	// Resynced says that after a gap or nonsense a frame boundary was found again.
	Resynced
)

// Event is what Stream.Next gives.
type Event struct {
	Kind EventKind

	// Of the frame (FramePart; and for MessageDone the message's first frame).
	First, Last bool
	Header      Header
	Frame       int64  // number of the frame in this stream, from 1
	Offset      int64  // stream offset of the frame's first header byte
	Payload     []byte // unmasked payload bytes of this piece, if StreamConfig.Payload asks; valid until the next Next or Feed
	Len         uint64 // payload bytes of this piece on the wire, whether given in Payload or not
	Complete    bool   // with Last: all its bytes were there

	// MessageDone.
	Message *Message // valid until the next Next or Feed

	// Violation.
	Finding Finding

	// Resynced, and FramePart whose bytes were lost: bytes of the stream that are missing
	// or could not be understood here.
	Lost int64
}

// Message is an initial frame and its trailing frames, RFC 6455 §5.4; for a control
// frame, itself.
type Message struct {
	Opcode     Opcode // Text, Binary, Close, Ping, Pong or a reserved one; Continuation where the initial frame was lost
	Offset     int64  // stream offset of its first header byte
	End        int64  // stream offset after its last byte
	Frames     int
	Compressed bool   // RSV1 with permessage-deflate negotiated
	WireBytes  uint64 // headers and payloads of its frames
	Payload    uint64 // payload bytes as sent, before inflating
	Length     uint64 // bytes after inflating (or Payload where not compressed); of an over-limit message as far as counted
	Data       []byte // unmasked, inflated, as far as StreamConfig.Collect asked and its limit allowed; valid until the next Next or Feed
	Complete   bool   // all its bytes were there, understood, and under the limits
	Inflated   bool   // Data and Length are after inflating; false for a compressed message that could not be (history lost)
	ValidUTF8  bool   // for Text and Close reasons
	Code       uint16 // of a Close; 0 where empty
	Reason     []byte // of a Close; a part of Data
}

// Severity of a finding.
type Severity uint8

// The severities: a MUST broken; a SHOULD broken or a risk; worth a look.
const (
	Note Severity = iota + 1
	Warning
	Error
)

// Finding is one breach of a rule at one place. Its values stand apart from the prose.
type Finding struct {
	Rule   *Rule
	Offset int64  // stream offset of the byte that breaks it, in the direction's WebSocket stream
	Detail string // the values, in words: "reserved bits 5", "length 300 as 64 bits"
}

// Rule is a MUST or SHOULD that a passive observer can judge. Rules() lists all.
type Rule struct {
	ID       string // stable, lower-case with hyphens: "client-frame-not-masked"
	Severity Severity
	RFC      string // "RFC 6455 §5.1"
	Sentence string // the sentence of the RFC, shortened to its MUST
}

// Role says who sends a stream.
type Role uint8

// The roles. FromUnknown judges no masking.
const (
	FromUnknown Role = iota
	FromClient
	FromServer
)

// StreamConfig says what a Stream shall do. The zero value decodes frames and messages,
// checks everything and gives no payload.
type StreamConfig struct {
	From       Role
	Deflate    *DeflateParams // nil where permessage-deflate was not negotiated; see also SetDeflate
	Frames     bool           // give FramePart events (else only messages, violations, resyncs)
	Payload    bool           // unmask and give FramePart payloads
	Collect    bool           // give Message.Data
	NoInflate  bool           // do not inflate: Length is then unknown for compressed messages
	NoCheck    bool           // look for no violations (UTF-8 included)
	MaxMessage int            // bytes collected and inflated a message at most; 0 is DefaultMaxMessage
	Midstream  bool           // the first bytes need not be a frame boundary: search one first
}

// DeflateParams is the outcome of a permessage-deflate negotiation for both directions,
// RFC 7692 §7.1.
type DeflateParams struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; 15 where not negotiated
	ClientMaxWindowBits     int
}

// Stream decodes one direction of one WebSocket: bytes in, frames, messages and findings
// out, with the same result however the bytes are cut.
//
// A caller feeds bytes and then takes events until Next returns false:
//
//	s.Feed(b)
//	for s.Next(&ev) { … }
type Stream struct{}

// NewStream returns a Stream at the first byte of a direction.
func NewStream(cfg StreamConfig) *Stream { return &Stream{} }

// Feed gives the next bytes of the direction. b must stay unchanged until Next has
// returned false; the Stream keeps copies of what it needs longer.
func (s *Stream) Feed(b []byte) {}

// Gap says that n bytes are missing here; n is -1 where nobody knows how many. Call it
// when Next has returned false. A gap inside a payload costs only that payload; one that
// may cover a header makes the Stream search for a frame boundary (see Resynced).
func (s *Stream) Gap(n int64) {}

// End says that no byte will follow; take the last events after it.
func (s *Stream) End() {}

// Next takes the next event out of what was fed. It returns false when all is consumed.
func (s *Stream) Next(ev *Event) bool { return false }

// Held is how many bytes given before are kept undecided: an unfinished header, or the
// window of a search. The next event may concern them.
func (s *Stream) Held() int64 { return 0 }

// Offset is the stream offset of the next byte to be fed, lost bytes of known number included.
func (s *Stream) Offset() int64 { return 0 }

// SetDeflate tells of permessage-deflate after the Stream was made.
func (s *Stream) SetDeflate(p *DeflateParams) {}

// Lost is how many bytes were missing or not understood, and how many messages could not
// be given whole for it.
func (s *Stream) Lost() (bytes, messages int64) { return 0, 0 }

// Midway says that a frame, or a message, is unfinished.
func (s *Stream) Midway() bool { return false }

// Window is the largest distance that the inflater saw this sender really use, in bytes.
func (s *Stream) Window() int { return 0 }
