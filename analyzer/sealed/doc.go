// Package sealed estimates what a TLS connection carries when it cannot be opened: whether it
// is a WebSocket (RFC 6455), how many messages each side sent, how large they were, when they
// came, and who ended it. It uses what TLS leaves in the clear: the header of each record
// (RFC 8446 §5.1, RFC 5246 §6.2.1), the time at which the record was complete, and what the
// handshake showed of the version, the cipher suite and the protocol. It needs no keys and
// does not learn from examples.
//
// Start reading at [Conn], which takes the bytes of both sides, then reader.go (bytes to record
// headers), suite.go (record lengths to plaintext lengths), opening.go (the request and its
// answer), counts.go and direction.go (what is counted), pairs.go and long.go (what only a
// WebSocket does), judge.go (the verdict).
//
// It does not look into records, and it does not tell apart the streams of an HTTP/2
// connection, which share its records. Of QUIC it says what was offered; DTLS is beyond it.
package sealed
