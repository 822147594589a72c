package tlsopen

import (
	"crypto/sha256"

	"wscope/assembly"
)

// Handshake messages (RFC 8446 §4, RFC 5246 §7.4) that say something to a listener.
const (
	msgClientHello         = 1
	msgServerHello         = 2
	msgNewSessionTicket    = 4
	msgEndOfEarlyData      = 5
	msgEncryptedExtensions = 8
	msgClientKeyExchange   = 16
	msgFinished            = 20
	msgKeyUpdate           = 24
)

// negotiation is one handshake: what the two hellos agreed on. A connection has several
// when it renegotiates (TLS 1.2 and before).
type negotiation struct {
	haveClient, haveServer     bool
	retrying                   bool // a HelloRetryRequest was seen, the second ServerHello not yet
	repeated                   bool // and the second ClientHello
	clientRandom, serverRandom [32]byte
	version                    uint16
	suite                      suite
	name                       string // of the suite
	early                      early
	encryptedHello             bool   // the true client random may be one that is not on the wire
	triedAt                    uint64 // Keys.Version, from 1, at which other randoms were tried

	// TLS 1.2 and before.
	clientSession, serverSession []byte
	ticket                       []byte // sha256 of the ticket offered, nil where none was
	newTicket                    []byte // sha256 of the ticket given
	encryptThenMAC               bool
	extendedMaster               bool
	compressed                   bool
	encryptedPremaster           [8]byte // its first bytes, where the key exchange is RSA
	master                       []byte  // once found
}

// early is what became of early data (RFC 8446 §4.2.10).
type early uint8

const (
	earlyNone early = iota
	earlyOffered
	earlyAccepted
	earlyRefused // or it will never be known whether it was
)

// messages puts handshake messages together from records. Only those are kept that say
// something to a listener: certificates cost no memory.
type messages struct {
	buf  []byte // a message under way, its header with it
	skip int    // bytes to the end of a message passed over
	off  bool   // records were lost: message boundaries are unknown
}

func wanted(kind byte, n int) bool {
	switch kind {
	case msgClientHello, msgServerHello, msgNewSessionTicket, msgEndOfEarlyData,
		msgEncryptedExtensions, msgClientKeyExchange, msgFinished, msgKeyUpdate:
		return n <= maxMessage
	}
	return false
}

func messageLen(b []byte) int { return int(b[1])<<16 | int(b[2])<<8 | int(b[3]) }

// handshake reads the next bytes of the stream's handshake messages.
func (t *stream) handshake(b []byte, at *assembly.Mark) {
	m := &t.messages
	for len(b) > 0 && !m.off {
		if m.skip > 0 {
			n := min(m.skip, len(b))
			m.skip -= n
			b = b[n:]
			continue
		}
		if len(m.buf) == 0 && len(b) >= 4 && len(b) >= 4+messageLen(b) { // whole, as most are
			kind, body := b[0], b[4:4+messageLen(b)]
			b = b[4+len(body):]
			if wanted(kind, len(body)) {
				t.message(kind, body, at)
			}
			continue
		}
		if k := min(4-len(m.buf), len(b)); k > 0 {
			m.buf = append(m.buf, b[:k]...)
			if b = b[k:]; len(m.buf) < 4 {
				return
			}
		}
		n := messageLen(m.buf)
		if !wanted(m.buf[0], n) {
			m.buf, m.skip = nil, n
			continue
		}
		k := min(4+n-len(m.buf), len(b))
		m.buf = append(m.buf, b[:k]...)
		b = b[k:]
		if len(m.buf) == 4+n {
			whole := m.buf
			m.buf = nil
			t.message(whole[0], whole[4:], at)
		}
	}
}

// message reads one handshake message.
func (t *stream) message(kind byte, body []byte, at *assembly.Mark) {
	switch {
	case kind == msgClientHello && t.client:
		t.clientHello(body, at)
	case kind == msgServerHello && !t.client:
		t.serverHello(body)
	case t.sealed && t.c.neg.version == tls13:
		t.message13(kind, body, at)
	case kind == msgNewSessionTicket && !t.client && len(body) >= 6:
		sum := sha256.Sum256(body[6:]) // after the lifetime and the length (RFC 5077 §3.3)
		t.c.neg.newTicket = sum[:]
	case kind == msgClientKeyExchange && t.client && len(body) >= 2+8:
		copy(t.c.neg.encryptedPremaster[:], body[2:])
	}
}

func (t *stream) clientHello(body []byte, at *assembly.Mark) {
	h, ok := parseClientHello(body)
	n := t.c.neg
	if !ok || n.haveClient && !n.retrying && !t.sealed || t.sealed && n.version == tls13 {
		return
	}
	if t.sealed && n.haveClient { // renegotiation
		n = &negotiation{}
		t.c.neg = n
	}
	n.repeated = n.retrying
	n.haveClient, n.clientRandom, n.clientSession = true, h.random, h.session
	n.encryptedHello = h.encrypted
	if len(h.ticket) > 0 {
		sum := sha256.Sum256(h.ticket)
		n.ticket = sum[:]
	}
	if h.earlyData && n.early == earlyNone {
		n.early = earlyOffered
	}
	t.c.progress++
	if t.hello {
		return
	}
	t.hello = true
	info := &t.c.info
	info.SNI, info.ALPNOffered, info.Hello, info.NoTickets = h.sni, h.alpn, at.Time, !h.tickets
	info.Client = h.library
	info.ClientRandom = append([]byte(nil), h.random[:]...)
}

func (t *stream) serverHello(body []byte) {
	h, ok := parseServerHello(body)
	n := t.c.neg
	if !ok || n.haveServer && !t.sealed || t.sealed && (n.version == tls13 || h.version == tls13) {
		return
	}
	if t.sealed && n.haveServer { // renegotiation
		n = &negotiation{}
		t.c.neg = n
	}
	n.version, n.suite, n.name = h.version, suiteOf(h.suite), suiteName(h.suite)
	t.c.progress++
	info := &t.c.info
	if !t.hello || n.retrying {
		info.Version, info.Cipher, info.ALPN = versionName(h.version), n.name, h.alpn
	}
	t.hello = true
	if n.retrying = h.retry; h.retry {
		n.early = earlyRefused // RFC 8446 §4.2.10
		return
	}
	n.haveServer, n.serverRandom, n.serverSession = true, h.random, h.session
	n.compressed = h.compressed
	n.encryptThenMAC = h.encryptThenMAC && n.suite.kind == blockCBC
	n.extendedMaster = h.extendedMaster
	info.EncryptThenMAC, info.PreSharedKey = n.encryptThenMAC, h.psk
	if h.version != tls13 && len(h.session) > 0 && string(h.session) == string(n.clientSession) {
		info.Resumed = true
	}
}

func versionName(v uint16) string {
	switch v {
	case tls10:
		return "1.0"
	case tls11:
		return "1.1"
	case tls12:
		return "1.2"
	case tls13:
		return "1.3"
	}
	return ""
}
