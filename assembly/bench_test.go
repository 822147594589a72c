package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// sink takes streams and does nothing.
type sink struct{ bytes int }

func (k *sink) Data(x Side, b []byte, at *Mark)          { k.bytes += len(b) }
func (k *sink) Gap(x Side, n int64, why Cause, at *Mark) {}
func (k *sink) End(x Side, why Cause, at *Mark)          {}

// crowd is n connections past their handshake, whose next segment is ready to be sent.
type crowd struct {
	Assembler
	segs []link.Segment
	at   int64
}

func newCrowd(n int) *crowd {
	k := &crowd{segs: make([]link.Segment, n)}
	payload := make([]byte, 200)
	take := new(sink)
	k.New = func(*Conn) Handler { return take }
	for i := range k.segs {
		key := link.Key{Src: link.Addr{10: 255, 11: 255, 12: byte(i >> 24), 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}, Dst: link.Addr{10: 255, 11: 255, 15: 9}, SrcPort: 1024, DstPort: 80}
		s := link.Segment{Key: key, Flags: link.SYN, Seq: 99, Window: 65535, Scale: -1}
		k.send(&s)
		answer := link.Segment{Key: key.Reverse(), Flags: link.SYN | link.ACK, Seq: 499, Ack: 100, Window: 65535, Scale: -1}
		k.send(&answer)
		s.Flags, s.Seq, s.Ack, s.Payload = link.ACK|link.PSH, 100, 500, payload
		k.segs[i] = s
	}
	return k
}

func (k *crowd) send(s *link.Segment) {
	k.at++
	s.Mark = Mark{Index: k.at, Number: k.at, Time: k.at * 1000}
	k.Segment(s)
}

// turn sends the next segment of one connection.
func (k *crowd) turn(i int) {
	s := &k.segs[i]
	k.send(s)
	s.Seq += uint32(len(s.Payload))
}

func benchInOrder(b *testing.B, conns int) {
	k := newCrowd(conns)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		k.turn(i * 7919 % conns)
	}
}

func BenchmarkInOrder1(b *testing.B)       { benchInOrder(b, 1) }
func BenchmarkInOrder2000(b *testing.B)    { benchInOrder(b, 2000) }
func BenchmarkInOrder1000000(b *testing.B) { benchInOrder(b, 1000000) }

// BenchmarkAck is the other half of most captures: segments without data.
func BenchmarkAck(b *testing.B) {
	k := newCrowd(2000)
	for i := range k.segs {
		k.turn(i)
		s := &k.segs[i]
		s.Key = s.Key.Reverse()
		s.Flags, s.Payload, s.Seq, s.Ack = link.ACK, nil, 500, 300
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		k.turn(i * 7919 % len(k.segs))
	}
}

// BenchmarkIgnored is what a connection costs that is proved to be of no interest.
func BenchmarkIgnored(b *testing.B) {
	k := newCrowd(2000)
	k.New = nil
	for i := range k.segs {
		k.turn(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		k.turn(i * 7919 % len(k.segs))
	}
}

// BenchmarkDisorder swaps every two segments.
func BenchmarkDisorder(b *testing.B) {
	k := newCrowd(1)
	s := &k.segs[0]
	next := s.Seq
	b.ReportAllocs()
	for i := range b.N {
		s.Seq = next
		if i&1 == 0 {
			s.Seq += uint32(len(s.Payload))
		} else {
			next += uint32(2 * len(s.Payload))
		}
		k.send(s)
	}
}

// TestNoAllocations holds the steady state to allocating nothing.
func TestNoAllocations(t *testing.T) {
	k := newCrowd(100)
	i := 0
	if n := testing.AllocsPerRun(1000, func() { k.turn(i % 100); i++ }); n != 0 {
		t.Errorf("in order: %v allocations a segment", n)
	}
	s := &k.segs[0]
	swap := func() {
		first := s.Seq
		s.Seq += uint32(len(s.Payload))
		k.send(s)
		s.Seq = first
		k.send(s)
		s.Seq += 2 * uint32(len(s.Payload))
	}
	for range 100 {
		swap()
	}
	if n := testing.AllocsPerRun(1000, swap); n != 0 {
		t.Errorf("disordered: %v allocations for two segments", n)
	}
}
