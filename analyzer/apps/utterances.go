package apps

// utterances is what a side said lately that may be answered, the oldest first: a ring. Once there are some, two tables count
// their values by a part of their hashes, so that most that never was said is known not to be in the ring without a look.
type utterances struct {
	chunks [][]uttered // full ones but for the last, so that what is in the ring is never moved
	head   int         // of the oldest, where the ring is full
	counts *echoCounts
}

const (
	echoSlots    = 1024
	chunkSize    = 16
	countedBegin = 16 // utterances from which on values are counted
)

// echoCounts is how many values of the ring have a hash in a slot: by the value, and by the member and its value.
type echoCounts struct{ values, members [echoSlots]uint16 }

func valueSlot(value uint64) uint64 { return value % echoSlots }
func memberSlot(path, value uint64) uint64 {
	return (path*0x9e3779b97f4a7c15 ^ value) >> 20 % echoSlots
}

// len is how many there are.
func (s *utterances) len() int {
	if len(s.chunks) == 0 {
		return 0
	}
	return (len(s.chunks)-1)*chunkSize + len(s.chunks[len(s.chunks)-1])
}

// at is the utterance of an index, 0 for the oldest.
func (s *utterances) at(i int) *uttered {
	i = (i + s.head) % maxUttered // head is 0 until the ring is full
	return &s.chunks[i/chunkSize][i%chunkSize]
}

// value is an utterance's value of an index.
func (w *uttered) value(k int8) *echoed {
	if int(k) < len(w.few) {
		return &w.few[k]
	}
	return &w.more[int(k)-len(w.few)]
}

// next makes room for an utterance: the oldest is forgotten where there are too many.
func (s *utterances) next() *uttered {
	n := s.len()
	if n == maxUttered {
		w := s.at(0)
		s.count(w, ^uint16(0))
		s.head = (s.head + 1) % maxUttered
		return w
	}
	if n%chunkSize == 0 {
		size := chunkSize
		if n == 0 {
			size = 1 // most conversations are short
		}
		s.chunks = append(s.chunks, make([]uttered, 0, size))
	}
	last := &s.chunks[len(s.chunks)-1]
	*last = append(*last, uttered{})
	return &(*last)[len(*last)-1]
}

// added counts the values of an utterance that next gave.
func (s *utterances) added(w *uttered) {
	if s.counts == nil && s.len() == countedBegin {
		s.counts = new(echoCounts)
		for i := range countedBegin {
			s.count(s.at(i), 1)
		}
		return
	}
	s.count(w, 1)
}

// count adds a number, 1 or -1, for each value of an utterance.
func (s *utterances) count(w *uttered, n uint16) {
	if s.counts == nil {
		return
	}
	for k := range w.n {
		if v := w.value(k); v.value != 0 {
			s.counts.values[valueSlot(v.value)] += n
			s.counts.members[memberSlot(v.path, v.value)] += n
		}
	}
}

// mayHold reports whether a value may be in the ring.
func (s *utterances) mayHold(value uint64) bool {
	return len(s.chunks) > 0 && (s.counts == nil || s.counts.values[valueSlot(value)] > 0)
}

// withdraw forgets a value that the same member had before, there and in what is said now: it names a thing, not a request.
func (s *utterances) withdraw(said *echoed) {
	if said.value == 0 || s.counts != nil && s.counts.members[memberSlot(said.path, said.value)] == 0 {
		return
	}
	for i := range s.len() {
		w := s.at(i)
		for k := range w.n {
			v := w.value(k)
			if v.path != said.path || v.value != said.value {
				continue
			}
			if s.counts != nil {
				s.counts.values[valueSlot(v.value)]--
				s.counts.members[memberSlot(v.path, v.value)]--
			}
			v.value, said.value = 0, 0
			return
		}
	}
}
