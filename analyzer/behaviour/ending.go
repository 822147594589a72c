package behaviour

import (
	"maps"
	"slices"
	"strings"
)

// closesApart is what of the ways in which flows end vanished and appeared, without the differences that
// programs show which do not change: who is first when both close, and how far a closing gets when a process ends.
func closesApart(a, b *Role) (vanished, appeared []string) {
	old, now := a.Closes, b.Closes
	was, is := endings(old), endings(now)
	for _, e := range slices.Sorted(maps.Keys(was)) {
		if !is[e] && !like(e, now) && b.Crossing[e] == 0 {
			vanished = append(vanished, e)
		}
	}
	for _, e := range slices.Sorted(maps.Keys(is)) {
		if !was[e] && !like(e, old) && a.Crossing[e] == 0 {
			appeared = append(appeared, e)
		}
	}
	return vanished, appeared
}

// endings are the ends in a tally; a Close that nobody answered is the same as one.
func endings(t Tally) map[string]bool {
	all := map[string]bool{}
	for name := range t {
		all[strings.Replace(name, ", not answered,", "", 1)] = true
	}
	return all
}

// like says whether a tally has ends that may be an end too, if other things are quicker.
func like(end string, t Tally) bool {
	what, by, _ := strings.Cut(end, " by ")
	code := isCode(what)
	for name := range t {
		half := strings.Contains(name, ", not answered,")
		other, otherBy, _ := strings.Cut(strings.Replace(name, ", not answered,", "", 1), " by ")
		switch {
		case other == what && (!code || by == "both" || otherBy == "both" || len(t) > 1):
			return true // who is first
		case !code && (half || !isCode(other)) && !(what == "rst" && other == "empty Close"):
			return true // an end without a code for another
		}
	}
	return false
}

// isCode says whether an end is a Close with a code.
func isCode(what string) bool { return what != "" && what[0] >= '0' && what[0] <= '9' }
