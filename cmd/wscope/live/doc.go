// Package live is what a live capture needs besides the analysis: the kernel's filter, keys that come while packets
// do, the files that packets are saved to, the bounds of memory, metrics, and where the records go (lines of JSON or
// the screen).
//
// Start reading at Source, which the analyzer reads, and at Stats, which counts what passes and hands the records on
// to an Output. Package main of the command has the flags and puts these together.
//
// What it does not do: it opens no interface (assembly/capture) and sheds no connection (assembly/shed).
package live
