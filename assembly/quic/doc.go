// Package quic rebuilds the streams of QUIC connections (RFC 9000, RFC 9001; version 2:
// RFC 9369) from captured UDP datagrams, as an onlooker sees them.
//
// Initial packets are under keys that everybody can derive, so that of every connection the
// ClientHello is read. What follows is opened with secrets from an NSS key log, which
// assembly/tlsopen keeps. A packet is shown when it authenticates and never otherwise.
//
// Start reading at handler.go, what a connection hands on, then Assembler.Datagram, which
// shows a datagram's way: conn.go (which keys a packet is under), frames.go (what it
// holds), stream.go and hold.go (bytes in order, and those that are not yet), wait.go
// (packets that cannot be opened yet), close.go, path.go (addresses and connection IDs that
// change). router.go finds QUIC among UDP and says which shard takes a datagram.
//
// It knows no HTTP, sends nothing, and judges no peer. It does not open drafts of QUIC
// before version 1, nor multipath; AES-CCM is not opened.
package quic
