//go:build windows || (darwin && cgo) || (cgo && libpcap)

package capture

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"wscope/assembly/packet"
)

// TestLiveLoopback captures a datagram on lo and then closes under a waiting Read.
func TestLiveLoopback(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := OpenLive(LiveOptions{Interfaces: []string{"lo"}, BPF: "udp port " + port(c), Immediate: true})
	if err != nil {
		t.Skip(err)
	}
	defer s.Close()
	for range 3 {
		if _, err := c.WriteTo([]byte("wscope live"), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	var b packet.Batch
	seen := int64(0)
	for seen < 3 {
		if err := s.Read(&b); err != nil {
			t.Fatal(err)
		}
		for i := range b.Packets {
			p := &b.Packets[i]
			if p.Index != seen || p.Number != seen+1 || p.Link != 1 || !bytes.Contains(p.Data, []byte("wscope live")) || p.Length != len(p.Data) {
				t.Fatalf("packet %+v", *p)
			}
			if d := time.Since(time.Unix(0, p.Time)); d < 0 || d > time.Hour {
				t.Fatalf("time %d", p.Time)
			}
			seen++
		}
	}
	if st := s.Stats(); len(st) != 1 || st[0].Interface != "lo" || st[0].Received < 3 {
		t.Errorf("stats %+v", st)
	}
	ended := make(chan error)
	go func() { ended <- s.Read(&b) }()
	time.Sleep(10 * time.Millisecond)
	s.Close()
	if err := <-ended; err != io.EOF {
		t.Errorf("Read after Close: %v", err)
	}
	if st := s.Stats(); st[0].Received < 3 {
		t.Errorf("stats after Close %+v", st)
	}
	if p := s.Problems(); len(p) != 0 {
		t.Errorf("problems %v", p)
	}
}

// TestLiveStopDrains stops captures right after packets were sent, when the kernel has not
// handed over the block that they are in: none is missing. The captures begin at different
// times, so that the stop comes at different times of their blocks.
func TestLiveStopDrains(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var taps []LiveSource
	for range 25 {
		s, err := OpenLive(LiveOptions{Interfaces: []string{"lo"}, BPF: "udp port " + port(c), Buffer: 1 << 20})
		if err != nil {
			t.Skip(err)
		}
		defer s.Close()
		taps = append(taps, s)
		time.Sleep(2 * time.Millisecond)
	}
	const sent = 7
	for range sent {
		if _, err := c.WriteTo([]byte("wscope live"), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range taps {
		s.Stop()
	}
	var all sync.WaitGroup
	for i, s := range taps {
		all.Go(func() {
			seen := 0
			for b := new(packet.Batch); s.Read(b) == nil; {
				seen += len(b.Packets)
			}
			if seen != sent {
				t.Errorf("capture %d: %d packets of %d", i, seen, sent)
			}
		})
	}
	all.Wait()
}

func port(c net.PacketConn) string {
	_, p, _ := net.SplitHostPort(c.LocalAddr().String())
	return p
}

func TestLiveErrors(t *testing.T) {
	if _, err := OpenLive(LiveOptions{}); err == nil {
		t.Error("no interface is no error")
	}
	if _, err := OpenLive(LiveOptions{Interfaces: []string{"no-such-interface"}}); err == nil {
		t.Error("an unknown interface is no error")
	}
	list, err := Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if i.Name == "lo" && (!i.Loopback || len(i.Addresses) == 0) {
			t.Errorf("lo is %+v", i)
		}
	}
}
