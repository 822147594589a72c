package tlsopen

import (
	"crypto"
	"encoding/hex"

	"golang.org/x/crypto/cryptobyte"

	"wscope/assembly"
)

// QUICLevel is an encryption level of QUIC (RFC 9001 §2.1). Initial packets need no secret.
type QUICLevel uint8

// The levels whose keys come from TLS.
const (
	QUICEarly QUICLevel = iota
	QUICHandshake
	QUICApplication
)

// QUIC reads the TLS 1.3 handshake of a QUIC connection, which comes in CRYPTO frames
// instead of records (RFC 9001 §4.1.3), and looks up the connection's secrets.
// The caller gives each level's bytes in order. It does not open packets.
type QUIC struct {
	info   Info
	keys   *Keys
	random [32]byte
	hello  bool   // random is known
	suite  uint16 // 0 while unknown
	ech    bool
	params [2][]byte // the client's and the server's
	in     [2][3]cryptoMessages
	done   bool
	chosen bool // EncryptedExtensions were read
}

// cryptoMessages puts handshake messages together.
type cryptoMessages struct {
	buf  []byte // a message under way, its header with it
	skip int    // bytes to the end of a message that is passed over
	lost bool   // bytes are missing, so message boundaries are unknown
}

// extQUICParams is quic_transport_parameters (RFC 9001 §8.2), extECH encrypted_client_hello.
const (
	extQUICParams = 57
	extECH        = 0xfe0d
)

// NewQUIC returns a reader that looks up secrets in keys; nil is an empty store.
func NewQUIC(keys *Keys) *QUIC {
	if keys == nil {
		keys = NewKeys()
	}
	q := &QUIC{keys: keys}
	q.info.Version = "1.3" // RFC 9001 §4.2: there is no older one
	return q
}

// Info is what the handshake has shown so far. The pointer stays valid.
func (q *QUIC) Info() *Info { return &q.info }

// ECH reports whether the ClientHello offers Encrypted ClientHello; its SNI is then the
// public name of the one who serves it.
func (q *QUIC) ECH() bool { return q.ech }

// Extensions reports whether the server's EncryptedExtensions were read: its choice of a
// protocol and whether it accepts early data.
func (q *QUIC) Extensions() bool { return q.chosen }

// Done reports whether the client's Finished was read.
func (q *QUIC) Done() bool { return q.done }

// HelloSeen reports whether the ClientHello was read.
func (q *QUIC) HelloSeen() bool { return q.hello }

// Suite is the cipher suite of the Handshake and application levels, 0 while unknown.
func (q *QUIC) Suite() uint16 { return q.suite }

// Params are the transport parameters of the client or the server (RFC 9000 §18), nil
// while unknown.
func (q *QUIC) Params(client bool) []byte { return q.params[quicSide(client)] }

// Version changes whenever a secret is added to the store.
func (q *QUIC) Version() uint64 { return q.keys.Version() }

// Hold reserves n bytes of the memory that connections which wait for secrets share;
// a negative n gives them back. It reports whether there was room.
func (q *QUIC) Hold(n int) bool {
	if total := q.keys.held.Add(int64(n)); n > 0 && total > q.keys.mayHold {
		q.keys.held.Add(-int64(n))
		return false
	}
	return true
}

func quicSide(client bool) int {
	if client {
		return 0
	}
	return 1
}

// Secret is the secret of a level's sender, nil where it is unknown. It must not be changed.
func (q *QUIC) Secret(client bool, l QUICLevel) []byte {
	if !q.hello {
		return nil
	}
	return q.keys.secret(quicLabel(client, l), &q.random)
}

// Missing says which secret is missing, as Info.Why and Info.WhyKind do.
func (q *QUIC) Missing(client bool, l QUICLevel) (why, kind string) {
	if !q.hello {
		return "no ClientHello in the capture", HandshakeMissing
	}
	return "no " + quicLabel(client, l).String() + " for client random " + hex.EncodeToString(q.random[:]), SecretMissing
}

func quicLabel(client bool, l QUICLevel) label {
	switch {
	case l == QUICEarly:
		return earlySecret
	case l == QUICHandshake && client:
		return clientHandshake
	case l == QUICHandshake:
		return serverHandshake
	case client:
		return clientTraffic
	}
	return serverTraffic
}

// Adopt takes a client random whose ClientHello is not in the capture, because its secrets
// were seen to open the connection.
func (q *QUIC) Adopt(random [32]byte, suite uint16) {
	q.random, q.hello, q.suite = random, true, suite
	q.info.ClientRandom = append([]byte(nil), random[:]...)
	q.info.Cipher = suiteName(suite)
}

