package tlsopen

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// ccm opens AES-CCM (RFC 3610) with the parameters of TLS (RFC 6655 §3): nonces of 12
// bytes, so L = 3, and tags of 16 or 8 bytes. The standard library has no CCM. Its buffers
// make it unfit for use by several goroutines at once.
type ccm struct {
	block  cipher.Block
	tagLen int
	mac    [16]byte // CBC-MAC so far
	ctr    [16]byte // counter block
	key    [16]byte // key stream
}

var errAuth = errors.New("message authentication failed")

func newCCM(b cipher.Block, tagLen int) *ccm { return &ccm{block: b, tagLen: tagLen} }

func (c *ccm) NonceSize() int { return 12 }
func (c *ccm) Overhead() int  { return c.tagLen }

// Seal is there for the interface and for the test vectors.
func (c *ccm) Seal(dst, nonce, plain, aad []byte) []byte {
	c.start(nonce, len(plain), aad)
	c.absorb(plain)
	n := len(dst)
	dst = append(dst, plain...)
	c.crypt(dst[n:], plain)
	tag := c.tag()
	return append(dst, tag[:c.tagLen]...)
}

// Open checks and decrypts. dst must not overlap sealed.
func (c *ccm) Open(dst, nonce, sealed, aad []byte) ([]byte, error) {
	n := len(sealed) - c.tagLen
	if n < 0 {
		return nil, errAuth
	}
	c.start(nonce, n, aad)
	at := len(dst)
	dst = append(dst, sealed[:n]...)
	c.crypt(dst[at:], sealed[:n])
	c.absorb(dst[at:])
	tag := c.tag()
	if subtle.ConstantTimeCompare(tag[:c.tagLen], sealed[n:]) != 1 {
		clear(dst[at:])
		return nil, errAuth
	}
	return dst, nil
}

// start takes B_0 and the additional data into the MAC and sets the counter to 0 (§2.2, §2.3).
func (c *ccm) start(nonce []byte, n int, aad []byte) {
	c.mac = [16]byte{}
	c.mac[0] = byte((c.tagLen-2)/2)<<3 | 3 - 1
	if len(aad) > 0 {
		c.mac[0] |= 1 << 6
	}
	copy(c.mac[1:13], nonce)
	c.mac[13], c.mac[14], c.mac[15] = byte(n>>16), byte(n>>8), byte(n)
	c.block.Encrypt(c.mac[:], c.mac[:])
	if len(aad) > 0 { // its length is 2 bytes long: TLS has 5 or 13 bytes of it
		var first [16]byte
		binary.BigEndian.PutUint16(first[:], uint16(len(aad)))
		k := copy(first[2:], aad)
		c.absorb(first[:])
		c.absorb(aad[k:])
	}
	c.ctr = [16]byte{3 - 1}
	copy(c.ctr[1:13], nonce)
}

// absorb takes bytes into the CBC-MAC, the last block filled up with zeros.
func (c *ccm) absorb(b []byte) {
	for len(b) > 0 {
		n := subtle.XORBytes(c.mac[:], c.mac[:], b[:min(16, len(b))])
		c.block.Encrypt(c.mac[:], c.mac[:])
		b = b[n:]
	}
}

// crypt XORs the key stream from counter 1 on.
func (c *ccm) crypt(dst, src []byte) {
	for len(src) > 0 {
		if c.ctr[15]++; c.ctr[15] == 0 {
			if c.ctr[14]++; c.ctr[14] == 0 {
				c.ctr[13]++
			}
		}
		c.block.Encrypt(c.key[:], c.ctr[:])
		n := subtle.XORBytes(dst, src[:min(16, len(src))], c.key[:])
		dst, src = dst[n:], src[n:]
	}
}

// tag is the MAC under the key stream of counter 0.
func (c *ccm) tag() [16]byte {
	c.ctr[13], c.ctr[14], c.ctr[15] = 0, 0, 0
	c.block.Encrypt(c.key[:], c.ctr[:])
	subtle.XORBytes(c.mac[:], c.mac[:], c.key[:])
	return c.mac
}
