// Package apps says what the subprotocols inside WebSockets say: of a message its kind,
// name, correlation, topic and error in one line, and of a flow its counts, the latency of its
// operations and its heartbeats.
//
// Start reading at New and conversation: a conversation finds out which dialect is spoken
// (by the negotiated subprotocol, the path, or the first messages), lets the dialect cut each
// message into units, and keeps the ledger. A dialect is a file: socketio.go, mqtt.go, …
//
// A message that is not of its dialect is left alone: it gets no App, and is counted as
// unread. Nothing is kept of a payload but short texts; the names, requests and operations that a
// conversation remembers are counted (limits.go), whatever the peers do.
//
// The package judges nothing: an error is told as the peer told it, never made a finding.
package apps
