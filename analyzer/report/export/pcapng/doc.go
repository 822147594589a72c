// Package pcapng exports the packets of chosen flows as a pcapng file in which Wireshark
// shows, as packet comments, what wscope found: where a flow was asked for, each message's
// gist at the packet of its first byte, each finding at its packet.
//
// It takes two passes over the capture. In the first a Notes, which is a Sink, is told
// the flows and messages; in the second Notes.Copy reads the packets again and writes
// those of the flows' TCP and QUIC connections, with the TLS secrets that open them: from the key log and
// from Decryption Secrets Blocks, but only the lines with a chosen flow's client random.
//
// All packets of a connection are copied, so that Wireshark has its beginning, and with
// them the streams of HTTP/2 that it shares. IP fragments are copied when they turn out to be
// a wanted segment's: then they stand directly before the packet that completed it.
//
// What it does not carry: the keys after a TLS 1.2 renegotiation, which stand under a client
// random of their own, and RSA lines of key logs, which have none.
//
// Comments beyond some megabytes wait in a temporary file, sorted.
package pcapng
