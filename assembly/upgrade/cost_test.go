package upgrade

import (
	"runtime"
	"strings"
	"testing"

	"wscope/assembly"
	"wscope/wsparse"
)

// sink takes everything and keeps nothing.
type sink struct{ bytes int }

func (s *sink) Answered(*assembly.Mark)                                 {}
func (s *sink) Data(_ wsparse.Role, b []byte, _ *assembly.Mark)         { s.bytes += len(b) }
func (s *sink) Gap(wsparse.Role, int64, assembly.Cause, *assembly.Mark) {}
func (s *sink) End(wsparse.Role, assembly.Cause, uint64, *assembly.Mark) {
}

func settledLane(s *sink) assembly.Handler {
	at := new(assembly.Mark)
	h := New(&assembly.Conn{Initiator: true}, &Hooks{Found: func(*WebSocket, *assembly.Mark) Receiver { return s }})
	h.Data(assembly.A, []byte(ask), at)
	h.Data(assembly.B, []byte(grant), at)
	return h
}

func TestFramesPassWithoutAllocation(t *testing.T) {
	h, at, b := settledLane(new(sink)), new(assembly.Mark), []byte(strings.Repeat(world, 200))
	if n := testing.AllocsPerRun(100, func() { h.Data(assembly.B, b, at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestHTTPPassesWithoutAllocation(t *testing.T) {
	at := new(assembly.Mark)
	h := New(&assembly.Conn{Initiator: true}, &Hooks{})
	question, answer := []byte(get), []byte("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n"+strings.Repeat("x", 20000))
	turn := func() {
		h.Data(assembly.A, question, at)
		for b := answer; len(b) > 0; b = b[min(1400, len(b)):] {
			h.Data(assembly.B, b[:min(1400, len(b))], at)
		}
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A million WebSockets may be open: what is kept of each beyond its handshake is small.
func TestOpenWebSocketIsSmall(t *testing.T) {
	const n = 2000
	s := new(sink)
	keep := make([]assembly.Handler, 0, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		keep = append(keep, settledLane(s))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	conn := uint64(1024) // of assembly.Conn, and some room
	if each := (after.HeapAlloc - before.HeapAlloc) / n; each > 300+conn {
		t.Errorf("%d bytes each", each)
	} else {
		t.Logf("%d bytes each, assembly.Conn included", each)
	}
	runtime.KeepAlive(keep)
}

func BenchmarkSettled(b *testing.B) {
	h, at, p := settledLane(new(sink)), new(assembly.Mark), []byte(world)
	for b.Loop() {
		h.Data(assembly.B, p, at)
	}
}

func BenchmarkPlainHTTP(b *testing.B) {
	at := new(assembly.Mark)
	h := New(&assembly.Conn{Initiator: true}, &Hooks{})
	q, a := []byte(get), []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 1000))
	b.SetBytes(int64(len(q) + len(a)))
	for b.Loop() {
		h.Data(assembly.A, q, at)
		h.Data(assembly.B, a, at)
	}
}