// Randoms are the latest client randoms in the store for which it has an application secret,
// at most n.
func (k *Keys) Randoms(n int) (list [][32]byte) {
	k.mu.RLock()
	order := k.randoms.order
	for i := range order {
		if len(list) == n {
			break
		}
		r := order[((k.randoms.next-1-i)%len(order)+len(order))%len(order)]
		if s := k.randoms.of[r]; s != nil && (s[clientTraffic] != nil || s[serverTraffic] != nil) {
			list = append(list, r)
		}
	}
	k.mu.RUnlock()
	if k.base != nil && len(list) < n {
		list = append(list, k.base.Randoms(n-len(list))...)
	}
	return list
}

// RandomSecret is the application secret of a client random, nil where it is unknown.
func (k *Keys) RandomSecret(random *[32]byte, client bool) []byte {
	return k.secret(quicLabel(client, QUICApplication), random)
}

// Crypto takes the next bytes of a CRYPTO stream: level 0 is Initial, 1 Handshake, 2 application.
func (q *QUIC) Crypto(client bool, level int, b []byte, at *assembly.Mark) {
	m := &q.in[quicSide(client)][level]
	for len(b) > 0 && !m.lost {
		if m.skip > 0 {
			n := min(m.skip, len(b))
			m.skip -= n
			b = b[n:]
			continue
		}
		if k := min(max(4-len(m.buf), 0), len(b)); k > 0 {
			m.buf = append(m.buf, b[:k]...)
			if b = b[k:]; len(m.buf) < 4 {
				return
			}
		}
		n := messageLen(m.buf)
		if !quicWanted(m.buf[0]) || n > maxMessage {
			if m.buf[0] == msgFinished && client && level == 1 {
				q.finished(at)
			}
			m.skip, m.buf = n, m.buf[:0]
			continue
		}
		k := min(4+n-len(m.buf), len(b))
		m.buf = append(m.buf, b[:k]...)
		b = b[k:]
		if len(m.buf) == 4+n {
			q.message(client, level, m.buf[0], m.buf[4:], at)
			m.buf = m.buf[:0]
		}
	}
}

// CryptoLost says that bytes of a CRYPTO stream are missing: the rest of it is not read.
func (q *QUIC) CryptoLost(client bool, level int) {
	q.in[quicSide(client)][level] = cryptoMessages{lost: true}
}

func quicWanted(kind byte) bool {
	return kind == msgClientHello || kind == msgServerHello || kind == msgEncryptedExtensions
}

func (q *QUIC) finished(at *assembly.Mark) {
	if q.info.Finished == 0 {
		q.info.Finished = at.Time
	}
	q.done = true
}

func (q *QUIC) message(client bool, level int, kind byte, body []byte, at *assembly.Mark) {
	switch {
	case kind == msgClientHello && client && level == 0:
		q.clientHello(body, at)
	case kind == msgServerHello && !client && level == 0:
		if h, ok := parseServerHello(body); ok {
			q.suite = h.suite
			q.info.Cipher = suiteName(h.suite)
		}
	case kind == msgEncryptedExtensions && !client && level == 1:
		alpn, early, ok := parseEncryptedExtensions(body)
		if !ok {
			return
		}
		q.info.ALPN, q.info.EarlyData, q.chosen = alpn, early, true
		eachExtension(cryptobyte.String(body), func(ext uint16, data cryptobyte.String) bool {
			if ext == extQUICParams {
				q.params[1] = append([]byte(nil), data...)
			}
			return true
		})
	}
}

func (q *QUIC) clientHello(body []byte, at *assembly.Mark) {
	h, ok := parseClientHello(body)
	if !ok {
		return
	}
	if q.hello {
		return // RFC 8446 §4.1.2: a second one has the same random
	}
	q.hello, q.random = true, h.random
	q.info.SNI, q.info.ALPNOffered, q.info.Hello = h.sni, h.alpn, at.Time
	switch h.library {
	case "chromium", "firefox": // what libraries send over QUIC is not what they send over TCP
		q.info.Client = h.library
	}
	q.info.ClientRandom = append([]byte(nil), h.random[:]...)
	if s, ok := behindSuites(body); ok {
		eachExtension(s, func(ext uint16, data cryptobyte.String) bool {
			switch ext {
			case extQUICParams:
				q.params[0] = append([]byte(nil), data...)
			case extECH:
				q.ech = true
			}
			return true
		})
	}
}

// behindSuites passes over what stands in a ClientHello before its extensions.
func behindSuites(body []byte) (cryptobyte.String, bool) {
	s := cryptobyte.String(body)
	var x cryptobyte.String
	ok := s.Skip(2+32) && s.ReadUint8LengthPrefixed(&x) && s.ReadUint16LengthPrefixed(&x) && s.ReadUint8LengthPrefixed(&x)
	return s, ok
}

// ExpandLabel is HKDF-Expand-Label with an empty context (RFC 8446 §7.1), of one hash's length
// at most. A secret of 48 bytes is of SHA-384, any other of SHA-256.
func ExpandLabel(secret []byte, label string, n int) []byte {
	if len(secret) == 48 {
		return expandLabel(crypto.SHA384, secret, label, n)
	}
	return expandLabel(crypto.SHA256, secret, label, n)
}
