package quic_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/assembly"
	"wscope/assembly/capture"
	"wscope/assembly/h3"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/quic"
	"wscope/assembly/tlsopen"
)

// bodies keeps what HTTP/3's DATA frames carry on the streams that the client of a connection opens.
type bodies struct {
	t    *testing.T
	sent [2][]byte // by side
}

func (b *bodies) Open(s *quic.Stream, _ *quic.Mark) quic.StreamHandler {
	if s.ID%4 != 0 {
		return nil
	}
	return &body{bodies: b}
}
func (b *bodies) Datagram(quic.Side, []byte, *quic.Mark) {}
func (b *bodies) Closed(*quic.Mark)                      {}

type body struct {
	*bodies
	frames [2]h3.Frame
}

func (o *body) Data(x quic.Side, b []byte, _ *quic.Mark) {
	f := &o.frames[x]
	for len(b) > 0 {
		if !f.In {
			b = f.Head(b)
		}
		if !f.In {
			continue
		}
		var piece []byte
		piece, b = f.Take(b)
		if f.Kind == h3.FrameData {
			o.sent[x] = append(o.sent[x], piece...)
		}
		if f.Left == 0 {
			f.Done()
		}
	}
}

func (o *body) Gap(x quic.Side, n int64, _ assembly.Cause, _ *quic.Mark) {
	o.t.Errorf("%d bytes of side %d are missing", n, x)
}
func (o *body) End(quic.Side, assembly.Cause, uint64, *quic.Mark) {}
func (o *body) Stop(quic.Side, uint64, *quic.Mark)                {}

// odd is what a recording in testdata/peers/ngtcp2 shows.
var odd = map[string]func(c *quic.Conn) bool{
	"basic":     func(c *quic.Conn) bool { return !c.Retried && c.Version == quic.Version1 },
	"aes256":    func(c *quic.Conn) bool { return c.TLS.Info().Cipher == "TLS_AES_256_GCM_SHA384" },
	"chacha":    func(c *quic.Conn) bool { return c.TLS.Info().Cipher == "TLS_CHACHA20_POLY1305_SHA256" },
	"retry":     func(c *quic.Conn) bool { return c.Retried },
	"early":     func(c *quic.Conn) bool { return c.Early == c.TLS.Info().EarlyData },
	"keyupdate": func(c *quic.Conn) bool { return c.KeyUpdates[0] == 1 && c.KeyUpdates[1] == 1 },
	"migration": func(c *quic.Conn) bool { return c.Migrations == 1 && c.Rebinds == 0 },
	"rebinding": func(c *quic.Conn) bool { return c.Migrations == 0 && c.Rebinds == 1 },
	// The client begins anew from another port: nothing tells that what was offered was offered to it.
	"negotiation": func(c *quic.Conn) bool { return c.Version == quic.Version1 && len(c.Offered) == 0 },
	"lossy":       func(c *quic.Conn) bool { return c.Counts(assembly.A).Repeated > 0 },
}

// TestAnotherMaker reads the connections of ngtcp2's client, which logs the secrets of its 0-RTT packets: every packet is
// opened, every byte of STREAM frames is accounted for, and the bodies are what both ends knew.
func TestAnotherMaker(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/peers/ngtcp2/*.pcap")
	if err != nil || len(paths) != len(odd) {
		t.Fatalf("%d recordings, %v", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".pcap")
		t.Run(name, func(t *testing.T) { readsWhole(t, path, odd[name]) })
	}
}

func readsWhole(t *testing.T, path string, shows func(*quic.Conn) bool) {
	var truth struct {
		Messages []struct {
			Length int
			SHA256 string
		}
	}
	b, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".truth.json")
	if err != nil || json.Unmarshal(b, &truth) != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(strings.TrimSuffix(path, ".pcap") + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	keys := tlsopen.NewKeys()
	keys.Add(log)
	var all []*bodies
	conns := 0
	a := &quic.Assembler{Keys: keys, New: func(*quic.Conn) quic.Handler {
		all = append(all, &bodies{t: t})
		return all[len(all)-1]
	}}
	a.Over = func(c *quic.Conn, _ *quic.Mark) {
		conns++
		for x := assembly.A; x <= assembly.B; x++ {
			n := c.Counts(x)
			if n.StreamBytes != n.Delivered+n.Repeated+n.Unwanted || n.Lost != 0 || n.Opened == 0 || n.Unopened != 0 {
				t.Errorf("side %d: %+v", x, n)
			}
		}
		if !shows(c) {
			t.Errorf("%d updates, %d moves, %d rebindings, early %v, retry %v, offered %v, %+v", c.KeyUpdates, c.Migrations, c.Rebinds, c.Early, c.Retried, c.Offered, c.TLS.Info())
		}
	}
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	d := &link.Decoder{WantUDP: func(*link.Segment) bool { return true }}
	var last quic.Mark
	for batch := new(packet.Batch); ; {
		if err := src.Read(batch); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range batch.Packets {
			var s link.Segment
			if d.Decode(&batch.Packets[i], &s) && s.UDP {
				a.Datagram(&s)
				last = s.Mark
			}
		}
	}
	last.Index++
	a.Finish(&last)
	if 2*conns != len(truth.Messages) || len(all) != conns {
		t.Fatalf("%d connections, of which %d speak, %d bodies were sent", conns, len(all), len(truth.Messages))
	}
	for _, b := range all {
		for x, got := range b.sent {
			if sum := sha256.Sum256(got); hex.EncodeToString(sum[:]) != truth.Messages[0].SHA256 {
				t.Errorf("side %d: a body of %d bytes, %d were sent", x, len(got), truth.Messages[0].Length)
			}
		}
	}
}
