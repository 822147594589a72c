package quic

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"wscope/assembly"
	"wscope/assembly/link"
)

// listener keeps what a connection is told.
type listener struct {
	t       *testing.T
	streams map[uint64]*[2]heard
	grams   int
	closed  bool
}

type heard struct {
	b     []byte // with zeros in place of gaps
	holes []span
	end   assembly.Cause
	ended bool
}

func (l *listener) Open(s *Stream, _ *Mark) StreamHandler {
	if l.streams[s.ID] != nil {
		l.t.Errorf("stream %d is opened twice", s.ID)
	}
	h := new([2]heard)
	l.streams[s.ID] = h
	return ear{l, h}
}
func (l *listener) Datagram(Side, []byte, *Mark) { l.grams++ }
func (l *listener) Closed(*Mark)                 { l.closed = true }

type ear struct {
	l *listener
	h *[2]heard
}

func (e ear) Data(x Side, b []byte, at *Mark) {
	h := &e.h[x]
	if h.ended || len(b) == 0 {
		e.l.t.Errorf("%d bytes, ended %v", len(b), h.ended)
	}
	h.b = append(h.b, b...)
}

func (e ear) Gap(x Side, n int64, why assembly.Cause, at *Mark) {
	h := &e.h[x]
	if h.ended || n <= 0 || n > 1<<20 {
		e.l.t.Errorf("a gap of %d bytes, ended %v", n, h.ended)
		return
	}
	h.holes = append(h.holes, span{uint64(len(h.b)), uint64(len(h.b)) + uint64(n) - 1})
	h.b = append(h.b, make([]byte, n)...)
}

func (e ear) End(x Side, why assembly.Cause, code uint64, at *Mark) {
	if e.h[x].ended {
		e.l.t.Error("ended twice")
	}
	e.h[x].ended, e.h[x].end = true, why
}
func (e ear) Stop(Side, uint64, *Mark) {}

// conversation makes a connection of several streams, and what its streams hold.
func conversation(r *rand.Rand, p *peers) map[uint64]*[2][]byte {
	truth := map[uint64]*[2][]byte{}
	sent := map[uint64]*[2]uint64{}
	for range 40 + r.IntN(60) {
		x := Side(r.IntN(2))
		var frames []byte
		for range 1 + r.IntN(3) {
			id := uint64(r.IntN(3)) * 4
			if truth[id] == nil {
				truth[id], sent[id] = new([2][]byte), new([2]uint64)
			}
			b := make([]byte, 1+r.IntN(300))
			for i := range b {
				b[i] = byte(1 + r.IntN(255))
			}
			frames = append(frames, streamFrame(id, sent[id][x], b, false)...)
			truth[id][x] = append(truth[id][x], b...)
			sent[id][x] += uint64(len(b))
		}
		if n := p.pn[x.Other()]; n > 0 && r.IntN(2) == 0 {
			frames = append(frames, ackFrame(n-1, n-1)...)
		}
		if r.IntN(30) == 0 {
			p.update(x)
		}
		p.short(x, frames)
	}
	for _, id := range slices.Sorted(maps.Keys(truth)) {
		for x := assembly.A; x <= assembly.B; x++ {
			p.short(x, streamFrame(id, sent[id][x], nil, true))
		}
	}
	return truth
}

// TestStreamsAreWhatWasSent holds the streams to what was sent: over both versions and all suites, with
// lengths of connection IDs from none to 20, with packets lost, repeated and out of order.
// What is told is what was sent, and every byte of a STREAM frame is accounted for once.
func TestStreamsAreWhatWasSent(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 7))
		version := [...]uint32{Version1, Version2}[seed%2]
		suite := suites[seed/2%3]
		ids := [...]int{0, 4, 8, 20}
		p := newPeers(version, suite, make([]byte, ids[r.IntN(4)]), []byte("server-id-of-20-byte")[:ids[1+r.IntN(3)]])
		truth := conversation(r, p)
		out := slices.Clone(p.out)
		lost := 0
		if seed%3 != 0 {
			for i := len(out) - 1; i >= 2; i-- {
				switch r.IntN(12) {
				case 0:
					out = slices.Delete(out, i, i+1)
					lost++
				case 1:
					out = slices.Insert(out, i, out[i])
				case 2, 3:
					if i > 2 {
						out[i], out[i-1] = out[i-1], out[i]
					}
				}
			}
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { holds(t, p, truth, out, lost) })
	}
}

