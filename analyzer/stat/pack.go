package stat

import "encoding/binary"

// Append packs the sketch into a few bytes.
func (s *Sketch) Append(b []byte) []byte {
	b = appendInts(b, s.n, s.min, s.max, int64(s.latest.bucket), s.latest.n, int64(len(s.buckets)), int64(len(s.exact)))
	for _, c := range s.buckets {
		b = appendInts(b, int64(c.bucket), c.n)
	}
	return appendInts(b, s.exact...)
}

// Restore unpacks what Append packed, and returns the bytes behind it.
func (s *Sketch) Restore(b []byte) []byte {
	var latest, buckets, exact int64
	b = takeInts(b, &s.n, &s.min, &s.max, &latest, &s.latest.n, &buckets, &exact)
	s.latest.bucket = int32(latest)
	if buckets > 0 {
		s.buckets = make([]sketchCount, buckets)
	}
	for i := range s.buckets {
		var bucket int64
		b = takeInts(b, &bucket, &s.buckets[i].n)
		s.buckets[i].bucket = int32(bucket)
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
