package stat

import "encoding/binary"

// Append packs the sketch into a few bytes.
func (s *Sketch) Append(b []byte) []byte {
	s.flush()
	used := int64(0)
	s.buckets(func(int32, int64) bool {
		used++
		return true
	})
	b = appendInts(b, s.n, s.min, s.max, int64(len(s.pages)), used, int64(len(s.exact)))
	s.buckets(func(bucket int32, n int64) bool {
		b = appendInts(b, int64(bucket), n)
		return true
	})
	return appendInts(b, s.exact...)
}

// Restore unpacks what Append packed, and returns the bytes behind it.
func (s *Sketch) Restore(b []byte) []byte {
	var pages, used, exact int64
	b = takeInts(b, &s.n, &s.min, &s.max, &pages, &used, &exact)
	if pages > 0 {
		s.pages = make([]*sketchPage, pages)
	}
	for range used {
		var bucket, n int64
		b = takeInts(b, &bucket, &n)
		s.count(int32(bucket), n)
	}
	if exact > 0 {
		s.exact = make([]int64, exact)
	}
	for i := range s.exact {
		b = takeInts(b, &s.exact[i])
	}
	return b
}

// appendInts appends numbers, small ones in few bytes.
func appendInts(b []byte, list ...int64) []byte {
	for _, n := range list {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// takeInts takes what appendInts appended, and returns the bytes behind it.
func takeInts(b []byte, list ...*int64) []byte {
	for _, p := range list {
		n, size := binary.Varint(b)
		*p, b = n, b[size:]
	}
	return b
}
