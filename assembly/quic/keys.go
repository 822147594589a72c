package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"

	"golang.org/x/crypto/chacha20"
	"golang.org/x/crypto/chacha20poly1305"

	"wscope/assembly/tlsopen"
)

// Cipher suites (RFC 8446 §B.4).
const (
	suiteAES128   = 0x1301
	suiteAES256   = 0x1302
	suiteChaCha20 = 0x1303
)

// protection is the keys that one side's packets of one level are under (RFC 9001 §5).
type protection struct {
	aead   cipher.AEAD
	iv     [12]byte
	block  cipher.Block // header protection by AES
	chacha []byte       // the key of header protection by ChaCha20; nil with AES
	secret []byte
	suite  uint16
	labels *labels
	update string // the label of the next secret
}

// newProtection makes the keys that follow from a secret; nil where the suite is none that
// is opened or the secret is none of the suite's.
func newProtection(suite uint16, secret []byte, l *labels) *protection {
	p := &protection{secret: secret, suite: suite, labels: l, update: l.update}
	size := 32
	switch {
	case suite == suiteAES128 && len(secret) == 32:
		size = 16
	case suite == suiteAES256 && len(secret) == 48, suite == suiteChaCha20 && len(secret) == 32:
	default:
		return nil
	}
	hp := tlsopen.ExpandLabel(secret, l.hp, size)
	if suite == suiteChaCha20 {
		p.chacha = hp
	} else {
		p.block = newAES(hp)
	}
	p.rekey(size)
	return p
}

// rekey derives what a key update changes: not the key of header protection (RFC 9001 §6.1).
func (p *protection) rekey(size int) {
	key := tlsopen.ExpandLabel(p.secret, p.labels.key, size)
	copy(p.iv[:], tlsopen.ExpandLabel(p.secret, p.labels.iv, len(p.iv)))
	var err error
	if p.chacha != nil {
		p.aead, err = chacha20poly1305.New(key)
	} else {
		p.aead, err = cipher.NewGCM(newAES(key))
	}
	if err != nil {
		panic("quic: " + err.Error()) // the key has the suite's length
	}
}

func newAES(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("quic: " + err.Error()) // the key has the suite's length
	}
	return b
}

// next is the keys after a key update (RFC 9001 §6.1).
func (p *protection) next() *protection {
	n := *p
	n.secret = tlsopen.ExpandLabel(p.secret, p.update, len(p.secret))
	size := 32
	if p.suite == suiteAES128 {
		size = 16
	}
	n.rekey(size)
	return &n
}

// otherUpdate is the same keys for a peer that updates version 2's with the label of version 1, against
// RFC 9369 §3.3.2: quic-go does. nil in version 1.
func (p *protection) otherUpdate() *protection {
	if p.update == labels1.update {
		return nil
	}
	o := *p
	o.update = labels1.update
	return &o
}

// initialKeys are those of Initial packets: they follow from the Destination Connection ID of
// the client's first one, which everybody sees (RFC 9001 §5.2).
func initialKeys(version uint32, dst []byte) [2]*protection {
	common, err := hkdf.Extract(sha256.New, dst, initialSalt(version))
	if err != nil {
		panic("quic: " + err.Error())
	}
	l := labelsOf(version)
	return [2]*protection{
		newProtection(suiteAES128, tlsopen.ExpandLabel(common, "client in", 32), l),
		newProtection(suiteAES128, tlsopen.ExpandLabel(common, "server in", 32), l),
	}
}

// scratch is what opening a packet writes to, so that no packet allocates and none is changed.
type scratch struct {
	mask   [16]byte
	nonce  [12]byte
	header []byte
	plain  []byte
}

// unmask takes header protection off (RFC 9001 §5.4): it returns the first byte and the
// packet number as it was sent, of n bytes. b holds pnAt+20 bytes at least.
func (p *protection) unmask(w *scratch, b []byte, pnAt int) (first byte, pn uint64, n int) {
	sample := b[pnAt+maxPNLen : pnAt+maxPNLen+sampleLen]
	if p.chacha != nil {
		c, err := chacha20.NewUnauthenticatedCipher(p.chacha, sample[4:16])
		if err != nil {
			panic("quic: " + err.Error())
		}
		c.SetCounter(binary.LittleEndian.Uint32(sample))
		clear(w.mask[:5])
		c.XORKeyStream(w.mask[:5], w.mask[:5])
	} else {
		p.block.Encrypt(w.mask[:], sample)
	}
	first = b[0]
	if isLong(b) {
		first ^= w.mask[0] & 0x0f
	} else {
		first ^= w.mask[0] & 0x1f
	}
	n = int(first&3) + 1
	for i := range n {
		pn = pn<<8 | uint64(b[pnAt+i]^w.mask[1+i])
	}
	return first, pn, n
}

// open opens a packet whose header was unmasked: first and its packet number pn, of n bytes.
// The plaintext is valid until the next call with the same w.
func (p *protection) open(w *scratch, b []byte, pnAt int, first byte, pn uint64, n int) ([]byte, bool) {
	if len(b) < pnAt+n+tagLen {
		return nil, false
	}
	w.header = append(w.header[:0], b[:pnAt+n]...)
	w.header[0] = first
	for i := range n {
		w.header[pnAt+i] = byte(pn >> (8 * (n - 1 - i)))
	}
	w.nonce = p.iv
	binary.BigEndian.PutUint64(w.nonce[4:], binary.BigEndian.Uint64(w.nonce[4:])^pn)
	plain, err := p.aead.Open(w.plain[:0], w.nonce[:], b[pnAt+n:], w.header)
	if err != nil {
		return nil, false
	}
	if cap(plain) > cap(w.plain) {
		w.plain = plain
	}
	return plain, true
}

// isRetryOf reports whether a Retry's integrity tag is right for the connection ID that the
// client had chosen (RFC 9001 §5.8).
func isRetryOf(b []byte, h *header, original []byte) bool {
	key, nonce := retryKey1[:], retryNonce1[:]
	if h.version == Version2 {
		key, nonce = retryKey2[:], retryNonce2[:]
	}
	aead, err := cipher.NewGCM(newAES(key))
	if err != nil {
		panic("quic: " + err.Error())
	}
	pseudo := append([]byte{byte(len(original))}, original...)
	pseudo = append(pseudo, b[:h.retryUpTag]...)
	tag := aead.Seal(nil, nonce, nil, pseudo)
	return subtle.ConstantTimeCompare(tag, b[h.retryUpTag:h.end]) == 1
}
