package analyzer

import (
	"testing"
	"unsafe"
)

// TestLinesOfMessage holds what each message touches to three lines of 64 bytes of its
// direction. A talk begins 8 bytes into a line: the allocator keeps a word before it.
func TestLinesOfMessage(t *testing.T) {
	var k talk
	for i := range k.dirs {
		d := &k.dirs[i]
		at := func(p unsafe.Pointer) uintptr { return uintptr(p) - uintptr(unsafe.Pointer(&k)) + 8 }
		for name, o := range map[string][2]uintptr{
			"sizes and counts": {at(unsafe.Pointer(&d.sizes.min)), at(unsafe.Pointer(&d.counts.Ping)) - 1},
			"the others":       {at(unsafe.Pointer(&d.flow)), at(unsafe.Pointer(&d.ended))},
			"the stream":       {at(unsafe.Pointer(&d.stream)), at(unsafe.Pointer(&d.stream)) + 63},
		} {
			if o[0]/64 != o[1]/64 {
				t.Errorf("direction %d: %s lie at %d to %d", i, name, o[0], o[1])
			}
		}
	}
}
