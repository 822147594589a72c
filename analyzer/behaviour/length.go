package behaviour

import (
	"fmt"
	"maps"
	"slices"
)

// addLength adds how long a text or a list is.
func (k *Kind) addLength(at string, n int) {
	l, known := k.Lengths[at]
	if !known && len(k.Lengths) >= maxFields {
		return
	}
	if k.Lengths == nil {
		k.Lengths = map[string]Length{}
	}
	l.Mean += float64(n) // the sum, until lengths makes it the mean
	l.N, l.Most = l.N+1, max(l.Most, float64(n))
	k.Lengths[at] = l
}

// In bytes and elements, what is short: nothing is kept of it.
const (
	shortText = 16
	shortList = 2
)

// lengths makes means of sums, and leaves out what is short.
func (k *Kind) lengths() {
	for at, l := range k.Lengths {
		l.Mean = round3(l.Mean / float64(max(l.N, 1)))
		k.Lengths[at] = l
		if l.Most <= shortText && k.Fields[at]["list"] == 0 || l.Most <= shortList {
			delete(k.Lengths, at)
		}
	}
	if len(k.Lengths) == 0 {
		k.Lengths = nil
	}
}

func joinLengths(a, b map[string]Length) map[string]Length {
	if len(a)+len(b) == 0 {
		return nil
	}
	sum := map[string]Length{}
	maps.Copy(sum, a)
	for at, l := range b {
		if was, both := sum[at]; both {
			n := was.N + l.N
			l = Length{n, round3((was.Mean*float64(was.N) + l.Mean*float64(l.N)) / float64(n)), max(was.Most, l.Most)}
		}
		sum[at] = l
	}
	return sum
}

// longer tells of texts and lists that are longer on average than any was, by far.
func (c *comparison) longer(name string, old, now *Kind) bool {
	for _, at := range slices.Sorted(maps.Keys(union2(old.Lengths, now.Lengths))) {
		types := now.Fields[at]
		if len(old.Fields[at]) != 1 || len(types) != 1 {
			continue
		}
		unit, floor, least := "bytes", 64.0, float64(shortText)
		if types["list"] > 0 {
			unit, floor, least = "elements", 6, shortList
		}
		was, is := old.Lengths[at], now.Lengths[at]
		was.Most, is.Most = max(was.Most, least), max(is.Most, least)
		small, large, n := was.Most, is.Mean, is.N
		if was.Mean > is.Most {
			small, large, n = is.Most, was.Mean, was.N
		}
		if n == 0 || large < 2*small || large-small < floor {
			continue
		}
		detail := fmt.Sprintf("%s had %.0f %s on average and %.0f at most, and now %.0f and %.0f", at, was.Mean, unit, was.Most, is.Mean, is.Most)
		c.tell("size", name, "changed", bytesUnit(old.Size.P50), bytesUnit(now.Size.P50), detail, worse(is.Mean > was.Mean))
		return true
	}
	return false
}

func union2(a, b map[string]Length) map[string]Length {
	all := map[string]Length{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}
