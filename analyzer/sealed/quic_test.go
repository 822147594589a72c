package sealed

import "testing"

// TestQUIC holds what is said of QUIC connections to what their clients offered: h3 among others is less certain.
func TestQUIC(t *testing.T) {
	for _, c := range []struct {
		offered []string
		likely  string
		least   float64
		most    float64
	}{
		{nil, Unknown, 0, 0},
		{[]string{"h3"}, HTTP3, 0.8, 0.95},
		{[]string{"h3", "h3-29"}, HTTP3, 0.6, 0.8},
		{[]string{"doq"}, Other, 0.8, 0.95},
	} {
		likely, confidence, why := QUIC(c.offered)
		if likely != c.likely || confidence < c.least || confidence > c.most || why == "" {
			t.Errorf("%v: %s %v %q, want %s", c.offered, likely, confidence, why, c.likely)
		}
	}
}
