package wsparse

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// drain feeds data in pieces cut at the given places and writes down every event in a way
// that does not depend on the cuts: the parts of a frame are joined.
func drain(cfg StreamConfig, data []byte, cuts ...int) string {
	var w strings.Builder
	s := NewStream(cfg)
	from := 0
	for _, c := range append(cuts, len(data)) {
		s.Feed(append([]byte(nil), data[from:c]...))
		from = c
		record(&w, s)
	}
	s.End()
	record(&w, s)
	bytes, messages := s.Lost()
	fmt.Fprintf(&w, "lost %d %d\n", bytes, messages)
	return w.String()
}

func record(w *strings.Builder, s *Stream) {
	var ev Event
	for s.Next(&ev) {
		switch ev.Kind {
		case FramePart:
			if ev.First {
				fmt.Fprintf(w, "frame %d at %d: %+v\n", ev.Frame, ev.Offset, ev.Header)
			}
			if ev.Last && !ev.Complete {
				fmt.Fprintf(w, "frame %d is not whole\n", ev.Frame)
			}
		case MessageDone:
			m := *ev.Message
			data, reason, sum := m.Data, m.Reason, m.SHA256
			m.Data, m.Reason, m.SHA256 = nil, nil, nil
			fmt.Fprintf(w, "message %+v reason %q data %q\n", m, reason, data)
			if sum != nil {
				fmt.Fprintf(w, "hash %x\n", *sum)
				if uint64(len(data)) == m.Length && *sum != sha256.Sum256(data) {
					w.WriteString("which is wrong\n")
				}
			}
		case Violation:
			fmt.Fprintf(w, "%s at %d: %s\n", ev.Finding.Rule.ID, ev.Finding.Offset, ev.Finding.Detail)
		case Resynced:
			fmt.Fprintf(w, "resynced at %d, lost %d\n", ev.Offset, ev.Lost)
		}
	}
}

func frame(op Opcode, fin bool, key uint32, payload string) []byte {
	return AppendFrame(nil, Header{Finished: fin, Opcode: op, IsMasked: key != 0, MaskKey: key}, []byte(payload))
}

func TestConversationIsTheSameHoweverCut(t *testing.T) {
	data := bytes.Join([][]byte{
		frame(Text, true, 0x11223344, "hello wörld"),
		frame(Text, false, 0x99827364, "a fragmented m\xe2"),
		frame(Ping, true, 0x83746352, "are you there?"),
		frame(Continuation, true, 0x55443322, "\x82\xacssage"),
		frame(Binary, true, 0x19283746, strings.Repeat("\xff", 300)),
		frame(Text, true, 0x29384756, "bad \xc3 text"),
		frame(Close, true, 0x61728394, "\x03\xe8bye"),
		frame(Text, true, 0x13572468, "after"),
	}, nil)
	cfg := StreamConfig{From: FromClient, Frames: true, Payload: true, Collect: true}
	want := drain(cfg, data)
	for i := 0; i <= len(data); i++ {
		if got := drain(cfg, data, i); got != want {
			t.Fatalf("cut at %d:\n%s\nwhole:\n%s", i, got, want)
		}
	}
	var each []int
	for i := range data {
		each = append(each, i)
	}
	if got := drain(cfg, data, each...); got != want {
		t.Fatalf("a byte at a time:\n%s\nwhole:\n%s", got, want)
	}
}
