package tlsopen

import (
	"crypto"
	"crypto/aes"
	"crypto/des"
	_ "crypto/sha1" // for crypto.SHA1
	_ "crypto/sha256"
	_ "crypto/sha512"
	"strings"
)

// cipherKind is how a suite protects records.
type cipherKind uint8

const (
	notOpened cipherKind = iota
	aesGCM
	aesCCM
	chacha20
	blockCBC
)

// suite is what opening records needs to know of a cipher suite.
type suite struct {
	kind   cipherKind
	keyLen int
	tagLen int         // AEAD
	hash   crypto.Hash // of HKDF, or of TLS 1.2's PRF
	mac    crypto.Hash // CBC
}

// tripleDESKey is the length of a key that only Triple DES has: it tells that cipher.
const tripleDESKey = 24

// block is the size of a block in CBC.
func (s *suite) block() int {
	if s.keyLen == tripleDESKey {
		return des.BlockSize
	}
	return aes.BlockSize
}

// suiteOf reads a suite's parameters from its registered name, which says them all:
// TLS_key-exchange_WITH_cipher_hash, in TLS 1.3 TLS_cipher_hash.
func suiteOf(id uint16) suite {
	_, name, ok := strings.Cut(suiteNames[id], "_WITH_")
	if !ok {
		name = strings.TrimPrefix(suiteNames[id], "TLS_")
	}
	s := suite{tagLen: 16, hash: crypto.SHA256}
	if strings.HasSuffix(name, "_SHA384") {
		s.hash = crypto.SHA384
	}
	switch {
	case strings.HasPrefix(name, "CHACHA20_POLY1305"):
		s.kind, s.keyLen = chacha20, 32
		return s
	case strings.HasPrefix(name, "AES_128_"):
		s.keyLen = 16
	case strings.HasPrefix(name, "AES_256_"):
		s.keyLen = 32
	case name == "3DES_EDE_CBC_SHA":
		s.kind, s.keyLen, s.mac = blockCBC, tripleDESKey, crypto.SHA1
		return s
	default:
		return suite{}
	}
	switch mode := name[len("AES_128_"):]; {
	case strings.HasPrefix(mode, "GCM_"):
		s.kind = aesGCM
	case strings.HasPrefix(mode, "CCM_8"): // "CCM_8" and TLS 1.3's "CCM_8_SHA256"
		s.kind, s.tagLen = aesCCM, 8
	case strings.HasPrefix(mode, "CCM"):
		s.kind = aesCCM
	case mode == "CBC_SHA":
		s.kind, s.mac = blockCBC, crypto.SHA1
	case mode == "CBC_SHA256":
		s.kind, s.mac = blockCBC, crypto.SHA256
	case mode == "CBC_SHA384":
		s.kind, s.mac = blockCBC, crypto.SHA384
	default:
		return suite{}
	}
	return s
}
