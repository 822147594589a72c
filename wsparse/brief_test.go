package wsparse

import (
	"fmt"
	"strings"
	"testing"
)

// TestBriefGivesWholeFramesOnce holds what a brief Stream gives of a frame that is a message
// of its own to what two events would have said.
func TestBriefGivesWholeFramesOnce(t *testing.T) {
	var in []byte
	in = append(in, frame(Text, true, 0x01020304, "one")...)
	in = append(in, frame(Text, false, 0x11223344, "two, ")...)
	in = append(in, frame(Continuation, true, 0x51525354, "in parts")...)
	in = append(in, frame(Binary, true, 0x99887766, repeat(300))...)
	for size := 1; size <= len(in); size++ {
		s := NewStream(StreamConfig{From: FromClient, Frames: true, Brief: true, Collect: true})
		var ev Event
		frames, messages := 0, []string{}
		for b := in; len(b) > 0; b = b[min(size, len(b)):] {
			s.Feed(b[:min(size, len(b))])
			for s.Next(&ev) {
				if ev.First {
					frames++
				}
				if ev.Kind != MessageDone {
					continue
				}
				if ev.First && (!ev.Last || !ev.Complete || ev.Len != ev.Message.Payload || ev.Frame != int64(frames) || ev.Offset != ev.Message.Offset) {
					t.Errorf("%d bytes a time: %+v", size, ev)
				}
				messages = append(messages, string(ev.Message.Data))
			}
		}
		if frames != 4 || len(messages) != 3 || messages[0] != "one" || messages[1] != "two, in parts" || messages[2] != repeat(300) {
			t.Errorf("%d bytes a time: %d frames, messages %q", size, frames, messages)
		}
	}
}

// TestTakeIsFeedAndNext gives a Stream's bytes in pieces to one that may Take them and to one that
// does not, and holds the events of both together.
func TestTakeIsFeedAndNext(t *testing.T) {
	var in [][]byte
	for i, payload := range []string{"one", repeat(300), "", "two", "caf\xc3\xa9", "bad \xff", repeat(70000), "x", "y"} {
		in = append(in, frame(Text, true, 0x01020304+uint32(i*i), payload), frame(Binary, true, 0x01020304, payload))
	}
	in = append(in, frame(Text, false, 5, "in "), frame(Ping, true, 9, "?"), frame(Continuation, true, 7, "parts"))
	in = append(in, frame(Text, true, 1, "not"), frame(Text, true, 0, "masked"), frame(Text, true, 2, "after"))
	in = append(in, frame(Text, true, 3, "cut")[:5], frame(Text, true, 3, "cut")[5:])
	in = append(in, append(frame(Text, true, 4, "two"), frame(Text, true, 8, "frames")...))
	in = append(in, frame(Close, true, 6, "\x03\xe8"), frame(Text, true, 6, "late"), frame(Text, true, 7, "later"))
	for i := range 1 << 4 {
		cfg := StreamConfig{From: FromClient, Frames: i&1 != 0, Brief: i&2 != 0, Collect: i&4 != 0, Payload: i&8 != 0}
		fed, taken := NewStream(cfg), NewStream(cfg)
		var a, b strings.Builder
		took := 0
		for _, p := range in {
			fed.Feed(p)
			writeEvents(&a, fed, nil)
			var ev Event
			if taken.Take(p, &ev) {
				took++
				writeEvents(&b, taken, &ev)
				continue
			}
			taken.Feed(p)
			writeEvents(&b, taken, nil)
		}
		if a.String() != b.String() {
			t.Errorf("%+v: fed\n%s\ntaken\n%s", cfg, a.String(), b.String())
		}
		if took < 12 && (cfg.Brief || !cfg.Frames) {
			t.Errorf("%+v: took %d", cfg, took)
		}
	}
}

// writeEvents writes down the events of s, first, if it is not nil, the one that Take gave.
func writeEvents(w *strings.Builder, s *Stream, first *Event) {
	write := func(ev *Event) {
		fmt.Fprintf(w, "%d %t %t %+v %d %d %q %d %t %s %d\n", ev.Kind, ev.First, ev.Last, ev.Header, ev.Frame, ev.Offset, ev.Payload, ev.Len, ev.Complete, ev.Finding.Detail, ev.Lost)
		if ev.Message != nil {
			fmt.Fprintf(w, "  %+v\n", *ev.Message)
		}
	}
	if first != nil {
		write(first)
	}
	var ev Event
	for s.Next(&ev) {
		write(&ev)
	}
}
