package wsparse

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBudgetBoundsUnfinishedMessages feeds messages of many Streams in turn, in pieces of any size, most of which do not
// end before the others have begun: what is kept never passes the limit, and every message is counted right.
func TestBudgetBoundsUnfinishedMessages(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := NewBudget(1 << 20)
		type peer struct {
			s    *Stream
			data []byte
			want uint64
			got  []Message
		}
		var peers []*peer
		for range 2 + r.IntN(12) {
			text := strings.Repeat("some text ", r.IntN(60000))
			p := &peer{s: NewStream(StreamConfig{From: FromClient, Collect: true, Deflate: bothDeflate, Budget: b}), want: uint64(len(text))}
			if r.IntN(2) == 0 {
				p.data = AppendFrame(nil, Header{Finished: true, Reserved: 4, Opcode: Text, IsMasked: true, MaskKey: 5}, newDeflater(true).message(text))
			} else {
				p.data = frame(Text, true, 7, text)
			}
			peers = append(peers, p)
		}
		for left := len(peers); left > 0; {
			p := peers[r.IntN(len(peers))]
			if len(p.data) == 0 {
				continue
			}
			n := min(len(p.data), 1+r.IntN(40000))
			p.s.Feed(p.data[:n])
			if p.data = p.data[n:]; len(p.data) == 0 {
				left--
			}
			var ev Event
			for p.s.Next(&ev) {
				if ev.Kind == MessageDone {
					p.got = append(p.got, *ev.Message)
				}
			}
			kept := 0
			for _, other := range peers {
				if i := b.find(other.s); i >= 0 {
					kept += b.open[i].kept
				}
			}
			if kept != b.kept || kept > 1<<20 {
				t.Fatalf("seed %d: %d bytes are counted, %d in all", seed, kept, b.kept)
			}
		}
		over := int64(0)
		for _, p := range peers {
			if len(p.got) != 1 || p.got[0].Length != p.want {
				t.Fatalf("seed %d: %d messages, of %d bytes", seed, len(p.got), p.want)
			}
			if !p.got[0].Complete {
				over++
			}
		}
		if over != b.GivenUp() || b.kept != 0 || len(b.open) != 0 {
			t.Errorf("seed %d: %d not complete, %d given up, %d bytes still counted", seed, over, b.GivenUp(), b.kept)
		}
	}
}

// TestBudgetGivesUpWhatInflatesWithoutEnd looks at one message that becomes a thousand times as long.
func TestBudgetGivesUpWhatInflatesWithoutEnd(t *testing.T) {
	b := NewBudget(DefaultMaxMessage)
	s := NewStream(StreamConfig{From: FromClient, Collect: true, Deflate: bothDeflate, Budget: b, Hash: true})
	data := AppendFrame(nil, Header{Finished: true, Reserved: 4, Opcode: Binary, IsMasked: true, MaskKey: 5}, newDeflater(true).message(strings.Repeat("\x00", 15<<20)))
	var ev Event
	for len(data) > 0 {
		n := min(len(data), 1400)
		s.Feed(data[:n])
		data = data[n:]
		for s.Next(&ev) {
			if ev.Kind == MessageDone {
				if m := ev.Message; m.Complete || m.Length != 15<<20 || m.SHA256 == nil || len(m.Data) != 0 {
					t.Errorf("complete %v, length %d, %d bytes", m.Complete, m.Length, len(m.Data))
				}
			}
		}
	}
	if b.GivenUp() != 1 {
		t.Errorf("%d messages were given up", b.GivenUp())
	}
}

// TestLookKeepsShortMessagesAlone is what a reader gets that only looks into messages.
func TestLookKeepsShortMessagesAlone(t *testing.T) {
	for _, n := range []int{10, 1000, 1001, 100000} {
		s := NewStream(StreamConfig{From: FromServer, Collect: true, Budget: NewLook(1<<30, 1000)})
		data := frame(Text, true, 0, repeat(n))
		var ev Event
		for len(data) > 0 {
			s.Feed(data[:1])
			data = data[1:]
			for s.Next(&ev) {
				if ev.Kind == MessageDone && (!ev.Message.Complete || len(ev.Message.Data) > 0 != (n <= 1000)) {
					t.Errorf("%d bytes: complete %v, %d bytes kept", n, ev.Message.Complete, len(ev.Message.Data))
				}
			}
		}
	}
}
