package tlsopen

import "crypto/sha256"

// Sessions notes which connection each TLS 1.2 session was begun by, and which resume it, so
// that they open by the secret of the first, whether or not that is opened. It is
// shown the segments of all connections in the order of the capture, ahead of those who open
// them, and tells Keys; as it needs but what stands in clear at the beginning of handshakes, it
// reads whole messages of single segments and rebuilds no stream. K names a connection by its
// sender and receiver.
//
// It is used by one goroutine.
type Sessions[K comparable] struct {
	keys   *Keys
	asking bounded[K, asking]         // by connection: its ClientHello
	given  bounded[[32]byte, givenBy] // sha256 of a session ID or ticket
}

// givenBy is the client random of the connection in which the server gave a session.
type givenBy [32]byte

// asking is what a ClientHello asks for.
type asking struct {
	random  [32]byte
	session [32]byte // sha256 of the session ID, where there is one
	resumes givenBy  // with known
	known   bool
}

// NewSessions returns Sessions that tell k, which is no Fork.
func NewSessions[K comparable](k *Keys) *Sessions[K] {
	return &Sessions[K]{
		keys:   k,
		asking: newBounded[K, asking](maxAsking),
		given:  newBounded[[32]byte, givenBy](maxSessions),
	}
}

// BeginsHandshake reports whether a segment's payload may begin with a handshake record.
func BeginsHandshake(b []byte) bool { return len(b) > headerLen && b[0] == typeHandshake && b[1] == 3 }

// Segment takes a payload that may begin with a handshake record. there and back name the
// connection by its two directions, there by that of the segment.
func (s *Sessions[K]) Segment(there, back K, b []byte) {
	for BeginsHandshake(b) {
		n := int(b[3])<<8 | int(b[4])
		record := b[headerLen:min(headerLen+n, len(b))]
		b = b[headerLen+len(record):]
		for len(record) >= 4 {
			body := messageLen(record)
			if body > len(record)-4 {
				return
			}
			s.message(there, back, record[0], record[4:4+body])
			record = record[4+body:]
		}
	}
}

func (s *Sessions[K]) message(there, back K, kind byte, body []byte) {
	switch kind {
	case msgClientHello:
		if h, ok := parseClientHello(body); ok {
			s.asking.set(there, s.asks(&h))
		}
	case msgServerHello:
		a, ok := s.asking.of[back]
		h, whole := parseServerHello(body)
		if !ok || !whole || h.version == tls13 || len(h.session) == 0 {
			return
		}
		id := sha256.Sum256(h.session)
		switch {
		case id != a.session:
			s.given.set(id, a.random)
		case a.known:
			s.keys.resume(&a.random, (*[32]byte)(&a.resumes))
		}
	case msgNewSessionTicket:
		if a, ok := s.asking.of[back]; ok && len(body) >= 6 {
			s.given.set(sha256.Sum256(body[6:]), a.random)
		}
	}
}

// asks is what a ClientHello asks for. A client that offers a ticket makes up a session ID, for the
// server to say by it whether it resumes (RFC 5077 §3.4).
func (s *Sessions[K]) asks(h *clientHello) asking {
	a := asking{random: h.random}
	if len(h.session) > 0 {
		a.session = sha256.Sum256(h.session)
		a.resumes, a.known = s.given.of[a.session]
	}
	if by, ok := s.given.of[sha256.Sum256(h.ticket)]; ok && len(h.ticket) > 0 {
		a.resumes, a.known = by, true
	}
	return a
}

// resume says that the connection with a client random resumes a session that another began.
func (k *Keys) resume(random, first *[32]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if by, ok := k.resumed.of[*first]; ok {
		*first = by // which was resumed itself
	}
	if *first != *random {
		k.resumed.set(*random, *first)
	}
}

// resumedMaster is the master secret of the session that the connection with a client random
// resumes, where Sessions know it.
func (k *Keys) resumedMaster(random *[32]byte) []byte {
	base := k
	for base.base != nil {
		base = base.base
	}
	base.mu.RLock()
	first, ok := base.resumed.of[*random]
	base.mu.RUnlock()
	if !ok {
		return nil
	}
	return k.secret(masterSecret, &first)
}
