package tlsopen

import (
	"crypto/sha256"

	"golang.org/x/crypto/cryptobyte"
)

// Extension numbers (IANA, "TLS ExtensionType Values").
const (
	extServerName        = 0
	extALPN              = 16
	extEncryptThenMAC    = 22
	extExtendedMaster    = 23
	extSessionTicket     = 35
	extEarlyData         = 42
	extPreSharedKey      = 41
	extSupportedVersions = 43
	extEncryptedHello    = 0xfe0d // RFC 9849 §5
	extPSKModes          = 45
)

// retryRandom is the random of a ServerHello that is a HelloRetryRequest (RFC 8446 §4.1.3).
var retryRandom = sha256.Sum256([]byte("HelloRetryRequest"))

// clientHello is what a ClientHello says that matters here.
type clientHello struct {
	random    [32]byte
	session   []byte
	suites    []uint16
	sni       string
	alpn      []string // at most maxOffered
	ticket    []byte   // of session_ticket; empty where none was offered
	earlyData bool
	encrypted bool // an inner ClientHello is encrypted in it, or seems to be
	tickets   bool // it takes TLS 1.3 session tickets
	library   string
}

// parseClientHello reads a ClientHello's body. What is returned shares no memory with b.
func parseClientHello(b []byte) (h clientHello, ok bool) {
	s := cryptobyte.String(b)
	var version uint16
	var session, suites, compression cryptobyte.String
	if !s.ReadUint16(&version) || !s.CopyBytes(h.random[:]) ||
		!s.ReadUint8LengthPrefixed(&session) || len(session) > 32 ||
		!s.ReadUint16LengthPrefixed(&suites) || !s.ReadUint8LengthPrefixed(&compression) {
		return h, false
	}
	h.session = append([]byte(nil), session...)
	look := shape{extensions: map[uint16]bool{}}
	var id uint16
	for suites.ReadUint16(&id) {
		if grease(id) {
			look.greased = true
		} else {
			h.suites = append(h.suites, id)
		}
	}
	ok = eachExtension(s, func(ext uint16, data cryptobyte.String) bool {
		if len(look.extensions) < maxOffered {
			look.extensions[ext] = true
		}
		switch ext {
		case extServerName:
			h.sni = serverName(data)
		case extALPN:
			h.alpn = protocols(data)
		case extSessionTicket:
			h.ticket = append([]byte(nil), data...)
		case extEarlyData:
			h.earlyData = true
		case extEncryptedHello:
			h.encrypted = true
		case extPSKModes:
			h.tickets = true
		}
		return true
	})
	look.suites = h.suites
	h.library = look.library()
	return h, ok
}

// serverHello is what a ServerHello or HelloRetryRequest says that matters here.
type serverHello struct {
	random         [32]byte
	version        uint16
	suite          uint16
	session        []byte
	compressed     bool
	encryptThenMAC bool
	extendedMaster bool
	alpn           string // TLS 1.2 and before
	retry          bool
	psk            bool // TLS 1.3: it took a pre-shared key
}

// parseServerHello reads a ServerHello's body. What is returned shares no memory with b.
func parseServerHello(b []byte) (h serverHello, ok bool) {
	s := cryptobyte.String(b)
	var session cryptobyte.String
	var compression uint8
	if !s.ReadUint16(&h.version) || !s.CopyBytes(h.random[:]) ||
		!s.ReadUint8LengthPrefixed(&session) || len(session) > 32 ||
		!s.ReadUint16(&h.suite) || !s.ReadUint8(&compression) {
		return h, false
	}
	h.session = append([]byte(nil), session...)
	h.compressed = compression != 0
	h.retry = h.random == retryRandom
	return h, eachExtension(s, func(ext uint16, data cryptobyte.String) bool {
		switch ext {
		case extSupportedVersions:
			return data.ReadUint16(&h.version) && data.Empty()
		case extALPN:
			if p := protocols(data); len(p) == 1 {
				h.alpn = p[0]
			}
		case extEncryptThenMAC:
			h.encryptThenMAC = true
		case extExtendedMaster:
			h.extendedMaster = true
		case extPreSharedKey:
			h.psk = true
		}
		return true
	})
}

// parseEncryptedExtensions reads the protocol chosen and whether early data is accepted.
func parseEncryptedExtensions(b []byte) (alpn string, early, ok bool) {
	ok = eachExtension(cryptobyte.String(b), func(ext uint16, data cryptobyte.String) bool {
		switch ext {
		case extALPN:
			if p := protocols(data); len(p) == 1 {
				alpn = p[0]
			}
		case extEarlyData:
			early = true
		}
		return true
	})
	return alpn, early, ok
}

// eachExtension calls f for every extension of a list with its length in front; no list at
// all is an empty one (RFC 5246 §7.4.1.2).
func eachExtension(s cryptobyte.String, f func(ext uint16, data cryptobyte.String) bool) bool {
	if s.Empty() {
		return true
	}
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) || !s.Empty() {
		return false
	}
	for !list.Empty() {
		var ext uint16
		var data cryptobyte.String
		if !list.ReadUint16(&ext) || !list.ReadUint16LengthPrefixed(&data) || !f(ext, data) {
			return false
		}
	}
	return true
}

// serverName is the first host_name of a server_name list (RFC 6066 §3).
func serverName(data cryptobyte.String) string {
	var list, name cryptobyte.String
	var kind uint8
	if !data.ReadUint16LengthPrefixed(&list) {
		return ""
	}
	for list.ReadUint8(&kind) && list.ReadUint16LengthPrefixed(&name) {
		if kind == 0 {
			return string(name)
		}
	}
	return ""
}

// protocols is a ProtocolNameList (RFC 7301 §3.1) without GREASE.
func protocols(data cryptobyte.String) (names []string) {
	var list, name cryptobyte.String
	if !data.ReadUint16LengthPrefixed(&list) {
		return nil
	}
	for len(names) < maxOffered && list.ReadUint8LengthPrefixed(&name) {
		if len(name) == 2 && grease(uint16(name[0])<<8|uint16(name[1])) {
			continue
		}
		names = append(names, string(name))
	}
	return names
}

// grease is true for RFC 8701's values: 0x0A0A, 0x1A1A and so on.
func grease(v uint16) bool { return v&0x0F0F == 0x0A0A && v>>8 == v&0xFF }
