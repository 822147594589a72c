package wsparse

import (
	"crypto/sha256"
	"hash"
)

// digest hashes the data messages of a Stream, one after the other: between a message's
// frames there are control frames alone, and those are not hashed.
type digest struct {
	hash.Hash
	sum [sha256.Size]byte
}

// hashes reports whether the message's bytes go into the digest.
func (s *Stream) hashes(m *body) bool { return s.cfg.Hash && m == &s.data }

// beginDigest gets ready for the bytes of a data message.
func (s *Stream) beginDigest() {
	if s.digest == nil {
		s.digest = &digest{Hash: sha256.New()}
		return
	}
	s.digest.Reset()
}

// take adds bytes of the message.
func (d *digest) take(p []byte) { d.Write(p) }

// end gives the message's hash, valid until that of the next.
func (d *digest) end() *[sha256.Size]byte {
	d.Sum(d.sum[:0])
	return &d.sum
}
