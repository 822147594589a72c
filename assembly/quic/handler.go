package quic

import "wscope/assembly"

// Side is one end of a connection: assembly.A is the client.
type Side = assembly.Side

// Mark says which packet a byte or an event came from.
type Mark = assembly.Mark

// Handler takes what a connection carries. All calls for one connection come from one
// goroutine. Rules for slices and marks are those of assembly.Handler.
type Handler interface {
	// Open is called when a stream is first seen, and returns who takes it; nil ignores it.
	Open(s *Stream, at *Mark) StreamHandler
	// Datagram takes what a DATAGRAM frame carries (RFC 9221).
	Datagram(from Side, b []byte, at *Mark)
	// Closed is called once, when the connection is over and all streams were told their ends.
	Closed(at *Mark)
}

// StreamHandler takes the directions of one stream: both of a bidirectional one, that of
// the initiator of a unidirectional one.
type StreamHandler interface {
	// Data gives the next bytes that a side sends on the stream.
	Data(from Side, b []byte, at *Mark)
	// Gap says that n bytes are missing here.
	Gap(from Side, n int64, why assembly.Cause, at *Mark)
	// End says that a direction has ended, once. code is the application's error code
	// where RESET_STREAM or CONNECTION_CLOSE ended it; why is then assembly.RST.
	End(from Side, why assembly.Cause, code uint64, at *Mark)
	// Stop says that a side asks its peer to send no more (STOP_SENDING).
	Stop(by Side, code uint64, at *Mark)
}
