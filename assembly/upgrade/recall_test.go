package upgrade_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"wscope/assembly"
	"wscope/assembly/link"
	"wscope/assembly/packet"
	"wscope/assembly/upgrade"
	"wscope/wsparse"
)

// said is a message as it was sent: in which packets, and by whom.
type said struct {
	client      bool
	first, last int64
	length      int
}

// midway makes a conversation of so many messages that was joined in its middle, and of which the
// capture lacks some packets, in percent.
func midway(r *rand.Rand, messages, loss int) (segs []link.Segment, all []said) {
	seq := [2]uint32{r.Uint32(), r.Uint32()}
	largest := []int{20, 200, 3000, 40000}[r.IntN(4)]
	time := int64(1e18)
	put := func(x int, b []byte) {
		time += int64(r.ExpFloat64() * 5e6)
		key := link.Key{SrcPort: 40000, DstPort: 80, Src: link.Addr{15: 1}, Dst: link.Addr{15: 2}}
		if x == 1 {
			key = key.Reverse()
		}
		s := link.Segment{Key: key, Flags: link.ACK | link.PSH, Seq: seq[x], Ack: seq[1-x], Window: 65535, Scale: -1, Payload: b}
		s.Mark = packet.Mark{Index: int64(len(segs)), Number: int64(len(segs) + 1), Time: time}
		seq[x] += uint32(len(b))
		segs = append(segs, s)
	}
	for range messages {
		x := r.IntN(2)
		payload := make([]byte, 1+r.IntN(largest))
		h := wsparse.Header{Finished: true, Opcode: wsparse.Text, IsMasked: x == 0, MaskKey: r.Uint32()}
		for i := range payload {
			payload[i] = "the quick brown fox {\"n\":1234}"[r.IntN(30)]
		}
		if r.IntN(3) == 0 {
			h.Opcode = wsparse.Binary
			for i := range payload {
				payload[i] = byte(r.Uint32())
			}
		}
		b := wsparse.AppendFrame(nil, h, payload)
		m := said{client: x == 0, first: int64(len(segs) + 1), length: len(payload)}
		for len(b) > 0 {
			n := min(len(b), 1448)
			put(x, b[:n])
			b = b[n:]
		}
		m.last = int64(len(segs))
		all = append(all, m)
		if r.IntN(2) == 0 {
			put(1-x, nil)
		}
	}
	kept := segs[:0]
	for i, s := range segs {
		if i > 3 && r.IntN(100) >= loss {
			kept = append(kept, s)
		}
	}
	return kept, all
}

// heard are the messages that are found.
type heard struct {
	flows  int
	whole  map[said]bool // length, and who
	broken int
}

// reader reads one WebSocket.
type reader struct {
	*heard
	streams [2]*wsparse.Stream
	room    wsparse.Room
}

func (w *reader) Answered(*assembly.Mark) {}
func (w *reader) Data(from wsparse.Role, b []byte, at *assembly.Mark) {
	s := w.streams[from-wsparse.FromClient]
	s.Segment(&w.room)
	s.Feed(b)
	w.take(s, from, at)
}
func (w *reader) Gap(from wsparse.Role, n int64, _ assembly.Cause, at *assembly.Mark) {
	s := w.streams[from-wsparse.FromClient]
	s.Gap(n)
	w.take(s, from, at)
}
func (w *reader) End(from wsparse.Role, _ assembly.Cause, _ uint64, at *assembly.Mark) {
	s := w.streams[from-wsparse.FromClient]
	s.End()
	w.take(s, from, at)
}

func (w *reader) take(s *wsparse.Stream, from wsparse.Role, at *assembly.Mark) {
	var ev wsparse.Event
	for s.Next(&ev) {
		if ev.Kind != wsparse.MessageDone {
			continue
		}
		if m := ev.Message; m.Complete {
			w.whole[said{client: from == wsparse.FromClient, length: int(m.Payload)}] = true
		} else {
			w.broken++
		}
	}
}

// listen gives what is found in segments.
func listen(segs []link.Segment) *heard {
	h := &heard{whole: map[said]bool{}}
	hooks := &upgrade.Hooks{Found: func(ws *upgrade.WebSocket, _ *assembly.Mark) upgrade.Receiver {
		h.flows++
		w := &reader{heard: h, room: wsparse.Room{Left: 4 << 20}}
		for i, role := range [2]wsparse.Role{wsparse.FromClient, wsparse.FromServer} {
			w.streams[i] = wsparse.NewStream(wsparse.StreamConfig{From: role, Frames: true, Midstream: ws.Handshake == nil, Aligned: ws.Aligned[i]})
		}
		return w
	}}
	tcp := assembly.Assembler{New: func(c *assembly.Conn) assembly.Handler { return upgrade.New(c, hooks) }}
	for i := range segs {
		s := segs[i]
		tcp.Segment(&s)
	}
	tcp.Finish(&segs[len(segs)-1].Mark)
	return h
}

// TestRecallMidway holds that of conversations joined midway, with losses, the messages are found that are
// whole in the capture, and none that nobody sent.
func TestRecallMidway(t *testing.T) {
	seeds := uint64(40)
	if os.Getenv("WSCOPE_SLOW") != "" {
		seeds = 400
	}
	for _, loss := range []int{0, 2, 10} {
		whole, found, none := 0, 0, 0
		for seed := range seeds {
			r := rand.New(rand.NewPCG(seed, 5))
			segs, all := midway(r, 60, loss)
			h := listen(segs)
			present := map[int64]bool{}
			for _, s := range segs {
				present[s.Mark.Number] = true
			}
			n := 0
			for _, m := range all {
				complete := true
				for p := m.first; p <= m.last; p++ {
					complete = complete && present[p]
				}
				if !complete {
					continue
				}
				n++
				if h.whole[said{client: m.client, length: m.length}] {
					found++
				}
			}
			whole += n
			for m := range h.whole {
				if !slices.ContainsFunc(all, func(o said) bool { return o.client == m.client && o.length == m.length }) {
					t.Errorf("loss %d %%, seed %d: a message of %d bytes that nobody sent", loss, seed, m.length)
				}
			}
			if h.flows == 0 && n > 8 {
				none++
				t.Logf("loss %d %%, seed %d: no flow for %d messages", loss, seed, n)
			}
		}
		if none > int(seeds)*loss/1000 { // long messages, each of which lacks a packet, say too little
			t.Errorf("loss %d %%: %d of %d conversations have no flow", loss, none, seeds)
		}
		if found < whole*99/100 {
			t.Errorf("loss %d %%: %d of %d whole messages are found", loss, found, whole)
		}
		t.Logf("loss %d %%: %d of %d whole messages, %d of %d conversations without a flow", loss, found, whole, none, seeds)
	}
}
