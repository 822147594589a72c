package assembly

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"wscope/assembly/link"
)

const second = int64(time.Second)

// TestIdle shows that silent connections are let go by capture time, and others stay.
func TestIdle(t *testing.T) {
	wait := func(s *sim, d int64) {
		for end := s.time + d; s.time < end; {
			s.tick(second)
		}
	}
	play(t, []scene{
		{"silent for too long", func(s *sim) {
			s.send(A, 0, "a")
			s.send(A, 2, "c")
			wait(s, DefaultIdle*9/8+2*second)
			s.send(A, 3, "d")
		}, "A a, A gap 1 lost, A c, A end idle, B end idle, 2A gap -1 early, 2A d"},
		{"a word now and then is enough", func(s *sim) {
			s.send(A, 0, "a")
			for range 5 {
				wait(s, DefaultIdle-second)
				s.ack(B, 0, 1)
			}
			s.send(A, 1, "b")
		}, "A a, A b"},
		{"a word after a silence of all, before the time is told", func(s *sim) {
			s.send(A, 0, "a")
			s.ack(B, 0, 1)
			s.tick(second)
			s.time += 2 * DefaultIdle
			s.send(A, 1, "b")
			s.tick(second)
			s.send(A, 2, "c")
		}, "A a, A b, A c"},
		{"a time that is not yet, and then silence for too long", func(s *sim) {
			s.tick(second)
			s.time += 100 * DefaultIdle
			s.send(A, 0, "a")
			s.time -= 100 * DefaultIdle
			wait(s, DefaultIdle*9/8+2*second)
		}, "A a, A end idle, B end idle"},
		{"an open connection may be silent from its handshake on", func(s *sim) {
			wait(s, DefaultIdle/2)
			s.send(A, 0, "a")
		}, "A a"},
		{"half-closed, and the other side takes its time", func(s *sim) {
			s.send(A, 0, "a")
			s.fin(A, 1)
			wait(s, DefaultIdle/2)
			s.send(B, 0, "x")
		}, "A a, A end fin, B x"},
		{"closed by the only side that was seen", func(s *sim) {
			s.port++
			s.syn(A)
			s.send(A, 0, "a")
			s.fin(A, 1)
			wait(s, DefaultHalfIdle*9/8+2*second)
		}, "A a, A end fin, B end idle"},
		{"a SYN without an answer is forgotten", func(s *sim) {
			s.port++
			s.syn(A)
			wait(s, DefaultHalfIdle*9/8+2*second)
			if s.conns.used != 1 {
				s.log = append(s.log, "still there")
			}
		}, ""},
		{"closed, and forgotten", func(s *sim) {
			s.fin(A, 0)
			s.fin(B, 0)
			wait(s, DefaultClosedIdle+2*second)
			if s.conns.used != 0 {
				s.log = append(s.log, "still there")
			}
		}, ""},
	})
}

