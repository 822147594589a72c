package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wscope/assembly"
	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// TestRead reads generated captures back, through the house's own capture, link and
// assembly, and finds in them what was asked for.
func TestRead(t *testing.T) {
	for _, flags := range []string{
		"",
		"-kind binary -size 70000",
		"-kind deflate -size 2000",
		"-format pcapng",
		"-mtu 576 -size 3000",
		"-size 1 -mss 1",
		"-reorder 10 -retransmit 10 -messages 300",
		"-conns 500 -at-once 7",
		"-size 0",
	} {
		t.Run(flags, func(t *testing.T) {
			args := append(strings.Fields("-conns 5 -messages 10"), strings.Fields(flags)...)
			p, _, _, err := parse(args, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			r := read(t, p)
			if want := p.conns * p.messages; r.messages != want || r.closes != 2*p.conns {
				t.Errorf("%d messages and %d Close frames, want %d and %d", r.messages, r.closes, want, 2*p.conns)
			}
			if r.conns != int64(p.conns) || r.gaps != 0 || r.fins != 2*p.conns || r.badSums != 0 {
				t.Errorf("%+v", r)
			}
			if (p.reorder > 0) != (r.outOfOrder > 0) || (p.retransmit > 0) != (r.again > 0) {
				t.Errorf("%d out of order, %d sent again", r.outOfOrder, r.again)
			}
		})
	}
}

// TestUse reads captures of each kind that looks like use, which are whole and of many sizes.
func TestUse(t *testing.T) {
	for _, u := range uses {
		for _, flags := range []string{"", "-reorder 5 -retransmit 5", "-other 80"} {
			p, _, _, err := parse(strings.Fields("-kind "+u.name+" -conns 20 -messages 12 "+flags), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if u.name == "files" {
				p.messages = 2
			}
			r := read(t, p)
			if r.messages < 20*p.messages && flags != "-other 80" || r.gaps != 0 || r.badSums != 0 {
				t.Errorf("%s %s: %+v", u.name, flags, r)
			}
			if (r.conns > 20) != (flags == "-other 80") {
				t.Errorf("%s %s: %d connections", u.name, flags, r.conns)
			}
		}
	}
}

// TestLoss finds gaps where the capture lacks segments, and the ends all the same.
func TestLoss(t *testing.T) {
	p, _, _, err := parse(strings.Fields("-conns 5 -messages 500 -loss 5"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if r := read(t, p); r.gaps < 50 || r.fins != 10 {
		t.Errorf("%+v", r)
	}
}

// result is what was read of a capture.
type result struct {
	conns, badSums, outOfOrder, again int64
	messages, closes, gaps, fins      int
}

func read(t *testing.T, p plan) (r result) {
	name := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.generate(f, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open([]string{name}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()

	var conns []*assembly.Conn
	a := assembly.Assembler{New: func(c *assembly.Conn) assembly.Handler {
		conns = append(conns, c)
		return &hopper{result: &r}
	}}
	d := link.Decoder{Checksum: true}
	var b packet.Batch
	var s link.Segment
	for {
		err := src.Read(&b)
		for i := range b.Packets {
			if d.Decode(&b.Packets[i], &s) {
				a.Segment(&s)
			}
		}
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if len(src.Problems()) > 0 {
		t.Errorf("%+v", src.Problems())
	}
	a.Finish(&packet.Mark{})
	r.conns, r.badSums = a.Stats.Conns, a.Stats.BadSums
	for _, c := range conns {
		for _, x := range []assembly.Side{assembly.A, assembly.B} {
			r.outOfOrder += c.Stats(x).OutOfOrder
			r.again += c.Stats(x).Retransmitted
		}
	}
	return r
}

// hopper counts the frames of a connection by their lengths alone.
type hopper struct {
	*result
	buf  [2][]byte
	head [2]bool
	lost [2]bool
}

func (h *hopper) Data(x assembly.Side, b []byte, at *assembly.Mark) {
	if h.lost[x] {
		return
	}
	h.buf[x] = append(h.buf[x], b...)
	if !h.head[x] {
		head, rest, ok := bytes.Cut(h.buf[x], []byte("\r\n\r\n"))
		if !ok {
			return
		}
		if !bytes.Contains(head, []byte("Upgrade: websocket")) {
			h.lost[x] = true
			return
		}
		h.head[x], h.buf[x] = true, rest
	}
	for {
		b := h.buf[x]
		if len(b) < 2 {
			return
		}
		head, n := 2, int(b[1]&127)
		switch {
		case n == 126 && len(b) >= 4:
			head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
		case n == 127 && len(b) >= 10:
			head, n = 10, int(binary.BigEndian.Uint64(b[2:]))
		case n >= 126:
			return
		}
		if b[1]&128 != 0 {
			head += 4
		}
		if len(b) < head+n {
			return
		}
		if b[0]&15 == opClose {
			h.closes++
		} else {
			h.messages++
		}
		h.buf[x] = b[head+n:]
	}
}

func (h *hopper) Gap(x assembly.Side, n int64, why assembly.Cause, at *assembly.Mark) {
	h.gaps++
	h.lost[x] = true
}

func (h *hopper) End(x assembly.Side, why assembly.Cause, at *assembly.Mark) {
	if why == assembly.FIN {
		h.fins++
	}
}

// TestSame gives the same bytes for the same flags, and others for another seed.
func TestSame(t *testing.T) {
	capture := func(args string) (string, string) {
		p, _, _, err := parse(strings.Fields(args), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var out, keys bytes.Buffer
		if err := p.generate(&out, &keys); err != nil {
			t.Fatal(err)
		}
		return out.String(), keys.String()
	}
	for _, args := range []string{"", "-kind deflate -reorder 5 -loss 5", "-tls", "-kind binary -format pcapng -mtu 600", "-kind chat -other 50 -tls -http2", "-kind market", "-kind mqtt -http2", "-http3", "-kind chat -http3 -loss 5 -reorder 5"} {
		one, keys := capture(args + " -messages 50 -conns 3")
		two, keys2 := capture(args + " -messages 50 -conns 3")
		other, _ := capture(args + " -messages 50 -conns 3 -seed 2")
		if one != two || keys != keys2 || one == other {
			t.Errorf("%q: the same seed %v, another %v", args, one == two, one == other)
		}
		if n := strings.Count(keys, "TRAFFIC_SECRET"); n != 0 && n != 12 {
			t.Errorf("%d keys for 3 connections", n)
		}
	}
}

// TestTotal stops at the size asked for.
func TestTotal(t *testing.T) {
	p, _, _, err := parse(strings.Fields("-conns 20 -total 1M"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.generate(&out, io.Discard); err != nil || out.Len() < 1e6 || out.Len() > 1.1e6 {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

// TestRun holds the command to its exit status and its words.
func TestRun(t *testing.T) {
	for _, tt := range []struct {
		args   string
		status int
		say    string
	}{
		{"-conns 1 -messages 1", 0, ""},
		{"-kind morse", 2, `wscope-gen: no such -kind: "morse"`},
		{"-total 5X", 2, `wscope-gen: no size: "5X"`},
		{"-other 50", 2, "-other needs one of the kinds chat"},
		{"-http3 -tls", 2, "-http3 is in QUIC"},
		{"-conns 0", 2, "-conns 0 is not from 1"},
		{"f.pcap", 2, `unexpected argument "f.pcap"`},
		{"-o /nowhere/f.pcap", 2, "no such file"},
	} {
		var out, errs bytes.Buffer
		if got := run(strings.Fields(tt.args), &out, &errs); got != tt.status || !strings.Contains(errs.String(), tt.say) {
			t.Errorf("%s: status %d, %q", tt.args, got, errs.String())
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, kind := range []string{"text", "deflate"} {
		b.Run(kind, func(b *testing.B) {
			p, _, _, err := parse(strings.Fields(fmt.Sprintf("-conns 100 -total 20M -kind %s", kind)), io.Discard)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(p.total)
			for range b.N {
				if err := p.generate(io.Discard, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
