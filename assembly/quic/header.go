package quic

import "encoding/binary"

// kind is a type of packet.
type kind uint8

const (
	initialPacket kind = iota
	earlyPacket        // 0-RTT
	handshakePacket
	retryPacket
	shortPacket // 1-RTT
	negotiationPacket
)

const (
	maxCID    = 20 // RFC 9000 §17.2
	tagLen    = 16 // of every AEAD of QUIC
	sampleLen = 16 // RFC 9001 §5.4.2
	maxPNLen  = 4
)

// header is a long header as far as it is in the clear (RFC 9000 §17.2).
type header struct {
	kind       kind
	version    uint32
	dst, src   []byte
	token      []byte // of Initial and Retry
	pnAt       int    // where the packet number stands
	end        int    // where the packet ends, by its Length; the next coalesced one follows
	cut        bool   // less than that was captured, or was there
	versions   []byte // of Version Negotiation
	retryUpTag int    // Retry: where its integrity tag stands
}

// isLong reports whether a packet has a long header.
func isLong(b []byte) bool { return b[0]&0x80 != 0 }

// parseLong reads a long header. It accepts no version that it does not know, but
// Version Negotiation. wire is how long b was on the wire.
func parseLong(b []byte, wire int) (h header, ok bool) {
	if len(b) < 7 {
		return h, false
	}
	h.version = binary.BigEndian.Uint32(b[1:])
	n := int(b[5])
	if n > maxCID || len(b) < 6+n+1 {
		return h, false
	}
	h.dst = b[6 : 6+n]
	at := 6 + n
	n = int(b[at])
	if n > maxCID || len(b) < at+1+n {
		return h, false
	}
	h.src = b[at+1 : at+1+n]
	at += 1 + n
	if h.version == 0 {
		h.kind, h.versions, h.end = negotiationPacket, b[at:], len(b)
		return h, len(h.versions) >= 4 && len(h.versions)%4 == 0
	}
	if !known(h.version) {
		return h, false
	}
	h.kind = kind(b[0] >> 4 & 3)
	if h.version == Version2 { // RFC 9369 §3.2
		h.kind = (h.kind + 3) & 3
	}
	switch h.kind {
	case retryPacket:
		if len(b) < at+tagLen {
			return h, false
		}
		h.token, h.retryUpTag, h.end = b[at:len(b)-tagLen], len(b)-tagLen, len(b)
		return h, true
	case initialPacket:
		length, n := Varint(b[at:])
		if n == 0 || length > uint64(len(b)-at-n) {
			return h, false
		}
		h.token = b[at+n : at+n+int(length)]
		at += n + int(length)
	}
	length, n := Varint(b[at:])
	if n == 0 || length < maxPNLen+sampleLen || length > uint64(wire-at-n) {
		return h, false
	}
	h.pnAt, h.end = at+n, at+n+int(length)
	h.cut = h.end > len(b)
	return h, true
}

// decodePN is RFC 9000 §A.3: the packet number nearest to the next expected one that ends in
// the n bytes of truncated.
func decodePN(largest int64, truncated uint64, n int) uint64 {
	expected := uint64(largest + 1)
	window := uint64(1) << (8 * n)
	pn := expected&^(window-1) | truncated
	switch {
	case pn+window/2 <= expected && pn < 1<<62-window:
		return pn + window
	case pn > expected+window/2 && pn >= window:
		return pn - window
	}
	return pn
}
