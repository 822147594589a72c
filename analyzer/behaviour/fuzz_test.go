package behaviour_test

import (
	"bytes"
	"testing"

	"wscope/analyzer/behaviour"
)

// FuzzBaseline holds baselines of any making against a true one: none must stop the comparison, and what was read is written again.
func FuzzBaseline(f *testing.F) {
	good := watch(f, other("chat", "same-1"))
	f.Add(good.Text())
	f.Add(behaviour.Join(good, watch(f, other("chat", "same-2")), watch(f, other("chat", "busy"))).Text())
	f.Add([]byte(`{"wscope_baseline": 2, "runs": 3, "roles": [{"role": "/x", "flows": [1, 2], "named_by": {"server binary": "bytes"}}]}`))
	f.Add([]byte(`{"wscope_baseline": 1, "roles": [{"role": "", "flows": -1, "answer": {"n": -1}, "messages": [{"from": "", "kind": "", "reply": {"n": 1, "runs": [null]}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := behaviour.Parse(text)
		if err != nil {
			return
		}
		again, err := behaviour.Parse(b.Text())
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if !bytes.Equal(b.Text(), again.Text()) {
			t.Error("written again, it is another")
		}
		for _, d := range behaviour.Compare(b, b, nil) {
			_ = d.Sentence()
		}
		found := behaviour.Compare(b, good, nil)
		behaviour.Lines(b.Text(), found)
		behaviour.Compare(good, b, nil)
		behaviour.Join(good, b).Text()
		behaviour.Update(b, good, nil).Text()
	})
}

// TestEveryPrefixOfABaseline must be refused, but for the whole.
func TestEveryPrefixOfABaseline(t *testing.T) {
	text := bytes.TrimSpace(watch(t, other("game", "same-1")).Text())
	for n := 0; n < len(text); n += 1 + n/500 {
		if _, err := behaviour.Parse(text[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a baseline", n, len(text))
		}
	}
}
