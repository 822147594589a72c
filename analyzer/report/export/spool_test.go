package export

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// TestSpoolGivesBackInOrder keeps strings under several keys, through the file and without.
func TestSpoolGivesBackInOrder(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(dir)
	want := map[int64]string{}
	for i := range 1000 {
		key, b := int64(i%7), fmt.Sprintf(",%d", i)
		want[key] += b
		if err := s.add(key, []byte(b)); err != nil {
			t.Fatal(err)
		}
		if i%90 == 89 {
			if err := s.spill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for key, w := range want {
		for skip := range int64(12) { // over the end of the first part, too
			var b bytes.Buffer
			if err := s.writeTo(&b, key, skip); err != nil {
				t.Fatal(err)
			}
			if b.String() != w[skip:] {
				t.Fatalf("key %d, skip %d: %q, want %q", key, skip, b.String(), w[skip:])
			}
		}
	}
	if s.has(7) || !s.has(6) {
		t.Error("has is wrong")
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Error("the file is left behind")
	}
}

// TestSpoolHoldsLittle adds far more than it may hold.
func TestSpoolHoldsLittle(t *testing.T) {
	s := newSpool(t.TempDir())
	defer s.close()
	b := make([]byte, 1<<20)
	for i := range int64(3 * spoolMemory / len(b)) {
		if err := s.add(i%3, b); err != nil {
			t.Fatal(err)
		}
		if s.held > spoolMemory {
			t.Fatalf("%d bytes held", s.held)
		}
	}
}
