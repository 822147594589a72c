package tlsopen

import (
	"crypto"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"hash"
)

// expandLabel is HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
func expandLabel(h crypto.Hash, secret []byte, label string, n int) []byte {
	info := []byte{byte(n >> 8), byte(n), byte(len("tls13 ") + len(label))}
	info = append(append(append(info, "tls13 "...), label...), 0)
	out, err := hkdf.Expand(h.New, secret, string(info), n)
	if err != nil { // only for lengths over 255 hashes, which no label here asks for
		panic("tlsopen: " + err.Error())
	}
	return out
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
