package pcapng

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"wscope/assembly/capture"
	"wscope/assembly/link"
	"wscope/assembly/packet"
)

// Second is what the second pass needs.
type Second struct {
	Source      packet.Source // the same inputs as in the first
	Link        *link.Decoder // with the options of the first
	KeyLog      []byte        // NSS key log lines that were given beside the capture
	Application string        // the name and version of the program
}

// secretsTLS is the type of a key log in a Decryption Secrets Block.
const secretsTLS = 0x544c534b

// Copy writes the packets of the wanted flows. It ends early with ctx's error.
func (n *Notes) Copy(ctx context.Context, w io.Writer, o Second) error {
	n.comments.sorted()
	out := capture.NewWriter(w, capture.WriterOptions{
		Application: o.Application,
		Comment:     fmt.Sprintf("packets of %d WebSocket flows, with what wscope found as packet comments", len(n.flows)),
	})
	c := &copier{notes: n, link: o.Link, out: out, src: o.Source}
	c.link.WantUDP = func(s *link.Segment) bool { return n.wanted(s, c.tunnel(s.Key.Tunnel)) }
	if err := c.secrets(o.KeyLog); err != nil {
		return err
	}
	var b packet.Batch
	for {
		switch err := o.Source.Read(&b); {
		case err == io.EOF:
			return out.Flush()
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if err := c.batch(&b); err != nil {
			return err
		}
	}
}

// copier is the second pass under way.
type copier struct {
	notes     *Notes
	link      *link.Decoder
	out       *capture.Writer
	src       packet.Source
	fragments []packet.Packet // not yet known whose; their bytes are copies
	tunnels   map[uint32]string
	comments  []string
	told      map[string]bool // lines of secrets that were written
}

// maxFragments is how many IP fragments wait for the one that completes their datagram.
const maxFragments = 256

func (c *copier) batch(b *packet.Batch) error {
	secret := 0
	for i := range b.Packets {
		for ; secret < len(b.Secrets) && b.Secrets[secret].Before <= i; secret++ {
			if err := c.block(&b.Secrets[secret]); err != nil {
				return err
			}
		}
		if err := c.packet(&b.Packets[i]); err != nil {
			return err
		}
	}
	for ; secret < len(b.Secrets); secret++ {
		if err := c.block(&b.Secrets[secret]); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) packet(p *packet.Packet) error {
	var s link.Segment
	fragments := c.link.Stats.Fragments
	segment := c.link.Decode(p, &s)
	fragment := c.link.Stats.Fragments != fragments
	switch {
	case segment && c.notes.wanted(&s, c.tunnel(s.Key.Tunnel)):
		if fragment {
			for i := range c.fragments {
				if err := c.write(&c.fragments[i]); err != nil {
					return err
				}
			}
			c.fragments = c.fragments[:0]
		}
		return c.write(p)
	case fragment && !segment:
		held := *p
		held.Data = append([]byte(nil), p.Data...)
		if len(c.fragments) == maxFragments {
			c.fragments = c.fragments[:copy(c.fragments, c.fragments[1:])]
		}
		c.fragments = append(c.fragments, held)
	}
	return nil
}

// write writes a packet with what there is to say on it.
func (c *copier) write(p *packet.Packet) (err error) {
	file := ""
	if files := c.src.Files(); len(files) > 1 {
		file = files[p.File]
	}
	c.comments, err = c.notes.comments.take(c.comments[:0], file, p.Number, c.notes.flows)
	if err != nil {
		return err
	}
	return c.out.Packet(p, c.comments...)
}

func (c *copier) tunnel(number uint32) string {
	if number == 0 {
		return ""
	}
	name, ok := c.tunnels[number]
	if !ok {
		if c.tunnels == nil {
			c.tunnels = map[uint32]string{}
		}
		name = c.link.TunnelName(number)
		c.tunnels[number] = name
	}
	return name
}

func (c *copier) block(s *packet.Secrets) error {
	if s.Type != secretsTLS {
		return nil
	}
	return c.secrets(s.Data)
}

// secrets writes those lines of a key log that open a wanted flow, each once.
func (c *copier) secrets(keyLog []byte) error {
	var lines []byte
	for line := range bytes.Lines(keyLog) {
		line = bytes.TrimSpace(line)
		fields := bytes.Fields(line)
		if len(fields) != 3 || !c.notes.randoms[strings.ToLower(string(fields[1]))] || c.told[string(line)] {
			continue
		}
		if c.told == nil {
			c.told = map[string]bool{}
		}
		c.told[string(line)] = true
		lines = append(append(lines, line...), '\n')
	}
	if len(lines) == 0 {
		return nil
	}
	return c.out.Secrets(packet.Secrets{Type: secretsTLS, Data: lines})
}
