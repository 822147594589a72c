package tlsopen

// All limits of the package. Reaching one is reported (as a gap, or by Info.Why), never silent.
const (
	headerLen = 5            // type, version, length (RFC 8446 §5.1)
	maxBody   = 1<<14 + 2048 // largest record body: TLS 1.2's, which is more than TLS 1.3's
	maxRecord = headerLen + maxBody

	maxMessage = 128 << 10 // a longer handshake message is passed over unread
	maxOffered = 64        // ALPN names kept of a ClientHello

	// maxHeld bounds the bytes of one side that wait for a secret or for the other side,
	// maxHeldAll those of all connections that share a Keys.
	maxHeld    = 256 << 10
	maxHeldAll = 128 << 20

	// maxFailed is how much may fail to authenticate before a secret that never opened
	// anything is taken to be a wrong one. A TLS 1.3 handshake without its own secrets
	// (certificates and all) must fit.
	maxFailed = 256 << 10

	// searchWindow is how many sequence numbers are tried for a record after loss, and
	// searchUnproved how many where these keys have opened nothing yet.
	searchWindow   = 4096
	searchUnproved = 64

	// maxKeyUpdates is how many KeyUpdates in a row may be lost. Each takes keyUpdateLen bytes of the
	// stream or more: its header, a message of five bytes, its type and the tag.
	maxKeyUpdates = 8
	keyUpdateLen  = headerLen + 5 + 1 + 16

	// searchBudget bounds the bytes that one side may spend on failing attempts (each
	// attempt authenticates a whole record). Every byte opened gives searchRefill back.
	searchBudget = 64 << 20
	searchRefill = 64

	maxSecrets  = 1 << 18 // client randoms kept in a Keys; the oldest go first
	maxLine     = 4096    // of a key log; what is longer is no line of one
	maxSessions = 1 << 16 // sessions remembered for resumption
	maxAsking   = 1 << 14 // connections remembered whose handshake may be under way, in Sessions
)

// LargeLog is the size in bytes beyond which a key log is searched by AddFile, and not held: of its end alone
// the secrets are kept.
const LargeLog = 4 << 20
