// Package upgrade finds WebSockets in connections, whatever port they use and whatever
// is wrapped around them: HTTP/1.1 Upgrade (RFC 9112, RFC 6455 §4), HTTP/2 extended
// CONNECT (RFC 9113, RFC 8441), HTTP CONNECT, SOCKS and the PROXY protocol in front,
// TLS by way of a hook, and no handshake at all where the capture began too late.
//
// A connection is a layer: two byte streams, taken by one stage at a time. It begins with
// the sniffer, which looks at the first bytes of both sides and hands the layer to the
// stage that fits: http1, http2, socks, a proxy header after which it sniffs again, TLS
// (whose inside is a layer of its own). When a WebSocket is settled, its stage does
// nothing but pass bytes to a Receiver. Bytes that have to wait (for a decision, for an
// answer) wait on a replay buffer, which is bounded and remembers which packet each came from.
//
// Start reading at layer.go, then sniff.go and http1.go.
//
// The package reads no WebSocket frame, except to recognise that there are some
// (midway.go); it decodes no TLS; it unpacks no HTTP body.
package upgrade