// TestShared shows that what becomes of a connection depends on its own packets and the
// Ticks alone: one Assembler for all gives what one for each would.
func TestShared(t *testing.T) {
	const conns = 20
	run := func(mine func(i int) bool) (logs [conns][]string) {
		s := newSim()
		s.Limits = Limits{Idle: 8 * second, HalfIdle: 2 * second, ClosedIdle: second}
		s.New = func(c *Conn) Handler {
			return &teller{&logs[min(c.Key.SrcPort, c.Key.DstPort)]}
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 5000 {
			i, x, kind, pos := r.IntN(conns), Side(r.IntN(2)), r.IntN(40), r.IntN(8)
			s.port = uint16(i)
			// The clock of a capture is not always in order.
			seg := s.segment(x, link.ACK, pos, "x")
			seg.Mark.Time += r.Int64N(second)
			seg.Ack = s.isn[x.Other()] + 1 + uint32(r.IntN(20))
			switch kind {
			case 0:
				seg.Flags |= link.FIN
			case 1:
				seg.Flags, seg.Seq = link.SYN, s.isn[x]+uint32(pos)<<20
			}
			if i/4 == s.silent() {
				continue // some are silent for a while
			}
			if mine(i) {
				s.Segment(seg)
			}
			if r.IntN(5) == 0 {
				s.tick(second / 4)
			}
		}
		s.finish()
		return logs
	}
	all := run(func(int) bool { return true })
	ends := 0
	for i := range conns {
		alone := run(func(j int) bool { return j == i })
		if got, want := strings.Join(all[i], ","), strings.Join(alone[i], ","); got != want {
			t.Errorf("connection %d: among others\n%s\nalone\n%s", i, got, want)
		}
		ends += strings.Count(strings.Join(all[i], ","), "end")
	}
	if ends < 2*conns {
		t.Errorf("only %d ends: the test shows too little", ends)
	}
}

// silent picks the connections that say nothing at this time.
func (s *sim) silent() int { return int(s.time/(20*second)) % 5 }

// teller writes down the calls with their packets.
type teller struct{ log *[]string }

func (l *teller) say(what string, x Side, n int64, why Cause, at *Mark) {
	*l.log = append(*l.log, fmt.Sprint(what, x, n, causes[why], at.Time))
}
func (l *teller) Data(x Side, b []byte, at *Mark)          { l.say("data", x, int64(len(b)), Lost, at) }
func (l *teller) Gap(x Side, n int64, why Cause, at *Mark) { l.say("gap", x, n, why, at) }
func (l *teller) End(x Side, why Cause, at *Mark)          { l.say("end", x, 0, why, at) }

// TestManyShort sends a hundred thousand connections one after another and looks at what
// is kept of them.
func TestManyShort(t *testing.T) {
	s := newSim()
	s.New = func(*Conn) Handler { return new(sink) }
	before := heap()
	for i := range 100_000 {
		s.port = uint16(i)
		s.isn[A] += 100_000
		s.shake()
		s.send(A, 0, "hello")
		s.fin(A, 5)
		s.fin(B, 0)
		s.ack(A, 6, 1)
	}
	if s.Stats.Conns != 100_000 || s.Stats.Open != 0 || s.conns.used > maxClosed {
		t.Errorf("%+v, %d in the table", s.Stats, s.conns.used)
	}
	if grown := heap() - before; grown > 24<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
	runtime.KeepAlive(s)
}

// TestManyOpen opens fifty thousand at once and looks at what one takes.
func TestManyOpen(t *testing.T) {
	before := heap()
	k := newCrowd(50_000)
	for i := range k.segs {
		k.turn(i)
	}
	k.segs = nil
	if each := (heap() - before) / 50_000; each > 482 {
		t.Errorf("an open connection takes %d bytes", each)
	}
	runtime.KeepAlive(k)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestSYNFlood shows that connection attempts alone make no Handler.
func TestSYNFlood(t *testing.T) {
	k := new(crowd)
	k.New = func(*Conn) Handler { t.Error("a Handler for nothing"); return nil }
	for i := range 1000 {
		k.send(&link.Segment{Key: link.Key{SrcPort: uint16(i), DstPort: 80}, Flags: link.SYN, Seq: uint32(i)})
	}
	k.Finish(&Mark{})
}

// TestManySYNs shows that no more connections wait for an answer than maxOpening, that nothing is said of those let go, and
// that an answer which comes all the same begins its connection again.
func TestManySYNs(t *testing.T) {
	k := new(crowd)
	said := 0
	k.Unused = func(_ *Conn, why Cause) {
		if why != Limit {
			t.Errorf("ended with %d", why)
		}
		said++
	}
	begun := 0
	k.New = func(c *Conn) Handler { begun++; return nil }
	key := func(i int) link.Key { return link.Key{SrcPort: uint16(i), DstPort: uint16(80 + i>>16)} }
	for i := range 3 * maxOpening {
		k.send(&link.Segment{Key: key(i), Flags: link.SYN, Seq: uint32(i)})
	}
	if open := k.Stats.Open; said != 2*maxOpening || k.Stats.LetGo != int64(said) || open != maxOpening {
		t.Errorf("%d of %d let go, %d open", said, k.Stats.LetGo, open)
	}
	k.send(&link.Segment{Key: key(7).Reverse(), Flags: link.SYN | link.ACK, Seq: 100, Ack: 8})
	k.send(&link.Segment{Key: key(7), Flags: link.ACK, Seq: 8, Ack: 101, Payload: []byte("GET / HTTP/1.1\r\n\r\n")})
	if begun != 1 {
		t.Errorf("%d connections begun by data", begun)
	}
}
