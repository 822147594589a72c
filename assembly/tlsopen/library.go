package tlsopen

import "slices"

// shape is what of a ClientHello differs from library to library and stays from version to version.
type shape struct {
	suites     []uint16 // without GREASE
	greased    bool     // GREASE among the suites (RFC 8701)
	extensions map[uint16]bool
}

// Extensions that few libraries send.
const (
	extStatusRequest        = 5
	extStatusRequestV2      = 17
	extSignedTimestamps     = 18
	extRecordSizeLimit      = 28
	extDelegatedCredentials = 34
	extApplicationSettings  = 17513 // of Chromium, and its later number
	extApplicationSettings2 = 17613
	extRenegotiationInfo    = 0xff01
)

const (
	scsv             = 0x00ff // TLS_EMPTY_RENEGOTIATION_INFO_SCSV, RFC 5746 §3.3
	fewSuites        = 12     // rustls offers nine or ten, and the SCSV
	ecdheRSAAES128   = 0xc02f
	ecdheECDSAAES128 = 0xc02b
)

// library names what a ClientHello looks like, or is empty. It goes by what the libraries send by default, as
// recorded of Chromium 156, Firefox ESR, Go 1.26, OpenJDK 17, node 20, OpenSSL 3.0 (curl and Python too) and Deno
// (rustls): a program that changes the defaults may look like another.
func (s *shape) library() string {
	has := func(ext uint16) bool { return s.extensions[ext] }
	switch {
	case s.greased && (has(extApplicationSettings) || has(extApplicationSettings2) || has(extEncryptedHello)):
		return "chromium"
	case s.greased:
		return "" // Apple's, BoringSSL in many places
	case has(extRecordSizeLimit) && has(extDelegatedCredentials):
		return "firefox"
	case has(extStatusRequestV2):
		return "java"
	case has(extEncryptThenMAC) && has(extRecordSizeLimit):
		return "" // GnuTLS
	case has(extEncryptThenMAC):
		// Node has an order of suites of its own: those of 128 bits first.
		if i := s.after13(); i+1 < len(s.suites) && s.suites[i] == ecdheRSAAES128 && s.suites[i+1] == ecdheECDSAAES128 {
			return "node"
		}
		return "openssl"
	case has(extSignedTimestamps) && has(extRenegotiationInfo) && has(extStatusRequest):
		return "go"
	case has(extStatusRequest) && has(extExtendedMaster) && !has(extRenegotiationInfo) && len(s.suites) <= fewSuites && slices.Contains(s.suites, scsv):
		return "rust"
	}
	return ""
}

// after13 is the index of the first suite that is none of TLS 1.3's.
func (s *shape) after13() int {
	i := slices.IndexFunc(s.suites, func(id uint16) bool { return id>>8 != 0x13 })
	if i < 0 {
		return len(s.suites)
	}
	return i
}
