package shed

import (
	"encoding/binary"
	"io"
	"testing"
	"time"

	"wscope/assembly/packet"
)

// packet makes a TCP segment of connection n, as raw IPv4.
func packetOf(n int, flags byte, seq uint32) packet.Packet {
	b := make([]byte, 44)
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], 44)
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(b[20:], uint16(1000+n))
	binary.BigEndian.PutUint16(b[22:], 80)
	binary.BigEndian.PutUint32(b[24:], seq)
	b[32], b[33] = 5<<4, flags
	return packet.Packet{Data: b, Length: 44, Link: 101, Mark: packet.Mark{Time: int64(seq), Number: int64(n)}}
}

const (
	syn, ack = 2, 16
	depth    = 32 // of the queues of these tests
)

// source gives what the test sends.
type source struct {
	batches chan []packet.Packet
	done    chan struct{}
	copies  bool // as a source that is an interface
}

func (s *source) Read(b *packet.Batch) error {
	select {
	case p, ok := <-s.batches:
		if b.Packets, b.Secrets = b.Packets[:0], b.Secrets[:0]; !ok {
			return io.EOF
		}
		if s.copies {
			b.Join(&packet.Batch{Packets: p})
		} else {
			b.Packets = append(b.Packets, p...)
		}
		return nil
	case <-s.done:
		return io.EOF
	}
}
func (s *source) Files() []string            { return []string{"test"} }
func (s *source) Problems() []packet.Problem { return nil }
func (s *source) Close() error               { close(s.done); return nil }

// TestRefusesConnectionsWhole holds that under pressure a new connection is refused from
// its first packet to its last, and one under way is let through.
func TestRefusesConnectionsWhole(t *testing.T) {
	j := judge{depth: depth}
	seq := uint32(1)
	pass := func(n int, flags byte) bool { p := packetOf(n, flags, seq); return j.pass(&p) }
	if !pass(1, syn) {
		t.Fatal("refused without pressure")
	}
	j.pressure(depth / 2)
	again := pass(2, syn)
	if again || pass(2, syn) || pass(2, ack) || !pass(1, ack) || !pass(3, ack) {
		t.Error("not the new connection alone is refused")
	}
	j.pressure(0)
	if pass(2, ack) || !pass(4, syn) {
		t.Error("a refused connection came in midway, or a new one is still refused")
	}
	seq = 1000
	if !pass(2, syn) || !pass(2, ack) {
		t.Error("a 4-tuple used again is not let in")
	}
	if j.refusals != 1 {
		t.Errorf("%d refused", j.refusals)
	}
}

// TestGivesUpBySixteenths holds that connections under way are given up whole, more of
// them the longer it lasts, and taken up again.
func TestGivesUpBySixteenths(t *testing.T) {
	j := judge{depth: depth}
	through := func() (n int) {
		for c := range 1000 {
			a, b := packetOf(c, ack, 1), packetOf(c, ack, 2)
			if j.pass(&a) != j.pass(&b) {
				t.Fatal("half a connection")
			}
			if j.pass(&a) {
				n++
			}
		}
		return n
	}
	last := through()
	for range parts {
		j.pressure(depth)
		n := through()
		if n >= last {
			t.Fatalf("%d after %d", n, last)
		}
		last = n
	}
	if last != 0 || j.givings != parts {
		t.Errorf("%d left, %d given up", last, j.givings)
	}
	j.pressure(0)
	if through() != 1000 {
		t.Error("not taken up again")
	}
}

// TestQueue holds that batches come out in order, with the time where none come, and that
// a reader that falls behind makes the queue refuse.
func TestQueue(t *testing.T) {
	src := &source{batches: make(chan []packet.Packet), done: make(chan struct{})}
	now := time.Unix(100, 0)
	q := New(src, depth, time.Millisecond, func() time.Time { return now })
	var b packet.Batch
	if err := q.Read(&b); err != nil || len(b.Packets) != 0 || b.Now != now.Add(-lag).UnixNano() {
		t.Fatalf("idle: %v %+v", err, b)
	}
	for i := range depth {
		src.batches <- []packet.Packet{packetOf(i, syn, uint32(i))}
	}
	src.batches <- []packet.Packet{packetOf(500, syn, 500)} // taken only once the one before was judged
	if st := q.Stats(); st.Refused == 0 {
		t.Errorf("nothing refused: %+v", st)
	}
	for i := range depth / 2 {
		for len(b.Packets) == 0 || i > 0 && b.Packets[0].Number == int64(i-1) {
			if err := q.Read(&b); err != nil {
				t.Fatal(err)
			}
		}
		if b.Packets[0].Number != int64(i) || b.Now != 0 {
			t.Fatalf("batch %d holds packet %d", i, b.Packets[0].Number)
		}
	}
	close(src.batches)
	for {
		if err := q.Read(&b); err == io.EOF {
			break
		}
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}

// TestLightTrafficFillsNoQueue holds that while nobody reads, small batches wait as few
// large ones, in order, and that nothing is refused for them.
func TestLightTrafficFillsNoQueue(t *testing.T) {
	src := &source{batches: make(chan []packet.Packet), done: make(chan struct{}), copies: true}
	q := New(src, depth, time.Hour, time.Now)
	const sent = 20 * depth
	for i := range sent {
		src.batches <- []packet.Packet{packetOf(i, syn, uint32(i))}
	}
	close(src.batches)
	var b packet.Batch
	seen := 0
	for ended := false; !ended; {
		ended = q.Read(&b) == io.EOF
		for i := range b.Packets {
			if p, want := &b.Packets[i], packetOf(seen, syn, uint32(seen)); p.Number != int64(seen) || string(p.Data) != string(want.Data) {
				t.Fatalf("packet %d is %+v", seen, *p)
			}
			seen++
		}
	}
	if st := q.Stats(); seen != sent || st.Refused != 0 {
		t.Errorf("%d packets of %d, %+v", seen, sent, st)
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}

// TestBatchesComeBack reads as fast as is sent, so that the same few batches go round.
func TestBatchesComeBack(t *testing.T) {
	src := &source{batches: make(chan []packet.Packet), done: make(chan struct{}), copies: true}
	q := New(src, depth, time.Hour, time.Now)
	go func() {
		for i := range 2000 {
			src.batches <- []packet.Packet{packetOf(i, ack, uint32(i))}
		}
		close(src.batches)
	}()
	var b packet.Batch
	seen := 0
	for ended := false; !ended; {
		ended = q.Read(&b) == io.EOF
		for i := range b.Packets {
			if b.Packets[i].Number != int64(seen) {
				t.Fatalf("packet %d is %d", seen, b.Packets[i].Number)
			}
			seen++
		}
	}
	if err := q.Close(); err != nil || seen != 2000 {
		t.Errorf("%d packets, %v", seen, err)
	}
}
