package assembly

import (
	"testing"

	"wscope/assembly/link"
)

// FuzzAssembler reads its input as a program: each 4 bytes make a segment of one of two
// connections, whose place, length and flags the bytes say; some make a Tick. What comes
// out is held against a model that knows which byte was captured first at each place.
// Streams are short and lie across the wrap.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 8, 0, 0, 1, 16, 0, 5, 0, 16, 5, 5, 0})
	f.Add([]byte{0, 0, 0, 1, 8, 0, 0, 1, 16, 5, 5, 0, 16, 0, 9, 0, 24, 10, 0, 0, 255, 0, 0, 0})
	f.Add([]byte{16, 9, 9, 0, 16, 3, 30, 3, 16, 40, 1, 2, 24, 3, 0, 9, 16, 4, 4, 4})
	f.Fuzz(func(t *testing.T, program []byte) {
		program = program[:min(len(program), 400)]
		run(t, program, 1<<30)
		run(t, program, 3000) // a buffer that holds three pieces
	})
}

// model is what one stream may say: for each place the first copy captured.
type model struct {
	t     *testing.T
	name  string
	first [512]int // -1 where no copy was captured
	pos   int
	known bool // the stream's beginning is known; else bytes are not compared
	ended int
}

type pair [2]*model

func (p pair) Data(x Side, b []byte, at *Mark) {
	m := p[x]
	if m.ended > 0 || len(b) == 0 {
		m.t.Fatalf("%s: %d bytes at %d, ended %d times", m.name, len(b), m.pos, m.ended)
	}
	for i, v := range b {
		if m.known && m.first[m.pos+i] != int(v) {
			m.t.Fatalf("%s: byte %d at %d, first captured %d", m.name, v, m.pos+i, m.first[m.pos+i])
		}
	}
	m.pos += len(b)
}

func (p pair) Gap(x Side, n int64, why Cause, at *Mark) {
	m := p[x]
	if m.ended > 0 || n == 0 || n < -1 {
		m.t.Fatalf("%s: gap of %d at %d, ended %d times", m.name, n, m.pos, m.ended)
	}
	if n < 0 {
		m.known = false
		return
	}
	for i := range int(n) {
		if m.known && why != Limit && m.first[m.pos+i] >= 0 {
			m.t.Fatalf("%s: %d told missing at %d, captured as %d", m.name, n, m.pos+i, m.first[m.pos+i])
		}
	}
	m.pos += int(n)
}

func (p pair) End(x Side, why Cause, at *Mark) { p[x].ended++ }

// run interprets a program: [connection, side, kind] in the first byte, then place,
// length, and a value that the payload and the ACK are made of.
func run(t *testing.T, program []byte, buffer int) {
	var pairs []pair
	s := newSim()
	s.Limits = Limits{ConnBuffer: buffer, TotalBuffer: 2 * buffer}
	s.isn = [2]uint32{0xffffffff - 100, 0xffffffff - 7}
	current, met := map[uint16]pair{}, map[uint16]bool{}
	var conns ledger
	fresh := func(port uint16) pair {
		p := pair{{t: t, name: "A", known: true}, {t: t, name: "B", known: true}}
		for _, m := range p {
			for i := range m.first {
				m.first[i] = -1
			}
		}
		current[port] = p
		pairs = append(pairs, p)
		return p
	}
	s.New = func(c *Conn) Handler {
		port := min(c.Key.SrcPort, c.Key.DstPort) & 1
		p := current[port]
		if met[port] { // the connection ended and goes on: nothing is known of it
			p = fresh(port)
			p[A].known, p[B].known = false, false
		}
		met[port] = true
		return p
	}
	for ; len(program) >= 4; program = program[4:] {
		op, place, length, v := program[0], int(program[1]), int(program[2])%64, program[3]
		if op == 255 {
			s.tick(int64(v) * ms)
			continue
		}
		s.port = 2 + uint16(op&1)
		x := Side(op >> 1 & 1)
		p, ok := current[s.port&1]
		if !ok {
			p = fresh(s.port & 1)
			s.syn(A)
			s.syn(B)
		}
		seg := s.segment(x, 0, place, "")
		if op&4 != 0 {
			seg.Flags |= link.ACK
			seg.Ack = s.isn[x.Other()] + 1 + uint32(v)
		}
		if op&8 != 0 && v == 77 {
			seg.Flags |= link.FIN
		}
		if op&16 != 0 && v == 78 {
			seg.Flags |= link.RST
		}
		if c, side := s.conns.find(s.conns.sum(&seg.Key), &seg.Key); c != nil && side == x {
			// A byte that was told missing, or that lies behind the end, comes too late.
			pos := p[x].pos
			for i := range length {
				b := byte(place+i) + v>>6
				seg.Payload = append(seg.Payload, b)
				probe := length == 1 && place+1 == pos
				if seg.Flags&link.RST != 0 { // a reason, and no part of the stream
					continue
				}
				if at := place + i; at >= pos && p[x].first[at] < 0 && p[x].ended == 0 && !probe {
					p[x].first[at] = int(b)
				}
			}
		}
		s.Segment(seg)
		conns.note(&s.Assembler, seg)
	}
	s.finish()
	if bad := conns.balance(); bad != "" {
		t.Fatal(bad)
	}
	for _, p := range pairs {
		for _, m := range p {
			if m.ended > 1 || p[0].ended != p[1].ended {
				t.Fatalf("%s ended %d times", m.name, m.ended)
			}
		}
	}
	if s.held != 0 || s.waiting.Len() != 0 || s.conns.used != 0 || s.Stats.Open != 0 {
		t.Fatalf("left: %d held, %d holds, %d connections", s.held, s.waiting.Len(), s.conns.used)
	}
}
