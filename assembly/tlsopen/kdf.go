package tlsopen

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
)

// expandLabel is HKDF-Expand-Label with an empty context (RFC 8446 §7.1), of one hash's length
// at most and so of one block of HKDF-Expand (RFC 5869 §2.3). It is done by hand, for
// every connection needs eight of them: crypto/hkdf takes six times as long.
func expandLabel(h crypto.Hash, secret []byte, label string, n int) []byte {
	// HMAC(secret, length ‖ label ‖ context ‖ 1); RFC 2104 §2
	var inner, outer [192]byte
	block, sum := 64, sha256.Size
	if h == crypto.SHA384 {
		block, sum = 128, sha512.Size384
	}
	if len(secret) > block || n > sum {
		panic("tlsopen: no label is so long") // neither a secret nor a key is
	}
	for i := range block {
		inner[i], outer[i] = 0x36, 0x5c
	}
	subtle.XORBytes(inner[:], inner[:block], secret)
	subtle.XORBytes(outer[:], outer[:block], secret)
	text := append(inner[:block], byte(n>>8), byte(n), byte(len("tls13 ")+len(label)))
	text = append(append(append(text, "tls13 "...), label...), 0, 1)
	out := outer[:block]
	if h == crypto.SHA384 {
		x := sha512.Sum384(text)
		x = sha512.Sum384(append(out, x[:]...))
		return append([]byte(nil), x[:n]...)
	}
	x := sha256.Sum256(text)
	x = sha256.Sum256(append(out, x[:]...))
	return append([]byte(nil), x[:n]...)
}

// prf is the pseudorandom function of a protocol version: P_SHA256 or P_SHA384 in TLS 1.2
// (RFC 5246 §5), P_MD5 XOR P_SHA1 before (RFC 2246 §5).
func prf(version uint16, h crypto.Hash, secret []byte, label string, seed []byte, n int) []byte {
	seed = append([]byte(label), seed...)
	out := make([]byte, n)
	if version >= tls12 {
		pHash(out, h.New, secret, seed)
		return out
	}
	half := (len(secret) + 1) / 2 // the halves share a byte where the length is odd
	pHash(out, md5.New, secret[:half], seed)
	pHash(out, sha1.New, secret[len(secret)-half:], seed)
	return out
}

// pHash XORs P_hash's output onto out.
func pHash(out []byte, h func() hash.Hash, secret, seed []byte) {
	m := hmac.New(h, secret)
	m.Write(seed)
	a := m.Sum(nil)
	for len(out) > 0 {
		m.Reset()
		m.Write(a)
		m.Write(seed)
		block := m.Sum(nil)
		for i := 0; i < len(block) && i < len(out); i++ {
			out[i] ^= block[i]
		}
		out = out[min(len(block), len(out)):]
		m.Reset()
		m.Write(a)
		a = m.Sum(nil)
	}
}
