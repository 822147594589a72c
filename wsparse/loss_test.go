package wsparse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// gapped feeds data without data[from:to], which is told as a gap (of unknown length if
// known is false).
func gapped(cfg StreamConfig, data []byte, from, to int, known bool) (events string, s *Stream) {
	var w strings.Builder
	s = NewStream(cfg)
	s.Feed(data[:from])
	record(&w, s)
	if known {
		s.Gap(int64(to - from))
	} else {
		s.Gap(-1)
	}
	record(&w, s)
	s.Feed(data[to:])
	record(&w, s)
	s.End()
	record(&w, s)
	return w.String(), s
}

// wholeOnes are the complete messages of a record.
func wholeOnes(events string) (all []string) {
	for _, line := range strings.Split(events, "\n") {
		if i := strings.Index(line, " data "); i > 0 && strings.Contains(line, "Complete:true") {
			all = append(all, line[i+6:])
		}
	}
	return all
}

// TestGapInsidePayloadCostsOnlyThatPayload tries every gap of known length inside one
// payload.
func TestGapInsidePayloadCostsOnlyThatPayload(t *testing.T) {
	before, hit, after := frame(Text, true, 0x11223344, "before"), frame(Text, true, 0x55667788, "this one is hit by it, ö"), frame(Text, true, 0x99aabbcc, "after")
	data := slices.Concat(before, hit, after)
	start, end := len(before)+6, len(before)+len(hit)
	for from := start; from < end; from++ {
		for to := from + 1; to <= end; to++ {
			events, s := gapped(StreamConfig{From: FromClient, Collect: true}, data, from, to, true)
			if got := wholeOnes(events); !slices.Equal(got, []string{`"before"`, `"after"`}) || strings.Contains(events, "resynced") || strings.Contains(events, "utf8") {
				t.Fatalf("gap %d to %d: %s", from, to, events)
			}
			if b, m := s.Lost(); b != int64(to-from) || m != 1 || s.Offset() != int64(len(data)) {
				t.Fatalf("gap %d to %d: lost %d bytes and %d messages, at %d", from, to, b, m, s.Offset())
			}
		}
	}
}

// TestGapAnywhere takes 40 bytes out at every place of a conversation: nothing is told of
// the peer, nothing is made up, and all is found again well behind the gap.
func TestGapAnywhere(t *testing.T) {
	var data []byte
	var ends []int
	all := map[string]bool{}
	for i := range 40 {
		text := fmt.Sprintf("message number %d, which says: %s", i, noise(20+i*7))
		all[fmt.Sprintf("%q", text)] = true
		data = append(data, frame(Text, true, uint32(i+1)*0x9e3779b1^uint32(i*i), text)...)
		ends = append(ends, len(data))
	}
	for _, known := range []bool{true, false} {
		for from := 0; from < ends[16]; from += 5 {
			to := from + 40
			events, s := gapped(StreamConfig{From: FromClient, Collect: true}, data, from, to, known)
			for _, line := range strings.Split(events, "\n") {
				if line != "" && !strings.HasPrefix(line, "message") && !strings.HasPrefix(line, "resynced") {
					t.Fatalf("gap at %d, known %v: %s", from, known, line)
				}
			}
			got := wholeOnes(events)
			for _, s := range got {
				if !all[s] {
					t.Fatalf("gap at %d, known %v: %s was never sent", from, known, s)
				}
			}
			// At most the messages that the gap touches are gone, and the one after it,
			// whose beginning may be uncertain.
			whole := 0
			last := 0
			for _, end := range ends {
				if end <= from || last >= to {
					whole++
				}
				last = end
			}
			if len(got) < whole-1 || len(got) > whole {
				t.Fatalf("gap at %d, known %v: %d messages of %d: %s", from, known, len(got), whole, events)
			}
			if b, _ := s.Lost(); known && b < 40 {
				t.Fatalf("gap at %d: lost %d", from, b)
			}
		}
	}
}

func TestGapInFragmentedMessage(t *testing.T) {
	var tail []byte
	for i := range 6 {
		tail = append(tail, frame(Text, true, 0, fmt.Sprintf("tail %d %s", i, noise(30)))...)
	}
	one, two, three := frame(Text, false, 0, "first part, "), frame(Continuation, false, 0, "second part, "), frame(Continuation, true, 0, "third part")
	data := slices.Concat(one, two, three, tail)
	cfg := StreamConfig{From: FromServer, Collect: true}

	// The second part is gone, header and all: the message is not whole, what comes after
	// it in the same message has no beginning, and none of it is the peer's fault.
	events, s := gapped(cfg, data, len(one), len(one)+len(two), true)
	if got := wholeOnes(events); len(got) != 6 || strings.Contains(events, "continuation-without") {
		t.Errorf("%s", events)
	}
	if _, m := s.Lost(); m != 2 {
		t.Errorf("lost %d messages:\n%s", m, events)
	}
	// Inside the second part: the message goes on.
	events, s = gapped(cfg, data, len(one)+4, len(one)+8, true)
	if !strings.Contains(events, `data "first part, se part, third part"`) || len(wholeOnes(events)) != 6 {
		t.Errorf("%s", events)
	}
	if b, m := s.Lost(); b != 4 || m != 1 {
		t.Errorf("lost %d, %d", b, m)
	}
}

