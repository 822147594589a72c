// Package packet has the words that everything that reads packets speaks: a Packet with
// its bytes, the Mark that says where in the capture it stands, the Batch that packets
// come in, Secrets that stood among them, a Problem, and the Source that gives them.
//
// It imports the standard library alone, so that code that takes packets, or shows where
// one was, links no file format and no capture library. Package capture has the sources:
// files, pipes and interfaces.
//
// Start with Source in source.go.
package packet
