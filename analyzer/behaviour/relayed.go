package behaviour

import (
	"cmp"
	"slices"
	"strings"
)

// relayed puts with each difference what it is on other connections: a program that hands on what it is told shows one change twice, as a
// message of a client's here and of the server's there. Told is the one on a connection whose beginning is known, and of the server's.
func relayed(found []Difference) []Difference {
	const most = 500 // of more nobody looks at each
	if len(found) > most {
		return found
	}
	var kept []Difference
	order := slices.Clone(found)
	slices.SortStableFunc(order, func(a, b Difference) int {
		return cmp.Or(rankRelay(&a)-rankRelay(&b), cmp.Compare(a.Role, b.Role))
	})
	led := map[string][]string{}
	gone := map[string]bool{}
	for i := range order {
		for j := range order[:i] {
			first, then := &order[j], &order[i]
			if !gone[first.key()] && first.handsOn(then) {
				gone[then.key()] = true
				led[first.key()] = append(append(led[first.key()], then.Role+": "+then.Sentence()), then.LedTo...)
				break
			}
		}
	}
	for i := range found {
		d := found[i]
		if gone[d.key()] {
			continue
		}
		d.LedTo = append(d.LedTo, led[d.key()]...)
		kept = append(kept, d)
	}
	return kept
}

func (d *Difference) key() string {
	return d.Role + "\x00" + d.Area + "\x00" + d.Subject + "\x00" + d.Change
}

// rankRelay is lower for what is told rather than another.
func rankRelay(d *Difference) (rank int) {
	if d.Role == "midstream" {
		rank += 2
	}
	if strings.HasPrefix(d.Subject, "client ") {
		rank++
	}
	return rank
}

// handsOn says whether another difference may be the same change, seen where the message came from or went to.
func (d *Difference) handsOn(o *Difference) bool {
	if d.Role == o.Role {
		return false
	}
	mine, theirs := strings.Fields(d.Subject), strings.Fields(o.Subject)
	if len(mine) < 2 || len(theirs) < 2 || mine[0] == theirs[0] {
		return false // both of the client's, or of the server's
	}
	if less := d.less(); o.Area == "message" && o.Change == "vanished" && slices.ContainsFunc(strings.Fields(less), func(word string) bool {
		return slices.Contains(theirs[2:], word)
	}) {
		return true
	}
	if d.Area != o.Area || d.Change != o.Change {
		return false
	}
	switch d.Area {
	case "message":
		return d.Detail == o.Detail && (d.Change == "changed" && lastWord(d.Old) == lastWord(o.Old) && lastWord(d.New) == lastWord(o.New) ||
			d.Change != "changed" && d.Detail != "" && slices.ContainsFunc(mine[1:], func(word string) bool { return slices.Contains(theirs[1:], word) }))
	case "count":
		return d.Old == o.Old && d.New == o.New && slices.ContainsFunc(mine[1:], func(word string) bool { return slices.Contains(theirs[1:], word) })
	case "field", "value":
		return d.Old == o.Old && d.New == o.New && lastPlace(d.Subject) == lastPlace(o.Subject) && slices.ContainsFunc(mine[1:], func(word string) bool { return slices.Contains(theirs[1:], word) })
	}
	return false
}

// less is what of other kinds is not sent any more because of a difference, by their names.
func (d *Difference) less() string {
	for _, line := range d.LedTo {
		if list, is := strings.CutPrefix(line, lessOrNothing); is {
			return strings.ReplaceAll(list, ",", "")
		}
	}
	return ""
}

// lastPlace is the name of the field that a subject ends with.
func lastPlace(subject string) string { return subject[strings.LastIndexAny(subject, ".[ ")+1:] }