func holds(t *testing.T, p *peers, truth map[uint64]*[2][]byte, out []*link.Segment, lost int) {
	l := &listener{t: t, streams: map[uint64]*[2]heard{}}
	a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return l }}
	var conn *Conn
	a.Over = func(c *Conn, _ *Mark) { conn = c }
	for i, s := range out {
		s := *s
		s.Mark.Index = int64(i)
		before := bytes.Clone(s.Payload)
		a.Datagram(&s)
		if !bytes.Equal(before, s.Payload) {
			t.Fatal("a packet was changed")
		}
	}
	a.Finish(&Mark{Index: int64(len(out)), Time: 2e18})
	if conn == nil || !l.closed || a.held != 0 || len(a.ids)+len(a.keys) != 0 {
		t.Fatalf("conn %v, closed %v, %d bytes held, %d names left", conn != nil, l.closed, a.held, len(a.ids)+len(a.keys))
	}
	missing := int64(0)
	for id, want := range truth {
		got := l.streams[id]
		if got == nil {
			if lost == 0 {
				t.Errorf("stream %d was not told", id)
			}
			continue
		}
		for x := range want {
			h := &got[x]
			if !h.ended {
				t.Errorf("stream %d side %d has no end", id, x)
			}
			if len(h.b) > len(want[x]) || lost == 0 && (len(h.b) < len(want[x]) || len(h.holes) > 0) {
				t.Errorf("stream %d side %d: %d bytes with %d gaps, %d were sent", id, x, len(h.b), len(h.holes), len(want[x]))
				continue
			}
			for i, c := range h.b {
				if c != 0 && c != want[x][i] {
					t.Fatalf("stream %d side %d: byte %d is invented", id, x, i)
				}
			}
			for _, s := range h.holes {
				missing += int64(s.hi - s.lo + 1)
			}
		}
	}
	var told int64
	for x := assembly.A; x <= assembly.B; x++ {
		n := conn.Counts(x)
		if n.StreamBytes != n.Delivered+n.Repeated+n.Unwanted+n.Waiting {
			t.Errorf("side %d: %+v do not balance", x, n)
		}
		if n.Unopened > 0 && lost == 0 {
			t.Errorf("side %d: %d packets were not opened", x, n.Unopened)
		}
		told += n.Lost
	}
	if told != missing {
		t.Errorf("%d bytes told as lost, %d counted", missing, told)
	}
}

// TestHotPathDoesNotAllocate holds a packet in order to no allocation.
func TestHotPathDoesNotAllocate(t *testing.T) {
	for _, suite := range suites {
		p := newPeers(Version1, suite, nil, []byte("server01"))
		for i := range 3000 {
			p.short(assembly.A, append(ackFrame(uint64(i), uint64(i)), streamFrame(0, uint64(i)*1000, make([]byte, 1000), false)...))
		}
		a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return quiet{} }}
		i := 0
		for ; i < 100; i++ {
			a.Datagram(p.out[i])
		}
		if n := testing.AllocsPerRun(2000, func() { a.Datagram(p.out[i]); i++ }); n > 0 {
			t.Errorf("suite %x: %v allocations a packet", suite, n)
		}
	}
}

type quiet struct{}

func (quiet) Open(*Stream, *Mark) StreamHandler       { return quiet{} }
func (quiet) Datagram(Side, []byte, *Mark)            {}
func (quiet) Closed(*Mark)                            {}
func (quiet) Data(Side, []byte, *Mark)                {}
func (quiet) Gap(Side, int64, assembly.Cause, *Mark)  {}
func (quiet) End(Side, assembly.Cause, uint64, *Mark) {}
func (quiet) Stop(Side, uint64, *Mark)                {}

// BenchmarkOpen measures what opening a megabyte in packets of 1200 bytes takes.
func BenchmarkOpen(b *testing.B) {
	for _, suite := range suites {
		b.Run(fmt.Sprintf("%x", suite), func(b *testing.B) {
			p := newPeers(Version1, suite, nil, []byte("server01"))
			for i := range 1000 {
				p.short(assembly.A, streamFrame(0, uint64(i)*1200, make([]byte, 1200), false))
			}
			b.SetBytes(1000 * 1200)
			for b.Loop() {
				a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return quiet{} }}
				for _, s := range p.out {
					a.Datagram(s)
				}
			}
		})
	}
}
