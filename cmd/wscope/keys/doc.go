// Package keys knows how programs give away their TLS secrets, so that their connections can be
// opened: which environment makes a program write a key log (RFC 9850, formerly NSS's SSLKEYLOGFILE
// format), and what to do for runtimes that no environment reaches.
//
// Read Guide first, then Environment, which record gives to the command that it runs, and Reach,
// which says of one process why its connections stayed closed. The folder preload holds the source
// of a small library for programs that link OpenSSL dynamically; secrets of Go programs come from
// the package goprobe.
//
// It reads no key log and opens nothing: that is assembly/tlsopen.
package keys
