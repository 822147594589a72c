package report

import (
	"strconv"
	"time"

	"wscope/analyzer/record"
)

// Number is n with a comma between thousands.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(s) - 3; i > from; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bytes is a number of bytes in decimal units: 634 B, 6.1 kB, 1.5 GB.
func Bytes(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	v, unit := float64(n)/1000, 0
	for v >= 999.95 && unit < 5 {
		v, unit = v/1000, unit+1
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + [...]string{"kB", "MB", "GB", "TB", "PB", "EB"}[unit]
}

// Span is a duration as people say it: 85 µs, 12.3 ms, 4.56 s, 3m 20s, 2h 05m.
func Span(d record.Seconds) string {
	v := time.Duration(d)
	sign := ""
	if v < 0 {
		v, sign = -v, "-"
	}
	switch {
	case v == 0:
		return "0 s"
	case v < time.Microsecond:
		return sign + strconv.FormatInt(int64(v), 10) + " ns"
	case v < time.Millisecond:
		return sign + digits(float64(v)/1e3, 3) + " µs"
	case v < time.Second:
		return sign + digits(float64(v)/1e6, 3) + " ms"
	case v < time.Minute:
		return sign + digits(float64(v)/1e9, 3) + " s"
	case v < time.Hour:
		return sign + strconv.Itoa(int(v/time.Minute)) + "m " + two(int(v/time.Second)%60) + "s"
	case v < 48*time.Hour:
		return sign + strconv.Itoa(int(v/time.Hour)) + "h " + two(int(v/time.Minute)%60) + "m"
	}
	return sign + strconv.Itoa(int(v/(24*time.Hour))) + "d " + two(int(v/time.Hour)%24) + "h"
}

// digits is v with about n significant digits.
func digits(v float64, n int) string {
	places := n - 1
	for w := v; w >= 10 && places > 0; w /= 10 {
		places--
	}
	return strconv.FormatFloat(v, 'f', places, 64)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// Count is a number and its noun: "1 flow", "2,000 flows".
func Count(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	switch one {
	case "is":
		return Number(n) + " are"
	}
	return Number(n) + " " + one + "s"
}
