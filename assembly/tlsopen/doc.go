// Package tlsopen opens TLS connections with secrets from NSS key logs: TLS 1.3 (RFC 8446)
// and TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), AES-GCM, ChaCha20-Poly1305 (RFC 7905), AES-CCM
// (RFC 6655), and AES, Camellia and Triple DES in CBC with and without encrypt-then-MAC (RFC 7366);
// Camellia in GCM too (RFC 6367).
//
// It is an [assembly.Handler] that stands between the TCP streams of a connection and the
// protocol inside. It only listens: it reads both sides' handshakes, looks up the secrets
// that their client random names, and gives the application data to the inner handler, each
// byte with the mark of the packet that held its ciphertext. A record is shown when it
// authenticates and never otherwise; after loss the next record that does is searched for.
//
// Start reading at [New] and conn.go (the two sides and what they know of each other), then
// stream.go (bytes to records), sealed13.go and sealed12.go (which keys a record is under),
// opener.go (one record under one set of keys), resync.go (loss), wait.go (bytes that
// cannot be read yet).
//
// It does not open RC4 or ARIA suites, compressed TLS, SSL 3.0, DTLS or
// QUIC, checks no certificate, and knows no private keys.
package tlsopen
