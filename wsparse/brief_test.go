package wsparse

import "testing"

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
