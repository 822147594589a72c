package tlsopen

import (
	"crypto/cipher"
	"encoding/binary"
	"sync"
	"unsafe"

	"golang.org/x/crypto/chacha20poly1305"
)

// Protocol versions, as in ServerHello.
const (
	ssl30 = 0x0300
	tls10 = 0x0301
	tls11 = 0x0302
	tls12 = 0x0303
	tls13 = 0x0304
)

// Record types (RFC 8446 §5.1).
const (
	typeCCS       = 20
	typeAlert     = 21
	typeHandshake = 22
	typeData      = 23
	typeHeartbeat = 24
)

// opener opens the records that one side sends under one set of keys.
type opener struct {
	// What each record needs stands first, for the sake of the processor's cache.

	aead    cipher.AEAD
	cbc     *cbc // in place of aead
	iv      [12]byte
	version uint16
	tagLen  int // of aead

	// before is how many bytes of a record's body stand in front of the ciphertext
	// of its first plaintext byte: an explicit nonce or IV.
	before int

	state  unsafe.Pointer // the memory of aead, and how many lines of the cache it takes; see stateOf
	lines  uint8
	suite  suite
	secret []byte // TLS 1.3: the traffic secret, from which the next one follows
}

// scratch is what opening a record writes to: never in place, for a failed attempt
// destroys what it wrote to; nonce and aad are here so that no record allocates.
type scratch struct {
	nonce [12]byte
	aad   [13]byte
	plain [maxRecord]byte
}

// scratches pools them, for TLS may run inside TLS.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// newOpener13 makes the opener of a TLS 1.3 traffic secret (RFC 8446 §7.3).
func newOpener13(s suite, secret []byte) *opener {
	o := &opener{suite: s, version: tls13, tagLen: s.tagLen, secret: secret}
	o.aead = newAEAD(s, expandLabel(s.hash, secret, "key", s.keyLen))
	o.state, o.lines = stateOf(o.aead)
	copy(o.iv[:], expandLabel(s.hash, secret, "iv", 12))
	return o
}

// next is the opener after a KeyUpdate (RFC 8446 §7.2).
func (o *opener) next() *opener {
	return newOpener13(o.suite, expandLabel(o.suite.hash, o.secret, "traffic upd", o.suite.hash.Size()))
}

// newOpener12 makes the opener of one side's records in TLS 1.2 and before from the
// master secret (RFC 5246 §6.3).
func newOpener12(n *negotiation, master []byte, client bool) *opener {
	s := n.suite
	o := &opener{suite: s, version: n.version, tagLen: s.tagLen}
	macLen, ivLen := 0, 4
	switch {
	case s.kind == blockCBC && n.version == tls10:
		macLen, ivLen = s.mac.Size(), s.block.size()
	case s.kind == blockCBC:
		macLen, ivLen = s.mac.Size(), 0
	case s.kind == chacha20:
		ivLen = 12
	}
	seed := append(n.serverRandom[:len(n.serverRandom):len(n.serverRandom)], n.clientRandom[:]...)
	block := prf(n.version, s.hash, master, "key expansion", seed, 2*(macLen+s.keyLen+ivLen))
	// The block is client and server in turn: MAC keys, keys, IVs.
	side := 1
	if client {
		side = 0
	}
	take := func(n int) []byte {
		part := block[side*n : side*n+n]
		block = block[2*n:]
		return part
	}
	mac, key, iv := take(macLen), take(s.keyLen), take(ivLen)
	if s.kind == blockCBC {
		o.cbc = newCBC(n.version, s.mac, s.block.with(key), mac, iv, n.encryptThenMAC)
		o.before = o.cbc.before()
		return o
	}
	o.aead = newAEAD(s, key)
	o.state, o.lines = stateOf(o.aead)
	copy(o.iv[:], iv)
	if s.kind != chacha20 {
		o.before = 8
	}
	return o
}

// newAEAD makes a suite's AEAD. key has the suite's length, so nothing can fail.
func newAEAD(s suite, key []byte) (a cipher.AEAD) {
	var err error
	switch s.kind {
	case chacha20:
		a, err = chacha20poly1305.New(key)
	case aesCCM:
		return newCCM(s.block.with(key), s.tagLen)
	default:
		a, err = cipher.NewGCM(s.block.with(key))
	}
	if err != nil {
		panic("tlsopen: " + err.Error())
	}
	return a
}

// open opens a whole record (its header with it) as the one with sequence number seq. The
// plaintext is written to w, which rec must not overlap; inner is the record's true type.
// Nothing is returned of a record that does not authenticate.
func (o *opener) open(w *scratch, rec []byte, seq uint64) (plain []byte, inner byte, ok bool) {
	if o.version == tls13 {
		return o.open13(w, rec, seq)
	}
	if o.cbc != nil {
		plain, ok = o.cbc.open(w.plain[:], rec, seq)
		return plain, rec[0], ok
	}
	body := rec[headerLen:]
	n := len(body) - o.before - o.tagLen
	if n < 0 {
		return nil, 0, false
	}
	if o.suite.kind == nullCipher { // nobody can check the MAC without the secret
		return w.plain[:copy(w.plain[:], body[:n])], rec[0], true
	}
	if o.before == 0 {
		o.mixNonce(w, seq) // RFC 7905 §2
	} else {
		copy(w.nonce[:4], o.iv[:4]) // RFC 5288 §3, RFC 6655 §3
		copy(w.nonce[4:], body[:8])
	}
	// additional_data = seq_num + type + version + length of the plaintext (RFC 5246 §6.2.3.3)
	binary.BigEndian.PutUint64(w.aad[:], seq)
	copy(w.aad[8:11], rec[:3])
	binary.BigEndian.PutUint16(w.aad[11:], uint16(n))
	plain, err := o.aead.Open(w.plain[:0], w.nonce[:], body[o.before:], w.aad[:])
	return plain, rec[0], err == nil
}

// open13 opens a TLSCiphertext and takes its padding off (RFC 8446 §5.2, §5.4).
func (o *opener) open13(w *scratch, rec []byte, seq uint64) (plain []byte, inner byte, ok bool) {
	if rec[0] != typeData || len(rec) < headerLen+o.tagLen+1 {
		return nil, 0, false
	}
	o.mixNonce(w, seq)
	plain, err := o.aead.Open(w.plain[:0], w.nonce[:], rec[headerLen:], rec[:headerLen])
	if err != nil {
		return nil, 0, false
	}
	n := len(plain)
	for n > 0 && plain[n-1] == 0 {
		n--
	}
	if n == 0 {
		return nil, 0, true // all padding: authentic, of no type, and a fatal error to the peer
	}
	return plain[:n-1], plain[n-1], true
}

// mixNonce makes the nonce of a record: the IV XOR its sequence number (RFC 8446 §5.3).
func (o *opener) mixNonce(w *scratch, seq uint64) {
	w.nonce = o.iv
	x := binary.BigEndian.Uint64(w.nonce[4:]) ^ seq
	binary.BigEndian.PutUint64(w.nonce[4:], x)
}
