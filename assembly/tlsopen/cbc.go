package tlsopen

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"hash"
)

// cbc opens records of a block cipher in CBC with an HMAC (RFC 5246 §6.2.3.2), in either order of the two.
type cbc struct {
	mode    cipher.BlockMode
	mac     hash.Hash
	size    int  // of a block
	etm     bool // encrypt-then-MAC (RFC 7366)
	chained bool // TLS 1.0: the IV is the last block of the record before

	iv     [aes.BlockSize]byte // chained: of the next record
	head   [13]byte            // what the MAC takes in front of the content
	macOut [64]byte
}

// ivSetter is what the standard library's CBC decrypters are besides cipher.BlockMode;
// crypto/tls counts on it too.
type ivSetter interface{ SetIV([]byte) }

func newCBC(version uint16, h crypto.Hash, block cipher.Block, macKey, iv []byte, etm bool) *cbc {
	c := &cbc{mac: hmac.New(h.New, macKey), size: block.BlockSize(), etm: etm, chained: version == tls10}
	copy(c.iv[:], iv)
	c.mode = cipher.NewCBCDecrypter(block, c.iv[:c.size])
	return c
}

// before is how many bytes an IV takes in a record's body.
func (c *cbc) before() int {
	if c.chained {
		return 0
	}
	return c.size
}

// maxBehind is the most that behind returns: a block, and a MAC of SHA-384.
const maxBehind = aes.BlockSize + 48

// behind is how far in front of a record its chained IV stands: the last block that was
// encrypted, which encrypt-then-MAC puts a MAC behind.
func (c *cbc) behind() int {
	if c.etm {
		return c.size + c.mac.Size()
	}
	return c.size
}

// open is opener.open. A chained IV moves on only when the record authenticates.
func (c *cbc) open(dst, rec []byte, seq uint64) ([]byte, bool) {
	body := rec[headerLen:]
	binary.BigEndian.PutUint64(c.head[:], seq)
	copy(c.head[8:], rec[:3])
	sum := c.mac.Size()
	if c.etm {
		// MAC over seq_num, type, version, length of the rest and the rest: IV and ciphertext (RFC 7366 §3).
		n := len(body) - sum
		if n < 0 || !c.authentic(body[:n], body[n:]) {
			return nil, false
		}
		body = body[:n]
	}
	iv, text := c.iv[:c.size], body
	if !c.chained {
		if len(body) < c.size {
			return nil, false
		}
		iv, text = body[:c.size], body[c.size:]
	}
	if len(text) == 0 || len(text)%c.size != 0 {
		return nil, false
	}
	c.mode.(ivSetter).SetIV(iv)
	plain := dst[:len(text)]
	c.mode.CryptBlocks(plain, text)
	plain, ok := unpad(plain)
	if ok && !c.etm {
		n := len(plain) - sum
		if ok = n >= 0 && c.authentic(plain[:n], plain[n:]); ok {
			plain = plain[:n]
		}
	}
	if !ok {
		return nil, false
	}
	if c.chained {
		copy(c.iv[:], text[len(text)-c.size:])
	}
	return plain, true
}

// authentic compares the MAC over head, length and content.
func (c *cbc) authentic(content, mac []byte) bool {
	binary.BigEndian.PutUint16(c.head[11:], uint16(len(content)))
	c.mac.Reset()
	c.mac.Write(c.head[:])
	c.mac.Write(content)
	return hmac.Equal(c.mac.Sum(c.macOut[:0]), mac)
}

// unpad takes the padding off: its last byte says how many bytes like it stand before
// (RFC 5246 §6.2.3.2: "MUST be filled with the padding length value").
func unpad(b []byte) ([]byte, bool) {
	n := int(b[len(b)-1]) + 1
	if n > len(b) {
		return nil, false
	}
	for _, p := range b[len(b)-n:] {
		if int(p) != n-1 {
			return nil, false
		}
	}
	return b[:len(b)-n], true
}
