package behaviour

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// fields compares the JSON of a kind, and says whether a place came or went.
func (c *comparison) fields(name string, old, now *Kind) (changed bool) {
	if old.Fields == nil && now.Fields == nil {
		return false
	}
	told := map[string]bool{} // places whose parent was told: they go without saying
	places := renamedPlaces(old, now)
	for _, was := range slices.Sorted(maps.Keys(places)) {
		is := places[was]
		if c.weak = c.weakField(old, now, was); c.weak && c.random > 0 {
			c.weak = false
			continue
		}
		c.tell("field", name+" "+was, "changed", was, is, "renamed: of the same type, as often", "error")
		told[was], told[is], changed = true, true, true
	}
	for _, at := range union(old.Fields, now.Fields) {
		if told[at] || told[parent(at)] {
			told[at] = true
			continue
		}
		was, is := old.Fields[at], now.Fields[at]
		subject := name + " " + at
		switch {
		case was == nil:
			if absentByChance(now, old, at) {
				continue
			}
			c.weak = c.weakField(now, old, at)
			c.tell("field", subject, "appeared", "", typeNames(is), "", "note")
			told[at], changed = true, true
		case is == nil:
			if absentByChance(old, now, at) {
				continue
			}
			if c.weak = c.weakField(old, now, at); c.weak && c.random > 0 {
				c.weak = false
				continue
			}
			c.tell("field", subject, "vanished", typeNames(was), "", "", "error")
			told[at], changed = true, true
		default:
			if c.types(subject, was, is) {
				told[at] = true
			} else {
				c.presence(subject, at, old, now)
			}
		}
	}
	return changed
}

// weakField says whether a place that one run always has and the other never is in so few messages that it may be optional.
func (c *comparison) weakField(has, lacks *Kind, at string) bool {
	n, of := has.present(at)
	_, in := lacks.present(at)
	return byChanceAt(n, of, 0, in, 0.001)
}

// randomFields is the share of the fields, of kinds of which there are several, that only some of their messages have.
func randomFields(old, now map[string]*Kind) float64 {
	some, all := 0, 0
	for name, k := range old {
		o := now[name]
		if o == nil || min(k.Count.sum(), o.Count.sum()) < 3 {
			continue
		}
		for at := range k.Fields {
			if at == "$" || strings.HasSuffix(at, "[]") {
				continue
			}
			all++
			n, of := k.present(at)
			m, in := o.present(at)
			if n > 0 && n < of && m < in || m > 0 && m < in && n < of {
				some++
			}
		}
	}
	if all < 10 {
		return 0
	}
	return float64(some) / float64(all)
}

// absentByChance says whether a place that one run has may well be absent from the other.
func absentByChance(has, lacks *Kind, at string) bool {
	n, of := has.present(at)
	_, in := lacks.present(at)
	return in > 0 && byChance(n, of, 0, in) || parentIsEmpty(lacks, at)
}

// parentIsEmpty says whether there was no occasion for a place: a list without elements, no
// object around it.
func parentIsEmpty(k *Kind, at string) bool {
	above := parent(at)
	if above == "" {
		return false
	}
	if strings.HasSuffix(at, "[]") {
		return true // that a list is empty is no matter of its form
	}
	return k.Fields[above]["object"] == 0
}

// types tells of a type that a place did not hold before.
func (c *comparison) types(subject string, was, is Tally) bool {
	for _, t := range slices.Sorted(maps.Keys(is)) {
		if was[t] > 0 || byChance(0, was.sum(), is[t], is.sum()) {
			continue
		}
		detail := ""
		if t == "null" {
			detail = "became null in " + decimal(is[t]) + " of " + decimal(is.sum())
		}
		c.tell("field", subject, "changed", typeNames(was), typeNames(is), detail, "error")
		return true
	}
	return false
}

// presence tells of a place that was always there, and now is only sometimes.
func (c *comparison) presence(subject, at string, old, now *Kind) {
	before, n := old.present(at)
	after, of := now.present(at)
	if before == n && after < of && !byChance(after, of, before, n) {
		c.tell("field", subject, "changed", "always", "sometimes", decimal(after)+" of "+decimal(of)+" have it", "error")
	}
}

func typeNames(t Tally) string { return strings.Join(slices.Sorted(maps.Keys(t)), " or ") }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
