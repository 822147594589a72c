package flow

import "testing"

// TestAnEndIsToldByTheLastFrame shows how the time between the last frame and an end is told.
func TestAnEndIsToldByTheLastFrame(t *testing.T) {
	const last = int64(1700000000e9)
	for after, want := range map[int64]string{
		2600000: " 2.6 ms after the last frame", 30e9: " 30.0 s after the last frame", 0: " 0.0 ms after the last frame",
		-1700000: " while the other side was still sending",
	} {
		f := &flow{state: &state{}}
		f.activity.latest = last
		if got := f.sinceLast(last + after); got != want {
			t.Errorf("%d ns: %q, want %q", after, got, want)
		}
	}
	if got := (&flow{state: &state{}}).sinceLast(last); got != " before any frame" {
		t.Errorf("%q", got)
	}
}
