package inflate

import (
	"errors"
	"fmt"
)

// The three ways in which a message is not given whole. Test with errors.Is.
var (
	// ErrCorrupt is for bytes that no deflate encoder writes: RFC 1951 forbids them, a
	// distance reaches before the first byte of the history, or the message ends inside a
	// block. The error that is returned is a *CorruptError, which says where.
	ErrCorrupt = errors.New("inflate: corrupt")

	// ErrHistory is for a message that refers to bytes that were lost (see Lose).
	ErrHistory = errors.New("inflate: refers to lost history")

	// ErrLimit is for a message longer than the limit. What was under the limit is given,
	// the rest is counted, and the history is right for the next message unless Lost.
	ErrLimit = errors.New("inflate: longer than the limit")
)

// CorruptError is an ErrCorrupt with its place.
type CorruptError struct {
	Offset int64  // of the byte in the compressed message at which decoding stood
	Reason string // what is wrong with it; BeforeHistory, or else words for people
}

// BeforeHistory is the Reason where a message refers to what came before it, or before
// Reset, and nothing is there to refer to: after SetTakeover(false) most likely the sender
// took its history over nevertheless.
const BeforeHistory = "distance before the start of the history"

func (e *CorruptError) Error() string {
	return fmt.Sprintf("inflate: corrupt at byte %d: %s", e.Offset, e.Reason)
}

// Is makes errors.Is(err, ErrCorrupt) true.
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }
