package wsparse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// model is a random conversation of one sender and what has to come out of it.
type model struct {
	r        *rand.Rand
	cfg      StreamConfig
	deflate  *deflater
	data     []byte
	frames   int
	messages []string // opcode and data, in the order of their last frames
}

func newModel(seed uint64) *model {
	m := &model{r: rand.New(rand.NewPCG(seed, 99))}
	m.cfg = StreamConfig{From: FromServer, Collect: true}
	if m.r.IntN(2) == 0 {
		m.cfg.From = FromClient
	}
	m.cfg.Frames, m.cfg.Payload = m.r.IntN(2) == 0, m.r.IntN(2) == 0
	if m.r.IntN(2) == 0 {
		takeover := m.r.IntN(2) == 0
		m.deflate = newDeflater(takeover)
		m.cfg.Deflate = &DeflateParams{!takeover, !takeover, 15, 15}
	}
	for range 1 + m.r.IntN(12) {
		if m.r.IntN(4) == 0 {
			m.control()
		} else {
			m.message()
		}
	}
	return m
}

// size is a length, those at which the header changes among them.
func (m *model) size() int {
	switch m.r.IntN(8) {
	case 0:
		return []int{0, 1, 125, 126, 127, 65535, 65536}[m.r.IntN(7)]
	case 1:
		return m.r.IntN(5000)
	}
	return m.r.IntN(150)
}

func (m *model) bytes(op Opcode, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(m.r.Uint32())
		if op == Text {
			p[i] = "abcdefgh ,.!"[p[i]%12]
		}
	}
	if op == Text && n > 20 {
		at := m.r.IntN(n - 4)
		copy(p[at:], []string{"é", "日", "😀"}[m.r.IntN(3)])
	}
	return p
}

func (m *model) frame(h Header, p []byte) {
	if m.cfg.From == FromClient {
		h.IsMasked, h.MaskKey = true, m.r.Uint32()
	}
	m.data = AppendFrame(m.data, h, p)
	m.frames++
}

func (m *model) control() {
	op := Ping + Opcode(m.r.IntN(2))
	p := m.bytes(Binary, m.r.IntN(126))
	m.frame(Header{Finished: true, Opcode: op}, p)
	m.messages = append(m.messages, op.String()+" "+string(p))
}

func (m *model) message() {
	op := Text + Opcode(m.r.IntN(2))
	p := m.bytes(op, m.size())
	h := Header{Opcode: op}
	want := op.String() + " " + string(p)
	if m.deflate != nil && m.r.IntN(4) > 0 {
		h.Reserved = 4
		p = m.deflate.message(string(p))
	}
	for m.r.IntN(3) == 0 {
		n := m.r.IntN(len(p) + 1)
		m.frame(h, p[:n])
		p, h = p[n:], Header{}
		for m.r.IntN(3) == 0 {
			m.control()
		}
	}
	h.Finished = true
	m.frame(h, p)
	m.messages = append(m.messages, want)
}

// check decodes the model, cut by pieces of random lengths up to piece.
func (m *model) check(t *testing.T, piece int) {
	t.Helper()
	s := NewStream(m.cfg)
	var ev Event
	var got []string
	var payload uint64
	frames, parts := 0, uint64(0)
	take := func() {
		for s.Next(&ev) {
			switch ev.Kind {
			case FramePart:
				if ev.Last {
					frames++
				}
				parts += ev.Len
				if m.cfg.Payload && uint64(len(ev.Payload)) != ev.Len {
					t.Fatalf("%d bytes given of %d", len(ev.Payload), ev.Len)
				}
			case MessageDone:
				msg := ev.Message
				if !msg.Complete || msg.Length != uint64(len(msg.Data)) || (msg.Opcode == Text) && !msg.ValidUTF8 {
					t.Fatalf("%+v", msg)
				}
				payload += msg.Payload
				got = append(got, msg.Opcode.String()+" "+string(msg.Data))
			default:
				t.Fatalf("%+v", ev)
			}
		}
	}
	for rest := m.data; len(rest) > 0; {
		n := min(len(rest), 1+m.r.IntN(piece))
		b := bytes.Clone(rest[:n])
		s.Feed(b)
		take()
		clear(b) // they are the caller's again
		rest = rest[n:]
	}
	s.End()
	take()
	if len(got) != len(m.messages) {
		t.Fatalf("%d messages, want %d", len(got), len(m.messages))
	}
	for i := range got {
		if got[i] != m.messages[i] {
			t.Fatalf("message %d: %.200q, want %.200q", i, got[i], m.messages[i])
		}
	}
	if m.cfg.Frames && (frames != m.frames || parts != payload) {
		t.Fatalf("%d frames of %d, %d payload bytes of %d", frames, m.frames, parts, payload)
	}
	if lost, n := s.Lost(); lost != 0 || n != 0 || s.Midway() || s.Held() != 0 || s.Offset() != int64(len(m.data)) {
		t.Fatalf("lost %d, %d, at %d of %d", lost, n, s.Offset(), len(m.data))
	}
}

func TestModel(t *testing.T) {
	for seed := range uint64(200) {
		m := newModel(seed)
		for _, piece := range []int{1 << 20, 1000, 7} {
			if piece == 7 && len(m.data) > 20000 {
				continue
			}
			m.check(t, piece)
		}
	}
}

