package record

import (
	"math"
	"testing"
)

// TestSecondsAreReadAsTheyWereWritten to the nanosecond, where a float64 has too few digits.
func TestSecondsAreReadAsTheyWereWritten(t *testing.T) {
	for _, s := range []Seconds{0, 1, -1, 5e8, -5e8, 1e9, -1e9, 95376897731843, -95376897731842, math.MaxInt64 / 2, math.MinInt64 / 2} {
		b, err := s.MarshalJSON()
		var got Seconds
		if err2 := got.UnmarshalJSON(b); err != nil || err2 != nil || got != s {
			t.Errorf("%d: written %s, read %d (%v, %v)", s, b, got, err, err2)
		}
	}
	for text, want := range map[string]Seconds{"1e-3": 1e6, "2.5e1": 25e9, "0.1234567894": 123456789} {
		var got Seconds
		if err := got.UnmarshalJSON([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	if new(Seconds).UnmarshalJSON([]byte("x")) == nil {
		t.Error("what is no number was read")
	}
}
