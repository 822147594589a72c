package flow

import (
	"testing"
	"unsafe"
)

// TestLinesOfMessage holds what each message touches to one line of 64 bytes of its flow, which the
// merger reads no more, and three of its direction. A state begins 8 bytes into a line: the allocator
// keeps a word before it. A flow is of a size of which the allocator lays each at a line's beginning.
func TestLinesOfMessage(t *testing.T) {
	var f flow
	if n := unsafe.Sizeof(f); n != 256 {
		t.Errorf("a flow takes %d bytes", n)
	}
	if end, merger := unsafe.Offsetof(f.number)+unsafe.Sizeof(f.number), unsafe.Offsetof(f.ref); end > 64 || merger < 64 {
		t.Errorf("what a message touches of a flow ends at %d, and what the merger does begins at %d", end, merger)
	}
	var k state
	for i := range k.dirs {
		d := &k.dirs[i]
		at := func(p unsafe.Pointer) uintptr { return uintptr(p) - uintptr(unsafe.Pointer(&k)) + 8 }
		for name, o := range map[string][2]uintptr{
			"sizes and counts": {at(unsafe.Pointer(&d.sizes)) + unsafe.Sizeof(d.sizes) - 4*8, at(unsafe.Pointer(&d.counts.Ping)) - 1},
			"the others":       {at(unsafe.Pointer(&d.flow)), at(unsafe.Pointer(&d.ended))},
			"the stream":       {at(unsafe.Pointer(&d.stream)), at(unsafe.Pointer(&d.stream)) + 63},
		} {
			if o[0]/64 != o[1]/64 {
				t.Errorf("direction %d: %s lie at %d to %d", i, name, o[0], o[1])
			}
		}
	}
}
