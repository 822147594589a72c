package tlsopen

import (
	"reflect"
	"testing"
	"unsafe"

	"wscope/assembly"
)

// What each record touches of a side is its first two lines of memory, and a side begins with
// one: the allocator keeps a word before the connection.
func TestLinesOfRecord(t *testing.T) {
	var c conn
	var s stream
	if n := unsafe.Sizeof(s); n%cacheLine != 0 {
		t.Errorf("a side takes %d bytes", n)
	}
	if at := unsafe.Offsetof(c.sides) + 8; at%cacheLine != 0 {
		t.Errorf("sides begin at %d", at)
	}
	if at := unsafe.Offsetof(s.loss) + unsafe.Offsetof(s.loss.pending); at >= 2*cacheLine || unsafe.Offsetof(s.lines) >= cacheLine {
		t.Errorf("loss.pending lies at %d, lines at %d", at, unsafe.Offsetof(s.lines))
	}
}

// warmed counts what it is asked to read ahead.
type warmed struct {
	silent
	sides [2]int
}

func (w *warmed) Prefetch(s assembly.Side) int64 { w.sides[s]++; return 0 }

// A connection reads ahead for each suite, at any time, and passes the word on to who took the
// place of its inner handler.
func TestPrefetch(t *testing.T) {
	for _, id := range []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305} {
		c, first, records := bulk(t, id, 100, 2)
		c.Prefetch(assembly.A)
		at := &assembly.Mark{}
		c.Data(assembly.A, records[0], at)
		next := &warmed{}
		c.SetHandler(next)
		c.Prefetch(assembly.A)
		c.Prefetch(assembly.B)
		c.Data(assembly.A, records[1], at)
		if first.bytes != 100 || next.bytes != 100 || next.sides != [2]int{1, 1} {
			t.Errorf("%s: %d and %d bytes, read ahead %v", suiteName(id), first.bytes, next.bytes, next.sides)
		}
		if n := testing.AllocsPerRun(10, func() { c.Prefetch(assembly.A) }); n != 0 {
			t.Errorf("%s: %v allocations", suiteName(id), n)
		}
	}
}

// The state of AES-GCM is as large as the lines that Prefetch passes over suppose, and that of no
// AEAD is read beyond its end.
func TestStateOfAEAD(t *testing.T) {
	for _, id := range []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305} {
		s := suiteOf(id)
		a := newAEAD(s, make([]byte, s.keyLen))
		_, lines := stateOf(a)
		if size := int(reflect.TypeOf(a).Elem().Size()); int(lines)*cacheLine > size || s.kind == aesGCM && lines < unusedTo+4 {
			t.Errorf("%s: %d lines of %d bytes", suiteName(id), lines, size)
		}
	}
}
