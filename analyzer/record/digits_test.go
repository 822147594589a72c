package record

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// TestDigitsAreThoseOfFmt tries every four digits in each half: the halves are reckoned apart.
func TestDigitsAreThoseOfFmt(t *testing.T) {
	for n := range uint32(10000) {
		for _, n := range []uint32{n, n * 10000, n*10000 + 9999 - n} {
			got := string(binary.LittleEndian.AppendUint64(nil, Digits(n)|Zeros))
			if want := fmt.Sprintf("%08d", n); got != want {
				t.Fatalf("%d has the digits %s", n, got)
			}
		}
	}
}