func TestNonsenseLengthDoesNotEndTheDecoding(t *testing.T) {
	bad := raw(Header{Finished: true, Opcode: Reserved5, LenPayloadPrimary: 127, LenPayloadExtended2: 1<<63 | 12345}, "")
	var tail []byte
	for i := range 5 {
		tail = append(tail, frame(Text, true, 0, fmt.Sprintf("tail %d %s", i, noise(30)))...)
	}
	data := slices.Concat(frame(Text, true, 0, "before"), bad, tail)
	cfg := StreamConfig{From: FromServer, Collect: true, Frames: true}
	want := drain(cfg, data)
	if len(wholeOnes(want)) != 6 || !strings.Contains(want, "length-bit-63 at 10") || !strings.Contains(want, "resynced at 18, lost 0") {
		t.Errorf("%s", want)
	}
	for i := range data {
		if got := drain(cfg, data, i); got != want {
			t.Fatalf("cut at %d: %s", i, got)
		}
	}
}

func TestMidstreamStart(t *testing.T) {
	for _, from := range []Role{FromClient, FromServer} {
		data := talk(3, 60, from, Text)
		begins := boundaries(data)
		for _, start := range []int{0, 1, begins[1], begins[1] + 3, begins[2] - 1} {
			cfg := StreamConfig{From: from, Midstream: true}
			want := drain(cfg, data[start:])
			skipped := slices.IndexFunc(begins, func(b int) bool { return b >= start })
			if got := strings.Count(want, "message"); got != 60-skipped {
				t.Fatalf("from %d: %d messages: %s", start, got, want)
			}
			if told := strings.Contains(want, "resynced"); told != (begins[skipped] != start) {
				t.Errorf("from %d: %.200s", start, want)
			}
			for _, cut := range []int{1, 63, 64, 65, 200} {
				if got := drain(cfg, data[start:], cut); got != want {
					t.Fatalf("from %d cut at %d:\n%s\nwhole:\n%s", start, cut, got, want)
				}
			}
		}
	}
}

// TestMidstreamCompressed: the negotiation was not seen, RSV1 is believed, and what refers
// to nothing before the start is inflated.
func TestMidstreamCompressed(t *testing.T) {
	d := newDeflater(false)
	var data []byte
	for i := range 10 {
		data = AppendFrame(data, Header{Finished: true, Reserved: 4, Opcode: Text}, d.message(fmt.Sprintf("tick %d %s", i, noise(40))))
	}
	got := drain(StreamConfig{From: FromServer, Midstream: true, Collect: true}, data)
	if len(wholeOnes(got)) != 10 || strings.Contains(got, "reserved-bits") {
		t.Errorf("%s", got)
	}
}

func TestRandomBytesMidstreamGiveNothing(t *testing.T) {
	var data []byte
	for i := range 5000 {
		data = append(data, noise(i%50 + 1)[i%50]^byte(i*31))
	}
	for _, from := range []Role{FromUnknown, FromClient, FromServer} {
		if got := drain(StreamConfig{From: from, Midstream: true, Frames: true}, data); got != fmt.Sprintf("lost %d 0\n", len(data)) {
			t.Errorf("%v: %s", from, got)
		}
	}
}

// TestStreamEndsAnywhere cuts a conversation off at every byte: what was whole before is
// the same.
func TestStreamEndsAnywhere(t *testing.T) {
	data, _ := chat()
	cfg := StreamConfig{From: FromClient, Deflate: bothDeflate, Collect: true}
	whole := drain(cfg, data)
	for i := range data {
		got := drain(cfg, data[:i])
		for _, line := range strings.Split(strings.TrimSpace(got), "\n") {
			if strings.HasPrefix(line, "message") && strings.Contains(line, "Complete:true") && !strings.Contains(whole, line) {
				t.Fatalf("%d bytes: %s", i, line)
			}
			if !strings.HasPrefix(line, "message") && !strings.HasPrefix(line, "lost") {
				t.Fatalf("%d bytes: %s", i, line)
			}
		}
	}
	if !bytes.Contains([]byte(whole), []byte("lost 0 0")) {
		t.Error(whole)
	}
}
