package sealed

// handshake finds the end of TLS 1.3's handshake, whose records look like application data.
type handshake struct {
	done    bool
	unsure  bool     // the client's Finished was not recognised
	client  int      // records of the client so far
	server  int      // of the server
	first   int32    // length of the server's first one: EncryptedExtensions, in most servers alone
	last    int32    // of its latest one
	padding [2]int32 // bytes that a side adds to each record
}

const (
	maxClientFlight = 8  // records of a client's certificate and Finished
	maxServerFlight = 16 // of the server's
	jssePadding     = 16 // Java adds as many zeros to each record
)

// take reports whether a record belongs to the handshake.
func (h *handshake) take(s Side, r *header, p *protection) bool {
	if h.done {
		return false
	}
	finished := 4 + p.hash + p.after
	if s == Server {
		if h.server == 0 {
			h.first = r.length
		}
		h.server++
		h.last = r.length
		if h.client == 0 && h.server > maxServerFlight { // the client's side is not captured
			h.done, h.unsure = true, true
		}
		return true
	}
	if h.server == 0 {
		return false // early data
	}
	h.client++
	switch {
	case r.length == finished:
	case r.length == finished+jssePadding:
		h.padding[Client] = jssePadding
	case h.client == 1 && (r.length-(p.after-1))%16 == 0 && r.length > finished:
		h.unsure = true // padded to blocks
	case h.client < maxClientFlight:
		return true
	default:
		h.unsure = true
	}
	h.done = true
	if h.last == finished+jssePadding {
		h.padding[Server] = jssePadding
	}
	return true
}

// protocol is the ALPN protocol that the length of the server's EncryptedExtensions speaks for; empty where
// it speaks for none. The message holds four bytes of its own, the list's length, and in servers
// of the web besides ALPN at most the empty answer to server_name.
func (h *handshake) protocol(p *protection) string {
	if !h.done || h.server < 2 {
		return ""
	}
	const (
		empty = 4 + 2
		sni   = 4
		alpn  = 4 + 2 + 1
	)
	switch h.first - p.after - h.padding[Server] - empty {
	case alpn + 2, alpn + 2 + sni:
		return "h2"
	case alpn + 8, alpn + 8 + sni:
		return "http/1.1"
	}
	return ""
}
