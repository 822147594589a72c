package flow_test

import (
	"context"
	"regexp"
	"testing"

	"wscope/analyzer"
	"wscope/analyzer/analyzertest"
	"wscope/assembly/capture"
)

// TestEndingsAreExplained shows the one sentence, and the bytes after a Close, of recorded ends.
func TestEndingsAreExplained(t *testing.T) {
	for _, c := range []struct {
		capture, story string // with … for a time
		after          int64
	}{
		{"invalid/fin-in-frame", "server ended the connection with no Close … after the last frame; a message of the client was unfinished", 0},
		{"invalid/fin-in-message", "server ended the connection with no Close … after the last frame; a message of the client was unfinished", 0},
		{"invalid/data-after-close", "", 10},
		{"invalid/close-unanswered", "client sent Close, and server ended the connection … later without answering it", 0},
		{"invalid/pings-at-once", "", 0},
		{"plain/ws-unanswered", "client ended the connection … after the request, which was not answered", 0},
	} {
		src, err := capture.Open([]string{analyzertest.Path("peers", c.capture+".pcap")}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		var e ends
		if _, err := analyzer.Run(context.Background(), src, analyzer.Options{}, &e); err != nil {
			t.Fatal(err)
		}
		got := e.flows[0].Close
		if story := regexp.MustCompile(`[0-9.]+ m?s\b`).ReplaceAllString(got.Story, "…"); story != c.story || got.DataAfter != c.after {
			t.Errorf("%s: %q, %d bytes after Close; want %q, %d", c.capture, got.Story, got.DataAfter, c.story, c.after)
		}
	}
}

// TestTheLatestOfSeveralPingsIsEnough finds nothing wrong where pings came in one packet and the
// last of them was answered, RFC 6455 §5.5.3.
func TestTheLatestOfSeveralPingsIsEnough(t *testing.T) {
	src, err := capture.Open([]string{analyzertest.Path("peers", "invalid", "pings-at-once.pcap")}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var e ends
	if _, err := analyzer.Run(context.Background(), src, analyzer.Options{}, &e); err != nil {
		t.Fatal(err)
	}
	if f := e.flows[0]; len(f.Findings) > 0 || f.Ping.Answered != 1 || f.Ping.Unanswered != 2 {
		t.Errorf("%+v, findings %v", f.Ping, f.Findings)
	}
}

// ends is a Sink that keeps finished flows.
type ends struct {
	analyzer.NopSink
	flows []*analyzer.Flow
}

func (e *ends) FlowEnded(f *analyzer.Flow) error { e.flows = append(e.flows, f); return nil }
