// Package capture reads packet captures: pcap and pcapng files in all their forms,
// compressed or not, one or many, from disk, standard input, a PCAP-over-IP server or,
// where it is built in, an interface; and it writes pcapng.
//
// The formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
//
// Start with Open in open.go; Source is in package packet. A stream (stream.go) reads one
// input, with a format (pcap.go, pcapng.go) that finds the packets in its bytes; files
// (source.go, merge.go) makes one capture of several streams. Every limit is in limits.go.
//
// Damage is no error: it is reported as a Problem, with its offset, and reading goes on at
// the next record that can be believed. A record that the end of its input cuts is not
// given, as in other tools. A snaplen in a header is not believed, in either direction.
//
// The package knows no protocol: Link says what Data holds, and package link decodes it.
package capture
