package behaviour

import (
	"maps"
	"slices"
	"strings"
)

// values compares what enumerations of a kind hold, and says whether one has a value that is new, or lost one. Places that
// messages are counted in are left to sequences; a credential that is gone is told by its field, where that was told.
func (c *comparison) values(name string, old, now *Kind, counts map[string]bool, told bool) (changed bool) {
	for _, at := range slices.Sorted(maps.Keys(old.Values)) {
		was, is := old.Values[at], now.Values[at]
		if counts[old.From+" "+at] {
			continue
		}
		if is == nil {
			if at != credential || was.sum() < old.Count.sum() || told {
				continue
			}
			is = Tally{"none": now.Count.sum()}
		}
		if c.value(name+" "+at, at, was, is) {
			changed = true
		}
	}
	return changed
}

// value compares one enumeration.
func (c *comparison) value(subject, at string, was, is Tally) bool {
	n, m := was.sum(), is.sum()
	strict := isState(at) || strings.HasPrefix(at, "(")
	for _, v := range slices.Sorted(maps.Keys(is)) {
		if was[v] > 0 {
			continue
		}
		certain := !byChanceAt(0, n, is[v], m, 1e-4) && c.runs >= 3
		if strict { // one word always, and now another: or more often than chance has it
			enough := int64(6)
			if strings.Contains(at, "[]") { // data, of which it is the state
				enough = 10
			}
			isFailure := isCodeValue(v) || at == "(error)" && v != "none"
			fails := isFailure && !slices.ContainsFunc(slices.Collect(maps.Keys(was)), isCodeValue)
			certain = len(was) == 1 && is[v] == m && (n+m >= enough && min(n, m) >= 2 || fails) || !byChanceAt(0, n, is[v], m, 0.002) || isFailure && is[v] >= 2 && n >= 3
		}
		if certain {
			severity := "error"
			if !strict { // data, of which a connection may have one and another run's another
				severity = "note"
			}
			c.tell("value", subject, "changed", show(was), show(is), decimal(is[v])+" of "+decimal(m)+" are "+v, severity)
			return strict
		}
	}
	for _, v := range slices.Sorted(maps.Keys(was)) {
		if a, b := was[v], is[v]; strict && n >= 8 && m >= 8 && !byChanceAt(a, n, b, m, 1e-5) {
			c.tell("value", subject, "changed", share(v, a, n), share(v, b, m), "", "warning")
			return true
		}
	}
	return false
}

// isCodeValue says whether a value is one of a failure.
func isCodeValue(v string) bool {
	v = strings.ToLower(v)
	for _, w := range []string{"error", "fail", "false", "denied", "reject", "invalid", "timeout", "refused"} {
		if strings.Contains(v, w) {
			return true
		}
	}
	return false
}

// show is the values of an enumeration, the first of them.
func show(t Tally) string {
	list := slices.Sorted(maps.Keys(t))
	if len(list) > 5 {
		list = append(list[:5], "…")
	}
	return strings.Join(list, " or ")
}

func share(v string, n, of int64) string { return v + " in " + decimal(n) + " of " + decimal(of) }
