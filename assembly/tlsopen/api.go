package tlsopen

import "wscope/assembly"

// Info is what a TLS connection shows of itself, with or without keys.
// It fills as the handshake is read; pointers to it stay valid. Names are as the peers
// sent them: they may be any bytes.
type Info struct {
	Version      string // "1.0" to "1.3"; empty while unknown
	Cipher       string // IANA name; empty while unknown
	SNI          string
	ALPN         string   // as chosen by the server; in TLS 1.3 only known when decrypted
	ALPNOffered  []string // without GREASE; at most 64
	Client       string   // the library that the ClientHello looks like: chromium, firefox, go, java, node, openssl, rust; empty where none is known
	ClientRandom []byte   // 32 bytes; names the missing secret in a key log
	Decrypted    bool     // application data was opened
	Why          string   // while not decrypted, why: "no CLIENT_TRAFFIC_SECRET_0 for client random 3fa9…"; empty otherwise
	WhyKind      string   // the kind of Why, one of the constants in reason.go; empty where Why is
	Hello        int64    // capture time of the ClientHello
	Finished     int64    // capture time at which the handshake was complete as far as one can see; 0 while not
	Resumed      bool     // TLS 1.2 and before: an earlier session, by its ID or ticket
	PreSharedKey bool     // TLS 1.3: the server took a pre-shared key, which an earlier session's mostly is
	NoTickets    bool     // the ClientHello was captured and takes no TLS 1.3 session tickets (no psk_key_exchange_modes, RFC 8446 §4.2.9)
	// EncryptThenMAC says that CBC records are protected so (RFC 7366).
	EncryptThenMAC bool
	EarlyData      bool    // TLS 1.3: the server accepted early data (0-RTT)
	Alert          string  // the first alert seen that is not close_notify: "server handshake_failure"; empty where none
	CloseNotify    [2]bool // by side: close_notify was seen. It ends nothing here; End does
	// Lost is how many bytes of a side's TLS stream the capture lacks or were of no use without
	// those that it lacks, at the Gaps of unknown length: the plaintext lost there is no longer.
	// Where the capture does not say how much it lacks, it is not counted.
	Lost [2]int64
}

// Options of an opened connection.
type Options struct {
	Keys *Keys // nil is an empty store
	// Encrypted is called once, when it is certain that application data cannot be opened.
	// Conn.Ignored is set then unless there is a Watch, and inner gets no more than its Ends.
	Encrypted func(at *assembly.Mark)
	// Wait keeps encrypted bytes (256 KiB a side, 128 MiB for all that share Keys) until a key
	// comes or the connection ends: for a key log that is still growing, or secrets that
	// stand late in a capture.
	Wait bool
	// Park is asked at the second End, while bytes are still held back for secrets that may
	// come from elsewhere though the connection has ended. Where it returns true this End
	// counts as not called, and the parking code calls it again. nil parks none.
	Park func(s assembly.Side, why assembly.Cause, at *assembly.Mark) bool
	// Watch is given the bytes, gaps and ends of the TLS streams as well, until application data was
	// opened: for what can be said of a connection that is not. nil watches nothing.
	Watch Watcher
	// Ended is called once, after inner got both Ends. It may be nil.
	Ended func(at *assembly.Mark)
}

// Watcher is a handler of the TLS streams themselves.
type Watcher interface {
	assembly.Handler
	// Opened is called once where the connection is opened after all; nothing follows.
	Opened()
}

// New returns a Handler that takes the bytes of a TLS connection from its first record
// on, and gives what it opens to inner: Data whose marks are those of the packets that held the
// ciphertext of these very bytes, Gap where records were lost, End. client is the side that sent the ClientHello.
//
// A side for which no secret is known while the other side can be opened gets one Gap of
// cause Limit. A connection of which a secret comes too late is not opened: see Options.Wait.
// Slices given to inner are valid during the call only.
func New(c *assembly.Conn, client assembly.Side, inner assembly.Handler, o Options) (assembly.Handler, *Info) {
	t := newConn(c, client, inner, o)
	return t, &t.info
}
