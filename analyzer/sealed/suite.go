package sealed

import "strings"

// Facts is what the handshake showed. The zero value is a handshake that was not captured.
type Facts struct {
	Version string   // "1.0" to "1.3"; empty where unknown
	Cipher  string   // the suite's IANA name; empty where unknown
	ALPN    string   // that the server chose; TLS 1.3 does not show it
	Offered []string // ALPN protocols that the client offered

	EncryptThenMAC bool // RFC 7366
	NoTickets      bool // the ClientHello was captured and takes no TLS 1.3 session tickets
	Resumed        bool // TLS 1.3: the server chose a pre-shared key
}

// protection is what a suite adds to the plaintext of a record.
type protection struct {
	known   bool
	before  int32 // bytes in front: explicit nonce or IV
	after   int32 // tag or MAC, and TLS 1.3's content type
	block   int32 // CBC: the plaintext with its MAC is padded to a multiple; else 0
	hash    int32 // TLS 1.3: bytes of a Finished message's hash
	loose   int32 // what the overhead may be off by, where it was guessed
	macLast bool  // RFC 7366
	split   bool  // TLS 1.0 CBC: writers put the first byte, or none, in a record of its own
}

// protect returns what the suite of the handshake adds.
func protect(f *Facts) protection {
	_, name, ok := strings.Cut(f.Cipher, "_WITH_")
	if !ok {
		name = strings.TrimPrefix(f.Cipher, "TLS_")
	}
	p := protection{known: f.Cipher != "" && f.Version != "", after: 16}
	has := func(s string) bool { return strings.Contains(name, s) }
	if has("CCM_8") {
		p.after = 8
	}
	switch {
	case f.Version == "1.3":
		p.after++
		p.hash = 32
		if strings.HasSuffix(name, "SHA384") {
			p.hash = 48
		}
	case has("CHACHA20"):
	case has("GCM"), has("CCM"):
		p.before = 8
	case has("CBC"):
		p.block = 16
		if has("3DES") || has("DES_CBC") || has("DES40") || has("IDEA") || has("RC2") {
			p.block = 8
		}
		if f.Version != "1.0" {
			p.before = p.block
		}
		p.split, p.macLast = f.Version == "1.0", f.EncryptThenMAC
		p.after = macLen(name)
	case has("RC4"), has("NULL"):
		p.after = macLen(name)
	default:
		p.known = false
	}
	return p
}

func macLen(suite string) int32 {
	switch {
	case strings.HasSuffix(suite, "SHA384"):
		return 48
	case strings.HasSuffix(suite, "SHA256"):
		return 32
	case strings.HasSuffix(suite, "MD5"):
		return 16
	}
	return 20
}

// plain returns the plaintext length of a record: n at most, and n-slack at least.
func (p *protection) plain(length int32) (n, slack int32) {
	n = length - p.before - p.after
	if p.block > 0 {
		n, slack = n-1, p.block-1 // one byte says how long the padding is
	}
	n = max(n, 0)
	return n, min(slack, n)
}

// shortest is the length of a CBC record with a byte or none.
func (p *protection) shortest() int32 {
	if p.macLast {
		return p.before + p.block + p.after
	}
	n := p.after + 2
	return p.before + (n+p.block-1)/p.block*p.block
}

// goWrite is the plaintext length of the first records that Go's crypto/tls makes of a long write:
// it fits them to a TCP segment of 1208 bytes, and each one is longer than the one before by as much.
func (p *protection) goWrite() int32 {
	const segment = 1208
	n := segment - headerLen - p.before
	if p.block > 0 {
		return n&^(p.block-1) - p.after - 1
	}
	return n - p.after
}
