package quic

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"testing"

	"wscope/assembly"
)

// FuzzFrames reads arbitrary frames as a peer with the keys could send them.
func FuzzFrames(f *testing.F) {
	f.Add(streamFrame(0, 0, []byte("hello"), true))
	f.Add(ackFrame(5, 5))
	f.Add([]byte{frameNewID, 1, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{frameCloseApp, 1, 2, 'h', 'i'})
	f.Add(append(streamFrame(0, 1<<40, []byte("far"), false), streamFrame(4, 9, nil, true)...))
	f.Add([]byte{frameAck, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0xbf, 0xff, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := newPeers(Version1, suiteAES128, nil, []byte("server01"))
		l := &counter{}
		a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return l }}
		for _, s := range p.out {
			a.Datagram(s)
		}
		p.out = nil
		for len(b) > 0 {
			n := min(len(b), 1000)
			p.short(Side(b[0]&1), b[:n])
			b = b[n:]
		}
		for _, s := range p.out {
			a.Datagram(s)
		}
		a.Tick(2e18, &Mark{Time: 2e18})
		a.Finish(&Mark{Time: 2e18})
		if a.held != 0 || l.open != 0 {
			t.Errorf("%d bytes held, %d directions open", a.held, l.open)
		}
	})
}

// counter counts the directions that were opened and did not end.
type counter struct{ open int }

func (c *counter) Open(s *Stream, _ *Mark) StreamHandler {
	c.open++
	if s.Bidirectional() {
		c.open++
	}
	return c
}
func (c *counter) Datagram(Side, []byte, *Mark)            {}
func (c *counter) Closed(*Mark)                            {}
func (c *counter) Data(Side, []byte, *Mark)                {}
func (c *counter) Gap(Side, int64, assembly.Cause, *Mark)  {}
func (c *counter) End(Side, assembly.Cause, uint64, *Mark) { c.open-- }
func (c *counter) Stop(Side, uint64, *Mark)                {}

// FuzzPackets reads arbitrary datagrams, alone and behind a real handshake.
func FuzzPackets(f *testing.F) {
	p := newPeers(Version2, suiteChaCha20, nil, []byte("server01"))
	for _, s := range p.out {
		f.Add(s.Payload, true)
	}
	f.Add([]byte{0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, false)
	f.Fuzz(func(t *testing.T, b []byte, behind bool) {
		a := &Assembler{Keys: p.store()}
		r := Router{Shards: 16}
		if behind {
			for _, s := range p.out {
				a.Datagram(s)
			}
		}
		for x := assembly.A; x <= assembly.B; x++ {
			s := segment(x, b, 9)
			if n, ok := r.Route(s); ok && (n < Everyone || n > 15) {
				t.Errorf("shard %d", n)
			}
			a.Datagram(s)
		}
		a.Finish(&Mark{})
	})
}

// TestEveryPrefix reads every prefix of each packet of a connection, and of each packet with
// the capture's cut known.
func TestEveryPrefix(t *testing.T) {
	p := newPeers(Version1, suiteAES256, []byte("c"), []byte("server01"))
	conversation(rand.New(rand.NewPCG(1, 1)), p)
	for _, known := range []bool{false, true} {
		a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return quiet{} }}
		for _, s := range p.out[:12] {
			for n := range len(s.Payload) {
				cut := *s
				cut.Payload = s.Payload[:n]
				if known {
					cut.Missing = len(s.Payload) - n
				}
				a.Datagram(&cut)
			}
			a.Datagram(s)
		}
		a.Finish(&Mark{})
	}
}

// TestClaimsCostNothing holds a hostile peer to bounded memory: streams by the thousand, offsets
// far beyond what was sent, acknowledgements of everything.
func TestClaimsCostNothing(t *testing.T) {
	p := newPeers(Version1, suiteAES128, nil, []byte("server01"))
	for i := range uint64(30000) {
		p.short(assembly.A, append(streamFrame(i*4, 1<<50+i, bytes.Repeat([]byte{1}, 50), false), ackFrame(i*3, 0)...))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	a := &Assembler{Keys: p.store(), New: func(*Conn) Handler { return quiet{} }}
	for _, s := range p.out {
		a.Datagram(s)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d bytes for a hostile connection", grown)
	}
	a.Finish(&Mark{})
}
