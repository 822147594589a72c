package tlsopen

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
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
	nullCipher // plain text with a MAC behind it, RFC 5246 §6.2.3.1
)

// blockCipher is what a suite encrypts blocks with.
type blockCipher uint8

const (
	aesBlock blockCipher = iota
	tripleDES
	camelliaBlock
)

// size is the size of a block.
func (b blockCipher) size() int {
	if b == tripleDES {
		return des.BlockSize
	}
	return aes.BlockSize // and Camellia's
}

// with is the cipher with a key of the suite's length, so that nothing can fail.
func (b blockCipher) with(key []byte) cipher.Block {
	newCipher := aes.NewCipher
	switch b {
	case tripleDES:
		newCipher = des.NewTripleDESCipher
	case camelliaBlock:
		newCipher = newCamellia
	}
	c, err := newCipher(key)
	if err != nil {
		panic("tlsopen: " + err.Error())
	}
	return c
}

// suite is what opening records needs to know of a cipher suite.
type suite struct {
	kind   cipherKind
	block  blockCipher // of all kinds but chacha20
	keyLen int
	tagLen int         // AEAD
	hash   crypto.Hash // of HKDF, or of TLS 1.2's PRF
	mac    crypto.Hash // CBC
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
	if rest, ok := strings.CutPrefix(name, "CAMELLIA_"); ok {
		name, s.block = "AES_"+rest, camelliaBlock // with the same lengths and modes
	}
	switch {
	case strings.HasPrefix(name, "CHACHA20_POLY1305"):
		s.kind, s.keyLen = chacha20, 32
		return s
	case strings.HasPrefix(name, "AES_128_"):
		s.keyLen = 16
	case strings.HasPrefix(name, "AES_256_"):
		s.keyLen = 32
	case name == "NULL_MD5":
		s.kind, s.tagLen = nullCipher, 16
		return s
	case name == "NULL_SHA":
		s.kind, s.tagLen = nullCipher, 20
		return s
	case name == "NULL_SHA256":
		s.kind, s.tagLen = nullCipher, 32
		return s
	case name == "NULL_SHA384":
		s.kind, s.tagLen = nullCipher, 48
		return s
	case name == "3DES_EDE_CBC_SHA":
		s.kind, s.block, s.keyLen, s.mac = blockCBC, tripleDES, 24, crypto.SHA1
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
