package behaviour

import (
	"slices"
	"strings"
)

// together makes one of differences that one change in the program makes: a field in several kinds of messages, a name on both sides, an
// error in the place of an answer, and what a suite does not do any more once something fails.
func together(found []Difference, old map[string]*Kind) []Difference {
	for i := 0; i < len(found); i++ {
		d := found[i]
		same := func(o *Difference) bool {
			return o.Area == d.Area && o.Change == d.Change && o.Subject != d.Subject && alikeChange(&d, o)
		}
		if slices.ContainsFunc(found[i+1:], func(o Difference) bool { return same(&o) }) {
			cause := i
			for j := range found { // it is known by what has a name
				if j > i && same(&found[j]) && strings.Count(found[j].Subject, "[]") < strings.Count(found[cause].Subject, "[]") {
					cause = j
				}
			}
			first := found[i]
			found = fold(found, cause, func(o *Difference) bool { return same(o) || o.Area == first.Area && o.Subject == first.Subject })
		}
	}
	if i := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "subprotocol" }); i >= 0 {
		found = fold(found, i, func(d *Difference) bool {
			return isLost(d) || ofEnding(d) || isBeat(d) || ofRequest(d) && d.Area != "subprotocol"
		})
	}
	for i := 0; i < len(found); i++ {
		d := found[i]
		if d.Area == "repeated" && d.Change == "appeared" { // what is sent again has the number that it had
			found = fold(found, i, func(o *Difference) bool {
				return o.Area == "sequence" && senderOf(o.Subject) == senderOf(d.Subject)
			})
		}
	}
	for i := 0; i < len(found); i++ {
		d := found[i]
		if !isFailure(&d) {
			continue
		}
		before := len(found)
		found = fold(found, i, func(o *Difference) bool {
			sameKind := kindOf(o) == kindOf(&d) && (o.Area == "field" || o.Area == "value" || o.Area == "size")
			ended := d.Area == "message" && ofEnding(o) && endedEarly(found)
			instead := o.Area == "message" && o.Change == "vanished" && lastWord(o.Subject) == lastWord(kindOf(&d))
			return (sameKind || instead || ended || isLost(o) || isBeat(o)) && !(o.Area == d.Area && o.Subject == d.Subject)
		})
		if len(found) < before {
			break
		}
	}
	// Of the server's messages that are gone those that answered something explain the others.
	if i := slices.IndexFunc(found, func(d Difference) bool { return isGone(&d) && isAnswer(old[d.Subject]) }); i >= 0 {
		answer := old[found[i].Subject]
		found = fold(found, i, func(d *Difference) bool {
			return isGone(d) && !isAnswer(old[d.Subject]) && (len(answer.Fields) == 0 || old[d.Subject] != nil && old[d.Subject].Of[answer.Answers] > 0)
		})
	}
	// Who does not get what it waits for does less.
	if i := slices.IndexFunc(found, func(d Difference) bool { return isLost(&d) && strings.HasPrefix(d.Subject, "server ") }); i >= 0 {
		found = fold(found, i, func(d *Difference) bool { return isLost(d) && strings.HasPrefix(d.Subject, "client ") })
	}
	return found
}

// isGone says whether a difference is that the server does not send a kind any more.
func isGone(d *Difference) bool {
	return d.Area == "message" && d.Change == "vanished" && strings.HasPrefix(d.Subject, "server ")
}

// isAnswer says whether a kind answers requests by their identifiers.
func isAnswer(k *Kind) bool { return k != nil && 10*k.Replies >= 9*k.Count.sum() }

// alikeChange says whether two differences of one area are of one change.
func alikeChange(d, o *Difference) bool {
	switch d.Area {
	case "field":
		if from, to := newType(d), newType(o); d.Change == "changed" && from != "" && from == to && d.Old == o.Old && senderOf(d.Subject) == senderOf(o.Subject) {
			return true // what writes them writes another type
		}
		return placeOf(d.Subject) == placeOf(o.Subject) && lastName(d.Old) == lastName(o.Old) && lastName(d.New) == lastName(o.New)
	case "message": // renamed on both sides
		_, old, _ := strings.Cut(d.Old, " ")
		_, otherOld, _ := strings.Cut(o.Old, " ")
		_, now, _ := strings.Cut(d.New, " ")
		_, otherNow, _ := strings.Cut(o.New, " ")
		return d.Change == "changed" && (masked(old, false) == masked(otherOld, false) && masked(now, false) == masked(otherNow, false) ||
			strings.Contains(old, " ") && lastWord(old) == lastWord(otherOld) && lastWord(now) == lastWord(otherNow))
	}
	return false
}

// newType is the only type that a place holds now and did not before; "" where there is none, or several.
func newType(d *Difference) (found string) {
	was := strings.Split(d.Old, " or ")
	for _, t := range strings.Split(d.New, " or ") {
		if !slices.Contains([]string{"string", "number", "boolean", "null", "object", "list"}, t) {
			return ""
		}
		if !slices.Contains(was, t) {
			if found != "" {
				return ""
			}
			found = t
		}
	}
	return found
}

// senderOf is the side that a kind, or a place, is of.
func senderOf(subject string) string {
	from, _, _ := strings.Cut(subject, " ")
	return from
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
		return d.Change == "appeared" && (strings.Contains(d.Subject, " error") || strings.HasSuffix(d.Subject, "(error)") || slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(d.Subject), func(r rune) bool { return strings.ContainsRune(" .:/_-", r) }), isErrorWord))
	}
	return false
}

// isErrorWord says whether a word in a kind's name says that something went wrong.
func isErrorWord(s string) bool {
	return slices.Contains([]string{"err", "error", "errors", "fail", "failed", "failure", "exception", "nack", "reject", "rejected", "refused", "denied"}, s)
}

func isBeat(d *Difference) bool { return d.Area == "heartbeat" || d.Area == "pings" }
