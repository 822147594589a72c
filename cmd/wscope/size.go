package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// size is a flag's number of bytes, with K, M, G or T (powers of 1024) behind it.
type size int64

func (s *size) Set(text string) error {
	number, shift := strings.TrimSuffix(strings.ToUpper(text), "B"), 0
	if n := len(number); n > 0 {
		if i := strings.IndexByte("KMGT", number[n-1]); i >= 0 {
			number, shift = number[:n-1], 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("%q is no size such as 64M", text)
	}
	*s = size(n << shift)
	return nil
}

func (s *size) String() string {
	n, unit := int64(*s), ""
	for _, u := range []string{"K", "M", "G", "T"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, u
	}
	return strconv.FormatInt(n, 10) + unit
}

func (s *size) Type() string { return "size" }

func defaultJobs() int { return runtime.GOMAXPROCS(0) }

// keylogNames are the key logs to follow: those named, or the environment's.
func keylogNames(named []string) []string {
	if env := os.Getenv("SSLKEYLOGFILE"); env != "" && len(named) == 0 {
		return []string{env}
	}
	return named
}
