package apps

import "hash/maphash"

// scratch is what the conversations of one goroutine share: the message in hand, read once, and short strings that come back.
type scratch struct {
	document
	strings [512]string
}

const maxInterned = 40 // bytes

var internSeed = maphash.MakeSeed()

// text is text for what is likely to have been said before, such as the name of a kind: it need not be copied again.
func (s *scratch) text(v []byte) string {
	if b := raw(v); len(b) <= maxInterned && plain(b) {
		return s.intern(b)
	}
	return text(v)
}

func (s *scratch) intern(b []byte) string {
	slot := &s.strings[maphash.Bytes(internSeed, b)%uint64(len(s.strings))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}
