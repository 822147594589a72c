// Package flow turns one WebSocket (or WebTransport session, or TLS connection that cannot be opened) into
// records: its Flow, Messages, Frames, Gaps and Findings.
//
// Start reading at Table, which holds the flows of one shard and is given its connections; then flow.go (one
// WebSocket) and direction.go (what one side sends). describe.go makes the record. The files check_*.go hold the
// findings that need time, TCP or both directions; those that bytes alone show are wsparse's. The files idle*.go
// pack flows while they are silent. RFC 6455 and the others are named where a check rests on them.
//
// What it does not do: it assembles nothing, numbers no flow and links none to another (analyzer/correlate),
// and merges the shards' outputs nowhere (analyzer).
package flow
