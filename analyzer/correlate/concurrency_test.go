package correlate

import (
	"math/rand"
	"reflect"
	"testing"
)

// TestConcurrencyIsWhatCountingSays holds it to counting the flows of each step one by one.
func TestConcurrencyIsWhatCountingSays(t *testing.T) {
	r := rand.New(rand.NewSource(6455))
	for range 50 {
		type flow struct {
			start, end int64
			stays      bool
		}
		var c concurrency
		var flows []flow
		first, last := int64(1700000000e9), int64(0)
		length := r.Int63n(100e9) + 1
		for i := range 100 {
			f := flow{start: first + r.Int63n(length), stays: r.Intn(5) == 0}
			if i == 0 {
				f.start = first
			}
			f.end = f.start + r.Int63n(length)
			last = max(last, f.end)
			flows = append(flows, f)
			c.flow(f.start, f.end, f.stays)
		}
		got := c.record(last)
		var want []int64
		for begin := first; begin <= last; begin += int64(got.Step) {
			n := int64(0)
			for _, f := range flows {
				if f.start < begin+int64(got.Step) && (f.stays || f.end >= begin) {
					n++
				}
			}
			want = append(want, n)
		}
		if !reflect.DeepEqual(got.Open, want) || len(want) > concurrencySteps || int64(got.Begin) != first {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	if new(concurrency).record(5) != nil {
		t.Error("something where no flow was")
	}
}
