package wsparse

import (
	"fmt"
	"strings"
	"testing"
)

// TestResumedStreamGoesOnTheSame puts a Stream to rest at every place where that is
// possible, and compares with one that is never.
func TestResumedStreamGoesOnTheSame(t *testing.T) {
	rests := 0
	for seed := range uint64(300) {
		m := newModel(seed)
		want := drain(m.cfg, m.data)
		var w strings.Builder
		s := NewStream(m.cfg)
		for i, n := 0, 1+int(seed%7); i < len(m.data); i += n {
			s.Feed(append([]byte(nil), m.data[i:min(i+n, len(m.data))]...))
			record(&w, s)
			if kept, ok := s.AppendRest([]byte("before")); ok {
				rests++
				s = &Stream{found: make([]Finding, 2), frame: 99}
				if rest := s.Resume(m.cfg, append(kept, "behind"...)[len("before"):]); string(rest) != "behind" {
					t.Fatalf("seed %d: %q is left", seed, rest)
				}
			}
		}
		s.End()
		record(&w, s)
		bytes, messages := s.Lost()
		fmt.Fprintf(&w, "lost %d %d\n", bytes, messages)
		if got := w.String(); got != want {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got, want)
		}
	}
	if rests < 300 {
		t.Errorf("only %d rests", rests)
	}
}

// TestNoRestInTheMiddle: bytes at hand, a header or a message in parts, an end.
func TestNoRestInTheMiddle(t *testing.T) {
	for name, data := range map[string]string{
		"half a header":     "\x82",
		"half a payload":    "\x82\x05abc",
		"fragments missing": "\x02\x05abcde",
		"half a ping":       "\x89\x05abc",
	} {
		s := NewStream(StreamConfig{From: FromServer})
		s.Feed([]byte(data))
		var ev Event
		for s.Next(&ev) {
		}
		if b, ok := s.AppendRest(nil); ok || len(b) > 0 {
			t.Errorf("%s: at rest", name)
		}
	}
}
