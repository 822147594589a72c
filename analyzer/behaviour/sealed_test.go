package behaviour

import (
	"slices"
	"testing"

	"wscope/analyzer/record"
)

// sealedRun is a run of five connections that could not be opened.
type sealedRun struct {
	likely           string
	confidence       float64
	heartbeat        float64 // seconds; 0 is none
	messages, length int64   // of the client; the server's are ten bytes
	off              int64   // of its payload
}

func (s sealedRun) behaviour() *Behaviour {
	w := NewWatcher()
	for i := range int64(5) {
		f := &record.Flow{Flow: i + 1, Pickup: record.PickupEncrypted, TLS: &record.TLS{Version: "1.3", SNI: "chat.example.com"},
			Close: &record.Closing{How: record.HowHandshake, By: record.Client}}
		w.FlowBegun(f)
		n, payload := s.messages+i%2, s.messages*s.length+i
		back := n * 10
		f.Sealed = &record.Sealed{Likely: s.likely, Confidence: s.confidence,
			ClientToServer: &record.SealedDirection{About: &n, AtLeast: &n, Payload: &payload, PayloadError: &s.off},
			ServerToClient: &record.SealedDirection{About: &n, AtLeast: &n, Payload: &back, PayloadError: new(int64)}}
		if s.heartbeat > 0 {
			every := record.Seconds(s.heartbeat * 1e9)
			f.Sealed.Heartbeat = &every
		}
		w.FlowEnded(f)
	}
	return w.Behaviour()
}

// TestSealedDifferences compares runs of connections that could not be opened, as runs and as baselines that were written and read
// again.
func TestSealedDifferences(t *testing.T) {
	usual := sealedRun{"websocket", 0.98, 30, 40, 50, 20}
	with := func(change func(s *sealedRun)) sealedRun {
		s := usual
		change(&s)
		return s
	}
	for _, c := range []struct {
		what string
		now  sealedRun
		want []string
	}{
		{"the same", usual, nil},
		{"a little more", with(func(s *sealedRun) { s.messages += 2 }), nil},
		{"more messages", with(func(s *sealedRun) { s.messages *= 2 }),
			[]string{"client messages changed", "client payload changed", "server messages changed", "server payload changed"}},
		{"larger messages", with(func(s *sealedRun) { s.length *= 3 }), []string{"client payload changed"}},
		{"larger, and within the error", with(func(s *sealedRun) { s.length, s.off = 70, 2000 }), nil},
		{"no heartbeat", with(func(s *sealedRun) { s.heartbeat = 0 }), []string{"heartbeat vanished"}},
		{"a slower heartbeat", with(func(s *sealedRun) { s.heartbeat = 55 }), []string{"heartbeat changed"}},
		{"something else", with(func(s *sealedRun) { s.likely = "http1" }), []string{" changed"}},
		{"unsure", with(func(s *sealedRun) { s.likely, s.confidence = "unknown", 0.3 }), nil},
	} {
		old, now := usual.behaviour(), c.now.behaviour()
		again, err := Parse(old.Text())
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range []*Behaviour{old, again, Join(old, usual.behaviour())} {
			var got []string
			for _, d := range Compare(old, now, nil) {
				if d.Area != "flows" {
					got = append(got, d.Subject+" "+d.Change)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.what, got, c.want)
			}
			if !old.Empty() || !old.SealedAlone() {
				t.Errorf("%s: read, or without a likely WebSocket", c.what)
			}
		}
		if updated := Update(old, now, nil); len(Compare(updated, now, nil)) > 0 {
			t.Errorf("%s: an updated baseline differs: %v", c.what, Compare(updated, now, nil))
		}
	}
}