func FuzzModel(f *testing.F) {
	f.Add(uint64(1), uint16(3))
	f.Add(uint64(2), uint16(60000))
	f.Fuzz(func(t *testing.T, seed uint64, piece uint16) { newModel(seed).check(t, int(piece)+1) })
}

// FuzzStream holds that any bytes give the same however they are cut, with and without a
// gap, and that a Stream holds little.
func FuzzStream(f *testing.F) {
	data, _ := chat()
	f.Add(data, uint16(5), uint16(300), uint8(0))
	f.Add(talk(1, 8, FromServer, Text), uint16(40), uint16(3), uint8(0xff))
	for _, test := range ruleTests {
		f.Add(test.breaks, uint16(3), uint16(0), uint8(2))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut, gap uint16, flags uint8) {
		cfg := StreamConfig{From: Role(flags % 3), Frames: true, Payload: flags&4 != 0, Collect: flags&8 != 0, MaxMessage: 1 << 16, Midstream: flags&16 != 0, Hash: flags&12 == 12}
		if flags&32 != 0 {
			cfg.Deflate = &DeflateParams{flags&64 != 0, flags&64 != 0, 9, 9}
		}
		at := min(int(cut), len(data))
		whole := drain(cfg, data)
		if strings.Contains(whole, "\nwhich is wrong\n") {
			t.Fatal(whole)
		}
		if got := drain(cfg, data, at); got != whole {
			t.Fatalf("cut at %d:\n%s\nwhole:\n%s", at, got, whole)
		}
		if len(data) < 400 {
			each := make([]int, len(data))
			for i := range each {
				each[i] = i
			}
			if got := drain(cfg, data, each...); got != whole {
				t.Fatalf("a byte at a time:\n%s\nwhole:\n%s", got, whole)
			}
		}
		if bad := unbalanced(cfg, data, at, min(at+int(gap), len(data)), flags&128 == 0); bad != "" {
			t.Fatal(bad)
		}
		_, s := gapped(cfg, data, at, min(at+int(gap), len(data)), flags&128 == 0)
		if lost, _ := s.Lost(); lost < 0 || s.Held() > searchWindow {
			t.Fatalf("lost %d, held %d", lost, s.Held())
		}
	})
}

// unbalanced says by how much the bytes fed are not those of frames and those unread, where data[from:to]
// are missing; empty where they balance.
func unbalanced(cfg StreamConfig, data []byte, from, to int, known bool) string {
	cfg.Frames = true
	s := NewStream(cfg)
	framed := int64(0)
	take := func() {
		var ev Event
		for s.Next(&ev) {
			if ev.Kind == FramePart || ev.Kind == MessageDone && ev.First {
				framed += int64(ev.Len)
				if ev.First {
					framed += int64(ev.Header.Size())
				}
			}
		}
	}
	s.Feed(data[:from])
	take()
	if to > from {
		n := int64(to - from)
		if !known {
			n = -1
		}
		s.Gap(n)
	}
	s.Feed(data[to:])
	take()
	s.End()
	take()
	before, behind := s.Unread()
	if fed := int64(len(data) - (to - from)); fed != framed+before+behind || before < 0 || behind < 0 {
		return fmt.Sprintf("%d bytes fed: %d are of frames, %d before them and %d behind are not", fed, framed, before, behind)
	}
	return ""
}

// FuzzFindBoundary holds that what is found can be decoded from there.
func FuzzFindBoundary(f *testing.F) {
	f.Add(talk(1, 8, FromServer, Text)[1:], uint8(0))
	f.Add(talk(1, 8, FromClient, Binary)[9:], uint8(1))
	f.Add(make([]byte, 100), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, from uint8) {
		got, ok := FindBoundary(b, Role(from%3))
		if !ok {
			return
		}
		if got.Offset < 0 || got.Offset >= len(b) || got.Confidence < 0.999 || got.Confidence > 1 {
			t.Fatalf("%+v", got)
		}
		if h, n := ParseHeader(b[got.Offset:]); n == 0 || h.IsMasked != got.Masked || h.Opcode.IsReserved() {
			t.Fatalf("%+v: %+v", got, h)
		}
	})
}

// FuzzMessage holds that slice and reader give the same, and what was read is what a
// Stream gives.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
	f.Add([]byte("\x01\x03Hel\x89\x00\x80\x02lo"))
	f.Add([]byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, rest, err := ParseMessage(b)
		c, err2 := ReadMessage(bytes.NewReader(b), 0)
		if err2 != ErrTooLong && err != err2 {
			t.Fatalf("%v, %v", err, err2)
		}
		if err != nil {
			return
		}
		if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", c) && len(a.Data()) > 0 {
			t.Fatalf("%+v, %+v", a, c)
		}
		s := NewStream(StreamConfig{Collect: true, Extended: true})
		s.Feed(b[:len(b)-len(rest)])
		var ev Event
		for s.Next(&ev) {
			if ev.Kind == MessageDone && ev.Message.Opcode == a.InitialFrame.Opcode && ev.Message.Offset == 0 &&
				!ev.Header.Opcode.IsControl() && !bytes.Equal(ev.Message.Data, a.Data()) {
				t.Fatalf("%q, %q", ev.Message.Data, a.Data())
			}
		}
	})
}
