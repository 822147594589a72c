package behaviour

import (
	"slices"
	"strings"
)

// renamedTo says whether two kinds are likely one that was renamed: most of their fields are the same.
func (k *Kind) renamedTo(o *Kind) bool {
	if k.From != o.From || len(k.Fields) < 2 || len(o.Fields) < 2 {
		return false
	}
	if counted(k.PerFlow, o.PerFlow) { // of what comes at random there may be more or less, if all else is the same
		return k.sameForm(o) && k.Count.mean() < 3*o.Count.mean() && o.Count.mean() < 3*k.Count.mean()
	}
	both := 0
	for at := range k.Fields {
		if o.Fields[at] != nil {
			both++
		}
	}
	return 4*both >= 3*max(len(k.Fields), len(o.Fields))
}

// sameForm says whether two kinds have the same places, and more than one or two, of the same types.
func (k *Kind) sameForm(o *Kind) bool {
	if len(k.Fields) != len(o.Fields) || len(k.Fields) < 4 {
		return false
	}
	for at, types := range k.Fields {
		if o.Fields[at] == nil || typeNames(types) != typeNames(o.Fields[at]) {
			return false
		}
	}
	return true
}

// onlyOne is the one kind that appeared where a kind of no fields vanished, if they are as many, about as large, and both
// the only ones of their sender and sort; -1 where there is none.
func onlyOne(was *Kind, vanished, appeared []string, old, now map[string]*Kind) int {
	sort := func(k *Kind) string {
		word, _, _ := strings.Cut(k.Name, " ")
		if word == k.Name {
			word = ""
		}
		return k.From + " " + word
	}
	n, at := 0, -1
	for _, name := range vanished {
		if sort(old[name]) == sort(was) {
			n++
		}
	}
	for i, name := range appeared {
		if is := now[name]; sort(is) == sort(was) {
			n++
			if len(was.Fields) < 2 && len(is.Fields) < 2 && was.PerFlow == is.PerFlow && alikeInSize(was, is) {
				at = i
			}
		}
	}
	if n != 2 {
		return -1
	}
	return at
}

// alikeInSize says whether two kinds are of one size but for their names.
func alikeInSize(a, b *Kind) bool {
	if a.Size == nil || b.Size == nil {
		return false
	}
	names := float64(len(a.Name) + len(b.Name))
	return a.Size.apart(b.Size) <= max(names, min(a.Size.P50, b.Size.P50)/4)
}

// renamedPlaces are the places of a kind's JSON that are gone, with the one that came instead: the only two in theirs that
// came and went, of the same types and as often.
func renamedPlaces(old, now *Kind) map[string]string {
	gone, came := onlyPlace(old, now), onlyPlace(now, old)
	renamed := map[string]string{}
	for above, was := range gone {
		is := came[above]
		if was == "" || is == "" || mayBeID(was[strings.LastIndexAny(was, ".[")+1:], false) || mayBeID(is[strings.LastIndexAny(is, ".[")+1:], false) || typeNames(old.Fields[was]) != typeNames(now.Fields[is]) {
			continue
		}
		n, of := old.present(was)
		m, in := now.present(is)
		if n*in == m*of && below(old, was) == below(now, is) {
			renamed[was] = is
		}
	}
	return renamed
}

// onlyPlace is, by what it is in, the only place of an object that another kind does not have; "" where there are several.
func onlyPlace(k, lacks *Kind) map[string]string {
	found := map[string]string{}
	for at := range k.Fields {
		above := parent(at)
		if lacks.Fields[at] != nil || lacks.Fields[above]["object"] == 0 || strings.HasSuffix(at, "[]") {
			continue
		}
		if _, several := found[above]; several {
			at = ""
		}
		found[above] = at
	}
	return found
}

// below is what is in a place, as text.
func below(k *Kind, at string) string {
	var list []string
	for place, types := range k.Fields {
		if rest, ok := strings.CutPrefix(place, at); ok && rest != "" && strings.ContainsAny(rest[:1], ".[") {
			list = append(list, rest+" "+typeNames(types))
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}
