// Package analyzer reads a capture and gives the records of its WebSocket connections: Flow, Message, Frame and
// Finding, and a Summary of the whole capture. It is the package that other programs import.
//
// It joins the other packages into one pipeline: packets, segments, streams, TLS, upgrades, flows. It opens no
// file, prints nothing and never reads the clock: time is the capture's.
//
// Start reading at Run, which is given a packet.Source and a Sink; Messages is the short form. Then pipeline.go
// (what is read), shard.go (one independent pipeline), pool.go (who does the work) and merge.go (how it comes into
// order again). What a record says of one connection is package flow's work, and what it says of several package
// correlate's.
//
// The same packets give the same records in the same order, whatever Options.Workers says and however the packets
// were cut into reads: a hash of its addresses puts each connection into one of a fixed number of shards, and what
// the shards emit is merged by the packet that made them emit it.
//
// What it does not do: it renders nothing (analyzer/report), knows no subprotocol (analyzer/apps) and judges
// nothing beyond the RFCs (analyzer/rules).
package analyzer
