package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestSorterGivesAllInOrderWhateverItKeeps in memory.
func TestSorterGivesAllInOrderWhateverItKeeps(t *testing.T) {
	for _, limit := range []int{1, 1000, 1 << 20} {
		s := sorter{limit: limit}
		rng := rand.New(rand.NewPCG(1, 2))
		const n = 300
		for range n {
			b := binary.BigEndian.AppendUint32(nil, rng.Uint32N(200))
			if err := s.add(append(b, make([]byte, rng.IntN(50))...)); err != nil {
				t.Fatal(err)
			}
		}
		var last []byte
		count := 0
		err := s.each(func(b []byte) error {
			if bytes.Compare(b, last) < 0 {
				t.Fatalf("limit %d: %x after %x", limit, b, last)
			}
			last = append([]byte(nil), b...)
			count++
			return nil
		})
		if err != nil || count != n {
			t.Errorf("limit %d: %d records of %d, %v", limit, count, n, err)
		}
		if spilt := s.spilt > 0; spilt != (limit < 1<<20) {
			t.Errorf("limit %d: %d bytes spilt", limit, s.spilt)
		}
	}
}
