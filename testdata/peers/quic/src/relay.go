package main

import (
	"encoding/binary"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

// relay stands between a client and a server, and is the tap of the recording.
type relay struct {
	s      *scenario
	front  *net.UDPConn // to which the client sends
	server *net.UDPAddr

	mu    sync.Mutex
	backs map[string]*net.UDPConn // by the client's address: from which the server hears
	n     int
	tap   int
	file  []captured
}

type captured struct {
	at       time.Time
	from, to *net.UDPAddr
	b        []byte
	size     int // of the datagrams in b, of the last one
	last     int
}

// continues reports whether a receiver's kernel would add a datagram to c, as generic receive
// offload does: of one direction, and of one size but the last.
func (c *captured) continues(b []byte, from, to *net.UDPAddr) bool {
	return c.from.String() == from.String() && c.to.String() == to.String() && c.last == c.size && len(b) <= c.size && len(c.b) < 20000 && time.Since(c.at) < 2*time.Millisecond
}

func newRelay(s *scenario, server *net.UDPAddr) (*relay, error) {
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	r := &relay{s: s, front: front, server: server, backs: map[string]*net.UDPConn{}}
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, from, err := front.ReadFromUDP(b)
			if err != nil {
				return
			}
			r.fromClient(append([]byte(nil), b[:n]...), from)
		}
	}()
	return r, nil
}

// bind gives a client a new address towards the server.
func (r *relay) bind(client *net.UDPAddr) *net.UDPConn {
	back, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		log.Fatal(err)
	}
	r.backs[client.String()] = back
	go func() {
		b := make([]byte, 1<<16)
		for {
			n, _, err := back.ReadFromUDP(b)
			if err != nil {
				return
			}
			r.fromServer(append([]byte(nil), b[:n]...), back, client)
		}
	}()
	return back
}

func (r *relay) fromClient(b []byte, from *net.UDPAddr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	back := r.backs[from.String()]
	if back == nil || r.n == r.s.rebind {
		back = r.bind(from)
	}
	r.see(b, back.LocalAddr().(*net.UDPAddr), r.server)
	for range r.times() {
		back.WriteToUDP(b, r.server)
	}
}

func (r *relay) fromServer(b []byte, at *net.UDPConn, client *net.UDPAddr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	r.see(b, r.server, at.LocalAddr().(*net.UDPAddr))
	for range r.times() {
		r.front.WriteToUDP(b, client)
	}
}

func (r *relay) times() int {
	if r.s.network == nil {
		return 1
	}
	return r.s.network(r.n)
}

// see writes a datagram down, as the scenario's capture would.
func (r *relay) see(b []byte, from, to *net.UDPAddr) {
	r.tap++
	times := 1
	if r.s.captured != nil {
		times = r.s.captured(r.tap)
	}
	if n := len(r.file); r.s.glue && n > 0 && r.file[n-1].continues(b, from, to) {
		r.file[n-1].b, r.file[n-1].last = append(r.file[n-1].b, b...), len(b)
		return
	}
	for range times {
		r.file = append(r.file, captured{time.Now(), from, to, b, len(b), len(b)})
	}
	if n := len(r.file); r.s.disorder && r.tap%3 == 0 && n > 6 {
		r.file[n-1], r.file[n-2] = r.file[n-2], r.file[n-1]
	}
}

// write makes the file: pcap of raw IPv4.
func (r *relay) write() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	out = append(out, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0)
	for _, p := range r.file {
		n := 28 + len(p.b)
		out = binary.LittleEndian.AppendUint32(out, uint32(p.at.Unix()))
		out = binary.LittleEndian.AppendUint32(out, uint32(p.at.Nanosecond()/1000))
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
		ip := []byte{0x45, 0, byte(n >> 8), byte(n), 0, 0, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1}
		sum := uint32(0)
		for i := 0; i < 20; i += 2 {
			sum += uint32(ip[i])<<8 | uint32(ip[i+1])
		}
		sum = sum>>16 + sum&0xffff
		sum += sum >> 16
		binary.BigEndian.PutUint16(ip[10:], ^uint16(sum))
		out = append(out, ip...)
		out = binary.BigEndian.AppendUint16(out, uint16(p.from.Port))
		out = binary.BigEndian.AppendUint16(out, uint16(p.to.Port))
		out = binary.BigEndian.AppendUint16(out, uint16(8+len(p.b)))
		out = append(out, 0, 0)
		out = append(out, p.b...)
	}
	return os.WriteFile(r.s.name+".pcap", out, 0o666)
}
