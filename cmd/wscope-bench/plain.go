package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/gobwas/ws"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/google/gopacket/reassembly"
)

// plain is the straightforward program: what one writes in an hour with well-known
// libraries. It decodes with NewPacket, reassembles, passes over the HTTP heads, reads and
// unmasks frames and counts messages. It checks nothing and inflates nothing.
func plain(path string) error {
	count := &counter{}
	if err := count.read(path); err != nil {
		return err
	}
	fmt.Println(count.flows, "flows,", count.frames, "frames,", count.messages, "messages,", count.bytes, "bytes")
	return nil
}

// read counts what is in a capture.
func (count *counter) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		return err
	}
	asm := reassembly.NewAssembler(reassembly.NewStreamPool(count))
	packets := gopacket.NewPacketSource(r, r.LinkType())
	packets.Lazy, packets.NoCopy = true, true
	for {
		p, err := packets.NextPacket()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok {
			continue
		}
		asm.AssembleWithContext(p.NetworkLayer().NetworkFlow(), tcp, &context{p.Metadata().CaptureInfo})
	}
	asm.FlushAll()
	return nil
}

type context struct{ info gopacket.CaptureInfo }

func (c *context) GetCaptureInfo() gopacket.CaptureInfo { return c.info }

// counter is the factory of the streams and what they count.
type counter struct {
	flows, frames, messages, bytes int64

	compressed func(sender int64, payload []byte) // takes the payload of each whole compressed message; nil for none
}

func (c *counter) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	c.flows++
	return &conversation{count: c, number: c.flows}
}

// conversation is one TCP connection.
type conversation struct {
	count  *counter
	number int64
	sides  [2]struct {
		begun bool // the HTTP head is behind
		rest  []byte
	}
}

func (c *conversation) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}

func (c *conversation) ReassemblyComplete(reassembly.AssemblerContext) bool { return true }

func (c *conversation) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	dir, _, _, _ := sg.Info()
	s, sender := &c.sides[0], 2*c.number
	if dir == reassembly.TCPDirServerToClient {
		s, sender = &c.sides[1], sender+1
	}
	b := append(s.rest, sg.Fetch(n)...)
	if !s.begun {
		head := bytes.Index(b, []byte("\r\n\r\n"))
		if head < 0 {
			s.rest = b
			return
		}
		s.begun, b = true, b[head+4:]
	}
	for {
		r := bytes.NewReader(b)
		h, err := ws.ReadHeader(r)
		if err != nil || int64(r.Len()) < h.Length {
			break
		}
		at := len(b) - r.Len()
		payload := b[at : at+int(h.Length)]
		if h.Masked {
			ws.Cipher(payload, h.Mask, 0)
		}
		c.count.frames++
		c.count.bytes += h.Length
		if h.Fin {
			c.count.messages++
			if c.count.compressed != nil && h.Rsv1() {
				c.count.compressed(sender, payload)
			}
		}
		b = b[at+int(h.Length):]
	}
	s.rest = append(s.rest[:0], b...)
}
