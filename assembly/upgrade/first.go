package upgrade

import (
	"bytes"
	"wscope/assembly/h2"
)

// kind is what a side's first bytes are.
type kind uint8

const (
	undecided   kind = iota // too few bytes to tell
	nothing                 // nothing that begins a conversation we know
	request                 // HTTP/1, from the client
	response                // HTTP/1, from the server
	clientHello             // TLS
	serverHello             // TLS
	tlsMidway               // a TLS record that is no hello
	preface                 // HTTP/2, from the client
	proxyV1                 // the PROXY protocol, text
	proxyV2                 // the PROXY protocol, binary
	socks4                  // SOCKS4 or 4a, a client's request
	socks5                  // SOCKS5, a client's greeting
	ssh                     // SSH's version line, either side
)

const (
	proxyV2Sig = "\r\n\r\n\x00\r\nQUIT\n" // haproxy's proxy-protocol.txt §2.2
	proxyV1Sig = "PROXY "                 // the same, §2.1
	sshSig     = "SSH-"                   // RFC 4253 §4.2
)

// firstBytes says what the first bytes of a side are.
func firstBytes(b []byte) kind {
	if len(b) == 0 {
		return undecided
	}
	switch c := b[0]; {
	case c >= 0x14 && c <= 0x17:
		return firstRecord(b)
	case c == 4 || c == 5:
		return firstSocks(b)
	case c == '\r':
		return firstText(b, proxyV2Sig, proxyV2)
	case c == 'H':
		if k := firstText(b, "HTTP/1.", response); k != nothing {
			return k
		}
	case c == 'S':
		if k := firstText(b, sshSig, ssh); k != nothing {
			return k
		}
	case c == 'P':
		if k := firstText(b, h2.Preface, preface); k != nothing {
			return k
		}
		if k := firstText(b, proxyV1Sig, proxyV1); k != nothing {
			return k
		}
	}
	return firstLine(b)
}

// firstText compares with a fixed beginning.
func firstText(b []byte, sig string, k kind) kind {
	n := min(len(b), len(sig))
	switch {
	case string(b[:n]) != sig[:n]:
		return nothing
	case n < len(sig):
		return undecided
	}
	return k
}

// firstLine recognises a request by its first line.
func firstLine(b []byte) kind {
	if !likeRequest(b) {
		return nothing
	}
	if bytes.IndexByte(b, '\n') >= 0 {
		return request // likeRequest has read the line
	}
	if len(b) > maxHead {
		return nothing
	}
	return undecided
}

// likeRequest reports whether b can be the beginning of a request: the beginning of a
// request line, or a whole one.
func likeRequest(b []byte) bool {
	const longestMethod = 24
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		_, _, ok := requestLine(b[:i+1])
		return ok
	}
	for i, c := range b[:min(len(b), longestMethod)] {
		if c == ' ' {
			return i > 0
		}
		if !isToken(c) {
			return false
		}
	}
	return len(b) < longestMethod
}

// likeResponse is likeRequest for a response.
func likeResponse(b []byte) bool {
	if len(b) < len("HTTP/1.1 101") {
		return firstText(b, "HTTP/1.", response) != nothing
	}
	_, ok := statusLine(b[:12])
	return ok
}

// firstRecord recognises TLS by the header of a record and the type of a handshake
// message, RFC 8446 §5.1 and §4. No WebSocket frame begins so: its RSV bits and its
// opcode would be reserved ones.
func firstRecord(b []byte) kind {
	if len(b) > 1 && b[1] != 3 || len(b) > 2 && b[2] > 4 {
		return nothing
	}
	if len(b) < 6 {
		return undecided
	}
	if n := int(b[3])<<8 | int(b[4]); n == 0 || n > 1<<14+2048 {
		return nothing
	}
	switch {
	case b[0] == 0x16 && b[5] == 1:
		return clientHello
	case b[0] == 0x16 && b[5] == 2:
		return serverHello
	}
	return tlsMidway
}
