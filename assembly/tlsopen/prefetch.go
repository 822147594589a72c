package tlsopen

import (
	"crypto/cipher"
	"reflect"
	"unsafe"

	"wscope/assembly"
)

// With thousands of connections nothing of one is in the processor's caches when its next
// packet comes. What opening a record reads is read ahead, for several connections at once,
// so that these reads wait together.

// cacheLine is what processors read of memory at a time, in bytes.
const cacheLine = 64

// stateOf is the memory that an AEAD's pointer leads to, and how many whole lines of the cache it
// has: expanded keys and tables, 760 bytes for AES-GCM. It is read here and never written.
func stateOf(a cipher.AEAD) (state unsafe.Pointer, lines uint8) {
	v := reflect.ValueOf(a)
	if v.Kind() != reflect.Pointer {
		return nil, 0
	}
	return v.UnsafePointer(), uint8(min(v.Type().Elem().Size()/cacheLine, 16))
}

// The keys for decrypting blocks, which GCM does not use, lie in these lines of its state.
const (
	unusedFrom = 4
	unusedTo   = 7
)

// Prefetch implements assembly.Prefetcher.
func (c *conn) Prefetch(s assembly.Side) int64 {
	t := &c.sides[s]
	n := int64(t.seq)
	for i := range t.lines {
		if i < unusedFrom || i >= unusedTo {
			n += *(*int64)(unsafe.Add(t.state, uintptr(i)*cacheLine))
		}
	}
	if t.op != nil {
		n += int64(t.op.tagLen)
	}
	if w, ok := c.inner.(assembly.Prefetcher); ok {
		n += w.Prefetch(s)
	}
	return n
}
