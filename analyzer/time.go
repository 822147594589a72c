package analyzer

import (
	"strconv"
	"time"
)

// Time is a capture time in nanoseconds since 1970, written as RFC 3339 in UTC with all
// digits that are not trailing zeros.
type Time int64

// Seconds is a duration in nanoseconds, written as seconds.
type Seconds int64

// Append writes t as RFC 3339.
func (t Time) Append(dst []byte) []byte {
	return time.Unix(0, int64(t)).UTC().AppendFormat(dst, time.RFC3339Nano)
}

func (t Time) String() string { return string(t.Append(nil)) }

// MarshalJSON writes t as a JSON string.
func (t Time) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 40), '"')
	return append(t.Append(b), '"'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Time) UnmarshalJSON(b []byte) error {
	v, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b))
	if err != nil {
		return err
	}
	*t = Time(v.UnixNano())
	return nil
}

// Append writes s as a decimal number of seconds, exact to the nanosecond.
func (s Seconds) Append(dst []byte) []byte {
	n := int64(s)
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = strconv.AppendInt(dst, n/1e9, 10)
	frac := n % 1e9
	if frac == 0 {
		return dst
	}
	var digits [9]byte
	for i := 8; i >= 0; i-- {
		digits[i], frac = byte('0'+frac%10), frac/10
	}
	end := 9
	for digits[end-1] == '0' {
		end--
	}
	return append(append(dst, '.'), digits[:end]...)
}

// Float is s as a number of seconds.
func (s Seconds) Float() float64 { return float64(s) / 1e9 }

// MarshalJSON writes s as a JSON number.
func (s Seconds) MarshalJSON() ([]byte, error) { return s.Append(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return err
	}
	if f < 0 {
		*s = Seconds(f*1e9 - 0.5)
		return nil
	}
	*s = Seconds(f*1e9 + 0.5)
	return nil
}
