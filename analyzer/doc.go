// Package analyzer says what happened on each WebSocket connection of a capture.
//
// It joins the rooms before it into one pipeline (packets, segments, streams, TLS,
// tunnels, frames) and turns what comes out into the records of the contract: Flow,
// Message, Frame, Finding, and a Summary over the whole capture. It opens no file,
// prints nothing and never reads the clock: time is the capture's.
//
// Start reading at Run, which is given a packet.Source and a Sink; then pipeline.go (how
// the work is shared between goroutines and put in order again), shard.go (one
// independent pipeline) and flow.go (one WebSocket).
//
// The same packets give the same records in the same order, whatever Options.Workers says
// and however the packets were cut into reads: the connections are shared out to a fixed number
// of partitions by a hash of their addresses, and what the partitions say is merged by
// the packet that made them say it.
//
// What it does not do: it renders nothing (analyzer/report), knows no subprotocol
// (analyzer/apps) and judges nothing beyond the RFCs (analyzer/rules).
package analyzer
