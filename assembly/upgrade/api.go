package upgrade

import (
	"wscope/assembly"
	"wscope/assembly/engineio"
	"wscope/assembly/quic"
	"wscope/wsparse"
)

// Pickup says how a WebSocket was found.
type Pickup uint8

// The pickups.
const (
	ByHandshake Pickup = iota // an upgrade request was seen, whatever became of it
	Midstream                 // frames recognised by their bytes, with no upgrade in the capture
	Forced                    // as Midstream, but the user said so (--decode-as)
)

// WebSocket is one WebSocket connection that was found, or one that was asked for.
type WebSocket struct {
	Conn      *assembly.Conn // nil over QUIC
	Stream    *quic.Stream   // HTTP/3: the request's stream; else nil
	Pickup    Pickup
	Client    assembly.Side      // the side of Conn that is the client, by what it says
	HTTP      string             // "1.1", "1.0", "2", "3"; empty midstream
	StreamID  uint64             // HTTP/2, HTTP/3
	OnStream  bool               // it is a stream of several on its connection: StreamID says which
	Handshake *wsparse.Handshake // nil midstream
	Answer    *wsparse.Response  // midstream: the 101, where the request alone was not captured; else nil
	Aligned   [2]bool            // midstream: the client's, the server's first byte begins a frame; else the first boundary is to be searched
	Secure    any                // what the Security hook returned, where the WebSocket is inside TLS; else nil
	Unplaced  [2]int64           // by side of the connection: bytes of its HTTP/3 stream that were lost, or are of no frame, and may have been a WebSocket's
	Via       []Hop              // proxies and wrappings that stood in front, outermost first
	RealIP    string             // the client that a PROXY protocol header names, "ip:port"; empty otherwise

	Begin    assembly.Mark // first byte of the request (HTTP/1), of HEADERS (HTTP/2), or of the first frame (midstream)
	Asked    assembly.Mark // last byte of the request's head
	Answered assembly.Mark // last byte of the answer's head; Time 0 while unanswered
	BodyLine string        // first line of a refusal's body, at most 200 bytes

	// Enabled is what the server had said of extended CONNECT (SETTINGS_ENABLE_CONNECT_PROTOCOL,
	// RFC 8441 §3) when it was used, or, where it had said nothing yet, when it answered.
	Enabled Setting
	// Ends is what ended an HTTP/2 stream, in the order captured: that of the WebSocket, or
	// of the tunnel that it is in. It is empty where the connection's end did.
	Ends []StreamEnd
}

// Setting is what is known of an HTTP/2 setting that can be on or off.
type Setting uint8

// The values of a Setting.
const (
	Unknown Setting = iota // no SETTINGS were seen that say it
	Off                    // SETTINGS were seen from the first on, and none turned it on
	On
)

// StreamEnd is an end of an HTTP/2 stream, of one direction or both.
type StreamEnd struct {
	// Kind is, in HTTP/2, "END_STREAM", which ends the sender's direction, "RST_STREAM" or "GOAWAY", which
	// end both; in HTTP/3 "FIN" or "RESET_STREAM", which end the sender's, "STOP_SENDING", which asks the
	// peer for it, or "CONNECTION_CLOSE" and "STATELESS_RESET", which end both.
	Kind string
	From wsparse.Role
	Code uint64 // error code: of RST_STREAM and GOAWAY, RFC 9113 §7; of HTTP/3's, RFC 9114 §8.1
	// After is how many bytes of the other side came behind a RST_STREAM, so that nobody knows whether they were read.
	After int64
}

// Graceful reports whether the end is no error: the sender's direction came to its end, or the
// whole connection was closed without one.
func (e StreamEnd) Graceful() bool {
	const h3NoError = 0x100
	return e.Kind == "END_STREAM" || e.Kind == "FIN" || e.Kind == "CONNECTION_CLOSE" && (e.Code == 0 || e.Code == h3NoError)
}

// Hop is one wrapping in front of a WebSocket.
type Hop struct {
	Kind   string // "connect", "socks4a", "socks5", "proxy-v1", "proxy-v2", "h2-connect", "absolute-form"
	Target string // where it was asked to go, if it said
}

// Receiver takes the two directions of one WebSocket.
// Rules for slices and marks are those of assembly.Handler.
type Receiver interface {
	// Answered is called once when the answer's head is complete: ws.Handshake is judged.
	// Frames that the client sent before it are given after it. It is not called where the
	// capture lacks the answer; frames are then given without it.
	Answered(at *assembly.Mark)
	Data(from wsparse.Role, b []byte, at *assembly.Mark)
	Gap(from wsparse.Role, n int64, why assembly.Cause, at *assembly.Mark)
	// End is called once a direction. code is an HTTP/2 or HTTP/3 error code where RST_STREAM or
	// GOAWAY ended the stream (why is then assembly.RST), else 0. why is assembly.Reused
	// for an upgrade that was refused and whose connection went on with other requests.
	End(from wsparse.Role, why assembly.Cause, code uint64, at *assembly.Mark)
}

// DirectReceiver is a Receiver that can take a connection's streams itself, where its WebSocket has
// the connection to itself from here on: the tunnel then stands no longer between, and is let go.
type DirectReceiver interface {
	Receiver
	// Handler gives the Handler for it. It does with each call what the Receiver would.
	Handler() assembly.Handler
}

// Hooks connect a tunnel to the rooms before and behind it.
type Hooks struct {
	// Found is called when a WebSocket begins: an upgrade request's head is complete, or
	// frames were recognised. It returns who takes it; nil to skip it.
	Found func(ws *WebSocket, at *assembly.Mark) Receiver

	// Security opens TLS: it is called at a ClientHello, and returns the handler that
	// takes the TLS bytes and gives what it opens to inner. nil where TLS is not opened.
	Security func(c *assembly.Conn, client assembly.Side, inner assembly.Handler) (h assembly.Handler, info any)

	// Sealed is called at a TLS connection whose handshake is not in the capture, and returns who takes
	// its bytes; nil where the bytes are not wanted. client is the side that is taken for the client.
	Sealed func(c *assembly.Conn, client assembly.Side) assembly.Handler

	// Other is called once for a connection that can hold no WebSocket, with what it is:
	// "http/1.1", "h2", "ssh", "unknown", … for the summary's hints.
	Other func(c *assembly.Conn, what string)

	// Polled is called with each request of Engine.IO's polling once it is answered or lost. It may be nil.
	// p is the receiver's.
	Polled func(p *engineio.Poll)

	// Session is called when a WebTransport session is asked for, and returns who takes it;
	// nil to skip it.
	Session func(s *Session, at *assembly.Mark) SessionReceiver

	// Spent is called with each number of bytes of a side's stream that are read and are no WebSocket's, and
	// why: with those that receivers are given they are all that the connection, or the inside of its TLS, has.
	// nil where nobody counts.
	Spent func(c *assembly.Conn, s assembly.Side, n int64, why Spending)

	// Waiting bounds what all connections keep until they know what they speak; nil where each is bounded alone.
	Waiting *Waiting

	DecodeAs map[uint16]bool // ports whose connections are WebSocket frames from the first byte
	NoMidway bool            // look for no WebSocket without a handshake
}
