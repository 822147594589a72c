package main

import (
	"fmt"
	"io"
	"math/rand/v2"
)

// plan is what the flags ask for.
type plan struct {
	kind                      string
	tls, http2, http3         bool
	other                     float64
	use                       *use // nil where kind is one of constant size
	size                      int
	conns, atOnce, messages   int
	total                     int64
	mss, mtu, snaplen         int
	reorder, retransmit, loss float64
	seed                      uint64
	format                    string
}

// check says what of the plan cannot be, and fills in what is not set.
func (p *plan) check() error {
	p.use = useNamed(p.kind)
	switch {
	case p.use == nil && p.kind != "text" && p.kind != "binary" && p.kind != "deflate":
		return fmt.Errorf("no such -kind: %q", p.kind)
	case p.format != "pcap" && p.format != "pcapng":
		return fmt.Errorf("no such -format: %q", p.format)
	case p.http3 && (p.tls || p.http2):
		return fmt.Errorf("-http3 is in QUIC, without -tls and -http2")
	case p.conns < 1 || p.conns > maxConns:
		return fmt.Errorf("-conns %d is not from 1 to %d", p.conns, maxConns)
	case p.size < 0 || p.size > 1<<30:
		return fmt.Errorf("-size %d is not from 0 to %d", p.size, 1<<30)
	case p.mss < 1 || p.mss > 65000:
		return fmt.Errorf("-mss %d is not from 1 to 65000", p.mss)
	case p.mtu != 0 && p.mtu < 68:
		return fmt.Errorf("-mtu %d is less than the 68 of RFC 791", p.mtu)
	case p.other < 0 || p.other > 99:
		return fmt.Errorf("-other %g is not from 0 to 99", p.other)
	case p.other > 0 && p.use == nil:
		return fmt.Errorf("-other needs one of the kinds %s", useNames())
	case p.snaplen < 0 || p.atOnce < 0 || p.messages < 0:
		return fmt.Errorf("a count is less than 0")
	}
	if p.atOnce == 0 || p.atOnce > p.conns {
		p.atOnce = p.conns
	}
	if p.messages == 0 && p.total == 0 {
		p.messages = 10
	}
	return nil
}

// generator carries out a plan: it takes turns among the conversations that are open.
type generator struct {
	plan
	*rand.Rand
	out         *file
	keys        io.Writer
	texts       texts
	open        []conversation
	begun       int // conversations so far
	scraps      scraps
	certificate []byte // a TLS Certificate message

	runs         [][][]byte // market: compressed messages
	marketSerial uint64
	noises       []byte

	strangers  []conversation // that carry no WebSocket
	strange    int64          // bytes of theirs
	strangeIDs int
}

// scraps are buffers for one message on its way down.
type scraps struct{ frame, record, data, text, body, packet, datagram []byte }

// generate writes the capture, and the keys if there are any.
func (p plan) generate(out, keys io.Writer) error {
	g := &generator{plan: p, Rand: rand.New(rand.NewPCG(p.seed, 6455)), keys: keys}
	g.out = newFile(out, p.format == "pcapng", p.snaplen)
	if err := g.prepare(); err != nil {
		return err
	}
	if g.tls || g.http3 {
		if err := g.certify(); err != nil {
			return err
		}
	}
	g.open = make([]conversation, p.atOnce)
	if g.use != nil {
		g.converse()
		return g.out.close()
	}
	for left := len(g.open); left > 0 && g.out.err == nil; {
		for i := range g.open {
			c := &g.open[i]
			if c.stage == over {
				continue
			}
			if !g.turn(c) {
				left--
			}
		}
	}
	return g.out.close()
}

// turn takes a conversation one step further: its beginning, a message, or its end,
// after which another takes its place. It says whether there is any.
func (g *generator) turn(c *conversation) bool {
	full := g.total > 0 && g.out.written >= g.total
	switch {
	case c.stage == idle && (full || g.begun == g.conns):
		c.stage = over
		return false
	case c.stage == idle:
		*c = conversation{id: g.begun, stage: talking}
		g.begun++
		g.begin(c)
		g.upgrade(c)
		if g.use != nil && g.use.begin != nil {
			g.use.begin(g, c)
		}
	case full || g.messages > 0 && c.sent >= g.messages:
		g.farewell(c)
		c.stage = idle
	case g.use != nil:
		g.use.speak(g, c)
	default:
		g.message(c)
		c.sent++
	}
	return true
}

// begin makes what a WebSocket is carried by.
func (g *generator) begin(c *conversation) {
	if g.http3 {
		g.connectQUIC(c)
		return
	}
	g.connect(c)
	if g.tls {
		g.secure(c)
	}
}

// chance is true in percent of all cases.
func (g *generator) chance(percent float64) bool {
	return percent > 0 && g.Float64()*100 < percent
}
