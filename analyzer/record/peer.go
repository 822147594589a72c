package record

// Peer names a side of a connection, or whoever else acted on it. It is empty where nobody knows.
type Peer string

const (
	Client    Peer = "client"
	Server    Peer = "server"
	Both      Peer = "both"      // each of the two
	Proxy     Peer = "proxy"     // between the two; both its connections were captured
	Middlebox Peer = "middlebox" // between the two, and sends in another's name
)
