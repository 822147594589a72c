package tlsopen

import "wscope/assembly"

// Info is what a TLS connection shows of itself, with or without keys.
// It fills as the handshake is read; pointers to it stay valid.
type Info struct {
	Version      string // "1.0" to "1.3"; empty while unknown
	Cipher       string // IANA name; empty while unknown
	SNI          string
	ALPN         string // as chosen by the server; in TLS 1.3 only known when decrypted
	ALPNOffered  []string
	ClientRandom []byte // 32 bytes; names the missing secret in a key log
	Decrypted    bool   // application data was opened
	Why          string // while not decrypted, why: "no CLIENT_TRAFFIC_SECRET_0 for client random 3fa9…"; empty otherwise
	Hello        int64  // capture time of the ClientHello
	Finished     int64  // capture time at which the handshake was complete as far as one can see; 0 while not
}

// Keys is a store of TLS secrets, read from NSS key logs. It may be added to at any time
// by any goroutine.
type Keys struct{}

// NewKeys returns an empty store.
func NewKeys() *Keys { return &Keys{} }

// Add reads key-log text: whole lines. It returns how many secrets it took and the
// number of lines that were none (comments and empty lines apart).
func (k *Keys) Add(text []byte) (secrets, bad int) { return 0, 0 }

// Options of an opened connection.
type Options struct {
	Keys *Keys
	// Encrypted is called once, when it is certain that application data cannot be opened.
	Encrypted func(at *assembly.Mark)
	// Wait keeps encrypted bytes (within a limit) until a key comes or the connection ends:
	// for a key log that is still growing, or secrets that stand late in a capture.
	Wait bool
}

// New returns a Handler that takes the bytes of a TLS connection from its first record
// on, and gives what it opens to inner: Data whose marks are those of the packets that held the
// ciphertext of these very bytes, Gap where records were lost, End. client is the side that sent the ClientHello.
func New(c *assembly.Conn, client assembly.Side, inner assembly.Handler, o Options) (assembly.Handler, *Info) {
	return nil, nil
}
