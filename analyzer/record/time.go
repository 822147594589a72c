package record

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Time is a capture time in nanoseconds since 1970, written as RFC 3339 in UTC with all
// digits that are not trailing zeros.
type Time int64

// Seconds is a duration in nanoseconds, written as seconds.
type Seconds int64

// Time returns t as the time package has it, in UTC.
func (t Time) Time() time.Time { return time.Unix(0, int64(t)).UTC() }

// Duration returns s as the time package has it.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// Append writes t as RFC 3339.
func (t Time) Append(dst []byte) []byte {
	if t < 0 { // before 1970: no capture, but a damaged file may say so
		return time.Unix(0, int64(t)).UTC().AppendFormat(dst, time.RFC3339Nano)
	}
	// By hand, for "messages" writes two of them a line: the time package takes five times as long.
	sec, frac := uint64(t)/1e9, uint32(uint64(t)%1e9)
	year, month, day := date(sec / 86400)
	clock := uint32(sec % 86400)
	dst = twoDigits(twoDigits(dst, year/100), year%100)
	dst = twoDigits(append(dst, '-'), month)
	dst = twoDigits(append(dst, '-'), day)
	dst = twoDigits(append(dst, 'T'), clock/3600)
	dst = twoDigits(append(dst, ':'), clock/60%60)
	dst = twoDigits(append(dst, ':'), clock%60)
	return append(appendFraction(dst, frac), 'Z')
}

// date is the civil date of a day counted from 1970-01-01, in the proleptic Gregorian
// calendar: of 400 years with 146,097 days, each begun in March so that a leap day is its last.
func date(days uint64) (year, month, day uint32) {
	z := days + 719468 // from 0000-03-01
	era, d := uint32(z/146097), uint32(z%146097)
	y := (d - d/1460 + d/36524 - d/146096) / 365
	d -= 365*y + y/4 - y/100
	m := (5*d + 2) / 153 // months from March
	day = d - (153*m+2)/5 + 1
	year, month = y+400*era, m+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

func twoDigits(dst []byte, n uint32) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// appendFraction writes nanoseconds behind a decimal point, without trailing zeros.
func appendFraction(dst []byte, frac uint32) []byte {
	if frac == 0 {
		return dst
	}
	first, last := Digits(frac/10), byte(frac%10)
	dst = binary.LittleEndian.AppendUint64(append(dst, '.'), first|Zeros)
	if last != 0 {
		return append(dst, '0'+last)
	}
	return dst[:len(dst)-bits.LeadingZeros64(first)/8]
}

// Stamp writes Times as Append does, and faster where one is of the same second as the one
// before: in records most are.
type Stamp struct {
	second uint64
	text   [19]byte // of it, as far as the fraction
	begun  bool     // there was one
}

// Append writes t as RFC 3339.
func (s *Stamp) Append(dst []byte, t Time) []byte {
	if t < 0 {
		return t.Append(dst)
	}
	second := uint64(t) / 1e9
	if !s.begun || second != s.second {
		var whole [20]byte
		Time(second * 1e9).Append(whole[:0])
		s.second, s.text, s.begun = second, [19]byte(whole[:]), true
	}
	return append(appendFraction(append(dst, s.text[:]...), uint32(uint64(t)%1e9)), 'Z')
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
	return appendFraction(dst, uint32(n%1e9))
}

// Float is s as a number of seconds.
func (s Seconds) Float() float64 { return float64(s) / 1e9 }

// MarshalJSON writes s as a JSON number.
func (s Seconds) MarshalJSON() ([]byte, error) { return s.Append(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote, and any other JSON number as well as float64 holds it.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	whole, frac, _ := strings.Cut(string(b), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	digits, err2 := strconv.ParseUint((frac + "000000000")[:9], 10, 32)
	if err == nil && err2 == nil && len(frac) <= 9 && max(n, -n) < math.MaxInt64/1_000_000_000 {
		if whole[0] == '-' {
			*s = Seconds(n*1e9 - int64(digits))
		} else {
			*s = Seconds(n*1e9 + int64(digits))
		}
		return nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return err
	}
	*s = Seconds(math.Round(f * 1e9))
	return nil
}
