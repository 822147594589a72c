package behaviour

import (
	"slices"
	"strings"
)

// together makes one of differences that one change in the program makes: a field in several kinds of messages, a name on both sides, an
// error in the place of an answer, and what a suite does not do any more once something fails.
func together(found []Difference) []Difference {
	for i := 0; i < len(found); i++ {
		d := found[i]
		same := func(o *Difference) bool {
			return o.Area == d.Area && o.Change == d.Change && o.Subject != d.Subject && alikeChange(&d, o)
		}
		if slices.ContainsFunc(found[i+1:], func(o Difference) bool { return same(&o) }) {
			found = fold(found, i, same)
		}
	}
	if i := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "subprotocol" }); i >= 0 {
		found = fold(found, i, func(d *Difference) bool {
			return isLost(d) || ofEnding(d) || isBeat(d) || ofRequest(d) && d.Area != "subprotocol"
		})
	}
	for i := 0; i < len(found); i++ {
		d := found[i]
		if !isFailure(&d) {
			continue
		}
		before := len(found)
		found = fold(found, i, func(o *Difference) bool {
			sameKind := kindOf(o) == kindOf(&d) && (o.Area == "field" || o.Area == "value" || o.Area == "size")
			instead := o.Area == "message" && o.Change == "vanished" && lastWord(o.Subject) == lastWord(kindOf(&d))
			return (sameKind || instead || isLost(o) || isBeat(o)) && !(o.Area == d.Area && o.Subject == d.Subject)
		})
		if len(found) < before {
			break
		}
	}
	// Who does not get what it waits for does less.
	if i := slices.IndexFunc(found, func(d Difference) bool { return isLost(&d) && strings.HasPrefix(d.Subject, "server ") }); i >= 0 {
		found = fold(found, i, func(d *Difference) bool { return isLost(d) && strings.HasPrefix(d.Subject, "client ") })
	}
	return found
}

// alikeChange says whether two differences of one area are of one change.
func alikeChange(d, o *Difference) bool {
	switch d.Area {
	case "field":
		return placeOf(d.Subject) == placeOf(o.Subject) && lastName(d.Old) == lastName(o.Old) && lastName(d.New) == lastName(o.New)
	case "message": // renamed on both sides
		_, old, _ := strings.Cut(d.Old, " ")
		_, otherOld, _ := strings.Cut(o.Old, " ")
		_, now, _ := strings.Cut(d.New, " ")
		_, otherNow, _ := strings.Cut(o.New, " ")
		return d.Change == "changed" && (masked(old, false) == masked(otherOld, false) && masked(now, false) == masked(otherNow, false))
	}
	return false
}

// placeOf is the name of the field that a difference is about.
func placeOf(subject string) string { return lastName(subject) }

func lastName(at string) string { return at[strings.LastIndexAny(at, ".[]$")+1:] }

func lastWord(s string) string {
	s = strings.TrimSuffix(s, " (error)")
	return s[strings.LastIndexByte(s, ' ')+1:]
}

// kindOf is the kind of message that a difference is about, with its sender.
func kindOf(d *Difference) string {
	kind, _, _ := strings.Cut(d.Subject, " $")
	kind, _, _ = strings.Cut(kind, " (error)")
	kind, _, _ = strings.Cut(kind, " (return code)")
	return kind
}

// isFailure says whether a difference is that something is refused, or fails.
func isFailure(d *Difference) bool {
	switch d.Area {
	case "value":
		return strings.HasSuffix(d.Subject, "(error)") || strings.HasSuffix(d.Subject, "(return code)")
	case "message":
		return d.Change == "appeared" && (strings.Contains(d.Subject, " error") || strings.HasSuffix(d.Subject, "(error)"))
	}
	return false
}

func isBeat(d *Difference) bool { return d.Area == "heartbeat" || d.Area == "pings" }
