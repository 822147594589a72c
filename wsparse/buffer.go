package wsparse

import "sync"

// buffer is memory that a Stream borrows while it has bytes to keep, so that an idle one
// holds none.
type buffer struct{ b []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

func getBuffer() *buffer { return buffers.Get().(*buffer) }

// put gives the buffer back. One that grew large is left to the garbage collector: a
// single long message should not be paid for ever after.
func (b *buffer) put() {
	if cap(b.b) <= 1<<20 {
		b.b = b.b[:0]
		buffers.Put(b)
	}
}

// size makes the buffer hold n bytes of any content.
func (b *buffer) size(n int) []byte {
	if cap(b.b) < n {
		b.b = make([]byte, n)
	}
	b.b = b.b[:n]
	return b.b
}
