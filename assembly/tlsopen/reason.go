package tlsopen

// Why a connection could not be opened, as Info.WhyKind says it.
const (
	SecretMissing    = "secret-missing"    // the key log has none for it
	SecretWrong      = "secret-wrong"      // what the key log has for it opens nothing
	HandshakeMissing = "handshake-missing" // the capture has not the whole handshake
	Unsupported      = "unsupported"       // no key opens this version, cipher suite or compression here
	RecordsLost      = "records-lost"      // the capture lacks so much that no record can be placed
	NotTLS           = "not-tls"           // what was answered is no TLS
)

// whyKind is one of the above, as small as a stream needs it.
type whyKind uint8

const (
	noReason whyKind = iota
	secretMissing
	secretWrong
	handshakeMissing
	unsupported
	recordsLost
	isNotTLS
)

var whyKinds = [...]string{"", SecretMissing, SecretWrong, HandshakeMissing, Unsupported, RecordsLost, NotTLS}

// A reason is why a connection, or a side of it, is not opened. The zero reason is none.
type reason struct {
	kind whyKind
	text string
}

var noHandshake = reason{handshakeMissing, "handshake not captured"}

// await notes what the stream waits for.
func (t *stream) await(why reason) { t.why, t.whyKind = why.text, why.kind }

// awaited is what the stream waits for.
func (t *stream) awaited() reason { return reason{t.whyKind, t.why} }
