package record

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestTimeIsWrittenAsTheTimePackageDoes holds the hand-written form to the library's.
func TestTimeIsWrittenAsTheTimePackageDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	times := []int64{0, 1, -1, 999999999, 1e9, 951782400e9, 951868799e9 + 5, 4102444799999999999, 1<<63 - 1, -1 << 63}
	for range 20000 {
		times = append(times, r.Int64(), int64(r.Uint64N(40000)*86400e9)+r.Int64N(86400e9))
	}
	var stamp Stamp
	for _, ns := range times {
		want := time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
		if got := Time(ns).String(); got != want {
			t.Fatalf("%d: %s, not %s", ns, got, want)
		}
		for _, later := range []int64{0, 0, 1000, 1e6 - 1, 1e9 / 2} { // the same second, or the next
			at := Time(ns + min(later, 1<<63-1-max(ns, 0)))
			if got, want := string(stamp.Append(nil, at)), at.String(); got != want {
				t.Fatalf("%d: stamped %s, not %s", at, got, want)
			}
		}
	}
}
