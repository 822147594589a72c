package assembly

import (
	"testing"
	"unsafe"
)

// TestConnSize holds a connection to the size that lets a million be open at once.
func TestConnSize(t *testing.T) {
	if n := unsafe.Sizeof(Conn{}); n > 416 {
		t.Errorf("a Conn takes %d bytes, more than the 416 of its allocation class", n)
	}
}
