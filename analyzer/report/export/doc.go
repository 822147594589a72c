// Package export writes the analyzer's records as the files of other tools: HAR for
// browsers' developer tools, Parquet for DuckDB, Spark and pandas, CSV for spreadsheets,
// Zeek's logs, and the messages' payloads as files.
//
// An Exporter is a Sink that is given everything by analyzer.Run and then closed. Start
// reading at export.go, then at the file of the format. Place is where exports are written: beside
// their final name, which they take when they are whole.
//
// Memory is bounded whatever the capture holds: what a format wants in another order than
// the capture's (HAR: a flow's messages together) waits in a temporary file.
//
// It computes nothing about WebSocket: each number is one of a record. A test holds the
// counts of every export of every capture in testdata against the Summary. The export of
// packets is another matter, for it needs the capture itself: see the package pcapng.
package export
