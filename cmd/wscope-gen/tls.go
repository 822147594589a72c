package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"math/big"
	"time"
)

// secrets is a connection's TLS 1.3 state (RFC 8446), TLS_AES_128_GCM_SHA256. The traffic
// secrets are drawn, not agreed on: whoever has the key log cannot tell.
type secrets struct{ write [2]writer }

// writer encrypts one side's records.
type writer struct {
	aead cipher.AEAD
	iv   [12]byte
	n    uint64 // records so far
}

// Record content types (RFC 8446 §5.1).
const (
	changeCipherSpec = 20
	handshakeRecord  = 22
	applicationData  = 23
)

// certify makes the server's certificate, as the body of a Certificate message (RFC 8446 §4.4.2).
func (g *generator) certify() error {
	key := ed25519.NewKeyFromSeed(g.random(ed25519.SeedSize))
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"ws.example.com"},
		NotBefore:    time.Unix(0, startTime).UTC(),
		NotAfter:     time.Unix(0, startTime).AddDate(1, 0, 0).UTC(),
	}
	der, err := x509.CreateCertificate(nil, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	n := len(der)
	list := append([]byte{0, byte(n >> 8), byte(n)}, der...)
	list = append(list, 0, 0) // no extensions
	n = len(list)
	g.certificate = append([]byte{0, 0, byte(n >> 8), byte(n)}, list...)
	return nil
}

// secure does the TLS handshake. The signature in it is of zeros.
func (g *generator) secure(c *conversation) {
	random := g.random(32)
	session := g.random(32)
	var w [4]writer // each side's handshake writer, then its application writer
	for i, label := range []string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"} {
		secret := g.random(32)
		fmt.Fprintf(g.keys, "%s %x %x\n", label, random, secret)
		w[i] = newWriter(secret)
	}
	g.send(c, client, record(handshakeRecord, hello(1, random, session)), false)

	flight := record(handshakeRecord, hello(2, g.random(32), session))
	flight = append(flight, record(changeCipherSpec, []byte{1})...)
	extensions := []byte{0, 15, 0, 16, 0, 11, 0, 9, 8, 'h', 't', 't', 'p', '/', '1', '.', '1'}
	if g.http2 {
		extensions = []byte{0, 9, 0, 16, 0, 5, 0, 3, 2, 'h', '2'}
	}
	verify := append([]byte{8, 7, 0, 64}, make([]byte, 64)...) // ed25519
	var shaken []byte
	shaken = append(shaken, shake(8, extensions)...)
	shaken = append(shaken, shake(11, g.certificate)...)
	shaken = append(shaken, shake(15, verify)...)
	shaken = append(shaken, shake(20, g.random(32))...)
	flight = w[server].seal(flight, handshakeRecord, shaken)
	g.send(c, server, flight, false)

	last := record(changeCipherSpec, []byte{1})
	last = w[client].seal(last, handshakeRecord, shake(20, g.random(32)))
	g.send(c, client, last, false)
	c.tls = &secrets{[2]writer{w[2], w[3]}}
}

// seal encrypts a side's bytes in records of at most 16 KiB. It is valid until the next call.
func (g *generator) seal(c *conversation, x side, b []byte) []byte {
	out := g.scraps.record[:0]
	for len(b) > 0 {
		n := min(len(b), 1<<14)
		out = c.tls.write[x].seal(out, applicationData, b[:n])
		b = b[n:]
	}
	g.scraps.record = out
	return out
}

func newWriter(secret []byte) (w writer) {
	block, err := aes.NewCipher(expand(secret, "key", 16))
	if err == nil {
		w.aead, err = cipher.NewGCM(block)
	}
	if err != nil {
		panic(err) // the key has the right length
	}
	copy(w.iv[:], expand(secret, "iv", 12))
	return w
}

// expand is HKDF-Expand-Label with no context (RFC 8446 §7.1).
func expand(secret []byte, label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{0, byte(n), byte(len(label))}, label...)
	out, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
	if err != nil {
		panic(err) // n is small
	}
	return out
}

// seal appends a record with its content type inside (RFC 8446 §5.2).
func (w *writer) seal(out []byte, kind byte, b []byte) []byte {
	nonce := w.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^w.n)
	w.n++
	n := len(b) + 1 + w.aead.Overhead()
	at := len(out)
	out = append(out, applicationData, 3, 3, byte(n>>8), byte(n))
	body := len(out)
	out = append(append(out, b...), kind)
	return w.aead.Seal(out[:body], nonce[:], out[body:], out[at:body])
}

// record makes a plain record.
func record(kind byte, b []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(b) >> 8), byte(len(b))}, b...)
}

// shake makes a handshake message (RFC 8446 §4).
func shake(kind byte, b []byte) []byte {
	return append([]byte{kind, 0, byte(len(b) >> 8), byte(len(b))}, b...)
}

// hello makes a ClientHello (1) or ServerHello (2), RFC 8446 §4.1.
func hello(kind byte, random, session []byte) []byte {
	be := binary.BigEndian
	b := append([]byte{3, 3}, random...)
	b = append(append(b, byte(len(session))), session...)
	share := append([]byte{0, 29, 0, 32}, random...) // x25519
	var ext []byte
	add := func(id uint16, data ...byte) {
		ext = be.AppendUint16(be.AppendUint16(ext, id), uint16(len(data)))
		ext = append(ext, data...)
	}
	if kind == 1 {
		b = append(b, 0, 2, 0x13, 1, 1, 0)
		name := "ws.example.com"
		n := byte(len(name))
		add(0, append([]byte{0, n + 3, 0, 0, n}, name...)...)
		add(10, 0, 2, 0, 29)
		add(13, 0, 2, 8, 7)
		add(16, append([]byte{0, 9, 8}, "http/1.1"...)...)
		add(43, 2, 3, 4)
		add(51, append([]byte{0, byte(len(share))}, share...)...)
	} else {
		b = append(b, 0x13, 1, 0)
		add(43, 3, 4)
		add(51, share...)
	}
	b = be.AppendUint16(b, uint16(len(ext)))
	return shake(kind, append(b, ext...))
}

func (g *generator) random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}
