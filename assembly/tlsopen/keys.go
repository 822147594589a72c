package tlsopen

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
)

// label is a kind of secret in a key log.
type label uint8

const (
	masterSecret label = iota // CLIENT_RANDOM: the master secret of TLS 1.2 and before
	premasterSecret
	earlySecret
	clientHandshake
	serverHandshake
	clientTraffic
	serverTraffic
	labels
)

// String is the label as it stands in a key log.
func (l label) String() string {
	switch l {
	case masterSecret:
		return "CLIENT_RANDOM"
	case premasterSecret:
		return "PMS_CLIENT_RANDOM"
	case earlySecret:
		return "CLIENT_EARLY_TRAFFIC_SECRET"
	case clientHandshake:
		return "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
	case serverHandshake:
		return "SERVER_HANDSHAKE_TRAFFIC_SECRET"
	case clientTraffic:
		return "CLIENT_TRAFFIC_SECRET_0"
	case serverTraffic:
		return "SERVER_TRAFFIC_SECRET_0"
	}
	return "unknown"
}

// Keys is a store of TLS secrets, read from NSS key logs. Any goroutine may add to it and
// any may look up at any time. Of what Add reads it keeps the secrets of the latest 262,144
// client randoms; beyond that the oldest go. What AddFile reads is all found.
type Keys struct {
	mu       sync.RWMutex
	randoms  bounded[[32]byte, *secrets]
	sessions bounded[[32]byte, [48]byte] // sha256 of a session ID or ticket: its master secret
	rsa      bounded[[8]byte, [48]byte]  // start of an encrypted premaster secret: the premaster secret
	resumed  bounded[[32]byte, [32]byte] // client random of a connection: that of the one whose session it resumes; see Sessions
	logs     []*logIndex                 // large key logs, searched when randoms has nothing; only ever added to
	version  atomic.Uint64
	base     *Keys        // where to look for what is not here; nil but for a Fork
	held     atomic.Int64 // bytes that connections hold back, in all; see hold
	mayHold  int64        // the most of it
}

// secrets are those that one client random names, by label; nil where there is none.
type secrets [labels][]byte

// NewKeys returns an empty store.
func NewKeys() *Keys {
	return &Keys{
		randoms:  newBounded[[32]byte, *secrets](maxSecrets),
		sessions: newBounded[[32]byte, [48]byte](maxSessions),
		rsa:      newBounded[[8]byte, [48]byte](maxSessions),
		resumed:  newBounded[[32]byte, [32]byte](maxSessions),
		mayHold:  maxHeldAll,
	}
}

// Fork returns a store that has all secrets of k, also those that come later, and keeps
// what is added to it, and learned by the connections that use it, to itself. Pipelines
// that work side by side take one each, so that what one learns or holds back does not
// change the outcome of another by chance. parts is their number: they share the memory.
func (k *Keys) Fork(parts int) *Keys {
	f := NewKeys()
	f.base, f.mayHold = k, maxHeldAll/int64(parts)
	return f
}

// Version changes whenever a secret is added: what could not be opened before is worth
// another try.
func (k *Keys) Version() uint64 {
	if k.base != nil {
		return k.version.Load() + k.base.Version()
	}
	return k.version.Load()
}

// secret is the secret of a connection, or nil. It must not be changed.
func (k *Keys) secret(l label, random *[32]byte) []byte {
	k.mu.RLock()
	if s := k.randoms.of[*random]; s != nil && s[l] != nil {
		k.mu.RUnlock()
		return s[l]
	}
	logs := k.logs
	k.mu.RUnlock()
	for i := len(logs) - 1; i >= 0; i-- {
		if s := logs[i].find(l, random); s != nil {
			return s
		}
	}
	if k.base != nil {
		return k.base.secret(l, random)
	}
	return nil
}

// setSecret keeps a secret, the slice itself. One that was there before is replaced: the last line of a log counts.
func (k *Keys) setSecret(l label, random *[32]byte, secret []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.randoms.of[*random]
	if s == nil {
		s = new(secrets)
		k.randoms.set(*random, s)
	}
	if string(s[l]) != string(secret) {
		s[l] = secret
		k.version.Add(1)
	}
}

// session is the master secret of a session that is resumed by its ID or ticket.
func (k *Keys) session(id []byte) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if m, ok := k.sessions.of[sha256.Sum256(id)]; ok {
		return m[:]
	}
	if k.base != nil {
		return k.base.session(id)
	}
	return nil
}

// recordSession keeps a session's master secret for its resumption, where a key log may say
// nothing of it again. It is known to connections that use the same store alone: those of other
// Forks find it by Sessions, if the log has the first connection's secret.
func (k *Keys) recordSession(id, master []byte) {
	if len(id) == 0 || len(master) != 48 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	key := sha256.Sum256(id)
	if m, ok := k.sessions.of[key]; ok && string(m[:]) == string(master) {
		return
	}
	k.sessions.set(key, [48]byte(master))
	k.version.Add(1)
}

// premaster is the premaster secret of an RSA key exchange by the encrypted one's first
// eight bytes.
func (k *Keys) premaster(encrypted [8]byte) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if p, ok := k.rsa.of[encrypted]; ok {
		return p[:]
	}
	if k.base != nil {
		return k.base.premaster(encrypted)
	}
	return nil
}

func (k *Keys) setPremaster(encrypted [8]byte, premaster []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rsa.set(encrypted, [48]byte(premaster))
	k.version.Add(1)
}

// bounded is a map that forgets its oldest entries beyond a limit.
type bounded[K comparable, V any] struct {
	of    map[K]V
	order []K // a ring once full
	next  int // the oldest of a full ring
	max   int
}

func newBounded[K comparable, V any](max int) bounded[K, V] {
	return bounded[K, V]{of: make(map[K]V), max: max}
}

func (b *bounded[K, V]) set(k K, v V) {
	if _, ok := b.of[k]; !ok {
		if len(b.order) < b.max {
			b.order = append(b.order, k)
		} else {
			delete(b.of, b.order[b.next])
			b.order[b.next] = k
			b.next = (b.next + 1) % b.max
		}
	}
	b.of[k] = v
}
