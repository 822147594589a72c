// Package h2 reads the frames and header blocks of HTTP/2 (RFC 9113, RFC 7541), as they come and wherever a capture
// begins.
//
// Start reading at Frame, which one direction is in the middle of, and Block, which decodes its header blocks.
//
// What it does not do: it keeps no streams and knows no requests; that is package upgrade's.
package h2
