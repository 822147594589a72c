// Package archive analyses captures of many files, each by a worker of its own, and gives the
// flow records that one run over all of them gives, byte for byte.
//
// It goes through the files twice. The first pass (analyzer.Surveyor) finds out which
// connections are in which file, and at which packets the whole capture's clock ticks. From all
// surveys comes a Plan: connections with packets in more than one file, and with them everything
// that can move from path to path (QUIC, Multipath TCP), cross a border. In the second pass a
// worker analyses a file's other connections to their end (Worker), and hands the segments of
// those that cross on, each with its Place in the capture; one Finisher takes them in order.
// What both make are Steps in the life of flows, which are merged by place and numbered
// (numbering.go).
//
// Start reading at run.go, which does it all in one process; cmd/wscope-beam does it on many
// machines. The package reads no packet's content itself: analyzer.Part does.
//
// What it does not do: limits over all connections together (memory for bytes out of order,
// closed connections that are remembered) are those of each worker; sessions of TLS 1.2 that are
// resumed in another file than they began in open by a key log of their own alone; flows that
// begin at one and the same tick, in one shard but in several files, are numbered by file.
package archive
