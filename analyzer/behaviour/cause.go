package behaviour

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reconnects tells of clients that come back after abnormal ends, where they did not before, or do far more often: so that
// there are more flows than there were.
func (c *comparison) reconnects(a, b *Role) {
	of := func(r *Role) string { return fmt.Sprintf("%s of %s flows", r.Reconnects, r.Flows) }
	switch {
	case !c.outside(a.Reconnects, b.Reconnects) || (a.Reconnects.mean() < b.Reconnects.mean()) != (a.Flows.mean() < b.Flows.mean()) || !c.outside(a.Flows, b.Flows):
	case a.Reconnects.sum() == 0:
		c.tell("reconnects", "", "appeared", "", of(b), "clients came back after "+abnormalEnds(b.Closes), "error")
	case b.Reconnects.sum() == 0:
		c.tell("reconnects", "", "vanished", of(a), "", "", "note")
	default:
		c.tell("reconnects", "", "changed", of(a), of(b), "", worse(b.Reconnects.mean() > a.Reconnects.mean()))
	}
}

// abnormalEnds are the ends of a tally after which clients come back.
func abnormalEnds(t Tally) string {
	var list []string
	for _, end := range slices.Sorted(maps.Keys(t)) {
		if !strings.HasPrefix(end, "1000 ") && !strings.HasPrefix(end, "1001 ") {
			list = append(list, fmt.Sprintf("%s (%d times)", end, t[end]))
		}
	}
	if list == nil {
		return "their connections ended"
	}
	return strings.Join(list, ", ")
}

// causes leaves out of a role's differences those that others led to, and says so with the others:
//
//	a frame that breaks the protocol, or a ping without its pong  → the peer ends the connection, and what would have come does not
//	clients that come back                                        → more flows, and ends as theirs
//	requests that came or went, or are more or less               → their answers
func causes(found []Difference, a, b *Role) []Difference {
	found = roundTrips(found, byKind(a.Messages), byKind(b.Messages))
	violation := slices.IndexFunc(found, func(d Difference) bool {
		return d.Area == "finding" && d.Change != "vanished" && d.Severity == "error" && !isUnanswered(&d)
	})
	silence := slices.IndexFunc(found, func(d Difference) bool {
		return d.Area == "pings" && d.Change != "vanished" && strings.Contains(d.New+d.Subject, "not answered")
	})
	switch early := endedEarly(found); {
	case violation >= 0 && early:
		found = fold(found, violation, func(d *Difference) bool { return ofEnding(d) || d.Area == "pings" || isUnanswered(d) })
	case silence >= 0:
		found = fold(found, silence, func(d *Difference) bool { return isUnanswered(d) || early && ofEnding(d) })
	}
	if stopped := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "heartbeat" }); stopped >= 0 {
		answer := byKind(a.Messages)[found[stopped].Subject]
		found = fold(found, stopped, func(d *Difference) bool {
			return d.Area == "pings" || d.Area == "heartbeat" || d.Area == "unanswered" && answer != nil && d.Subject == answer.request()
		})
	}
	if lost := slices.IndexFunc(found, func(d Difference) bool { return isLost(&d) && d.Area != "unanswered" }); lost >= 0 {
		found = fold(found, lost, func(d *Difference) bool { return d.Area == "unanswered" })
	}
	if refused := slices.IndexFunc(found, func(d Difference) bool {
		return d.Area == "handshake" && strings.Contains(d.Subject+d.New, "rejected")
	}); refused >= 0 {
		found = fold(found, refused, func(d *Difference) bool {
			return d.Area == "flows" || d.Area == "reconnects" || d.Area == "request" || isStorm(d) || d.Area == "finding" && d.Severity == "note"
		})
	}
	if closed := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "close" && d.Change != "vanished" }); closed >= 0 && !slices.ContainsFunc(found, func(d Difference) bool { return d.Area == "reconnects" }) {
		by, _, _ := strings.Cut(found[closed].Subject, " ")
		abnormal := found[closed].Change == "appeared" && isCode(by) && by != "1000" && by != "1001"
		found = fold(found, closed, func(d *Difference) bool { return isStorm(d) || abnormal && d.Area == "flows" && !fewer(d) })
	}
	if asks := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "request" }); asks >= 0 {
		found = fold(found, asks, ofRequest)
	}
	if again := slices.IndexFunc(found, func(d Difference) bool { return d.Area == "reconnects" && d.Change != "vanished" }); again >= 0 {
		normal := func(end string) bool { return strings.HasPrefix(end, "1000 ") || strings.HasPrefix(end, "1001 ") }
		found = fold(found, again, func(d *Difference) bool {
			return d.Area == "flows" || isStorm(d) || d.Area == "close" && d.Change == "appeared" && !normal(d.Subject)
		})
	}
	return together(found, byKind(a.Messages))
}

// isLost says whether a difference is that something is not sent any more, or less.
func isLost(d *Difference) bool {
	return d.Area == "message" && d.Change == "vanished" || d.Area == "count" && fewer(d) || d.Area == "unanswered"
}

// ofRequest says whether a difference may come of what a request asks with.
func ofRequest(d *Difference) bool {
	rule, _, _ := strings.Cut(d.Subject, " by ")
	return d.Area == "subprotocol" || d.Area == "finding" && slices.Contains([]string{"cross-site-origin", "token-in-url", "credentials-in-clear", "subprotocol-not-agreed"}, rule)
}

// roundTrips puts what changed of answers with their requests.
func roundTrips(found []Difference, old, now map[string]*Kind) []Difference {
	for i := 0; i < len(found); i++ {
		request := found[i]
		more := growth(&request, old, now)
		if more == 0 {
			continue
		}
		answers := func(d *Difference) bool {
			k := cmp.Or(now[d.Subject], old[d.Subject])
			if k == nil || d.Area == "repeated" || strings.HasPrefix(request.Subject, k.From+" ") || growth(d, old, now) != more {
				return false
			}
			return d.Area == "count" && k.Answers != "" || k.request() == request.Subject || sameName(d.Subject, request.Subject)
		}
		before := len(found)
		found = fold(found, i, answers)
		if len(found) < before {
			i = slices.IndexFunc(found, func(d Difference) bool { return d.Area == request.Area && d.Subject == request.Subject })
		}
	}
	return found
}

// sameName says whether two kinds are about the same thing: "client subscribe like", "server complete like".
func sameName(a, b string) bool {
	return strings.Count(a, " ") > 1 && a[strings.LastIndexByte(a, ' '):] == b[strings.LastIndexByte(b, ' '):]
}

// growth is how many more messages a flow has of a kind that a difference is about; 0 where it says nothing of that.
func growth(d *Difference, old, now map[string]*Kind) int64 {
	was, is := old[d.Subject], now[d.Subject]
	switch {
	case d.Area == "message" && d.Change == "appeared" && is != nil:
		return is.PerFlow
	case d.Area == "message" && d.Change == "vanished" && was != nil:
		return -was.PerFlow
	case (d.Area == "count" || d.Area == "repeated") && was != nil && is != nil:
		return is.PerFlow - was.PerFlow
	}
	return 0
}

func isUnanswered(d *Difference) bool {
	return d.Area == "finding" && strings.HasPrefix(d.Subject, "ping-unanswered")
}

func isStorm(d *Difference) bool {
	return d.Area == "finding" && strings.HasPrefix(d.Subject, "reconnect-storm")
}

// ofEnding says whether a difference may come of flows that ended early: how they ended, that clients came back, and what
// was not sent any more.
func ofEnding(d *Difference) bool {
	switch d.Area {
	case "close", "flows", "reconnects":
		return true
	case "message":
		return d.Change == "vanished"
	case "count":
		return fewer(d)
	}
	return isStorm(d)
}

// endedEarly says whether flows end in another way than before: by a code that says that something is wrong, or by none.
func endedEarly(found []Difference) bool {
	return slices.ContainsFunc(found, func(d Difference) bool {
		if d.Area != "close" || d.Change == "vanished" {
			return false
		}
		code, _, _ := strings.Cut(d.New+d.Subject, " ")
		return slices.Contains([]string{"1002", "1003", "1006", "1007", "1008", "1009", "1010", "1011", "fin", "rst"}, strings.TrimSuffix(code, ","))
	})
}

// fewer says whether a count became less.
func fewer(d *Difference) bool {
	var old, now int64
	_, err1 := fmt.Sscan(d.Old, &old)
	_, err2 := fmt.Sscan(d.New, &now)
	return err1 == nil && err2 == nil && now < old
}

// lessOrNothing is what stands before the kinds that are not sent any more because of something else.
const lessOrNothing = "less or nothing is sent of: "

// fold puts those of the differences that one led to with it.
func fold(found []Difference, cause int, led func(*Difference) bool) (kept []Difference) {
	var follow, less []string
	for i := range found {
		d := &found[i]
		switch {
		case i == cause || !led(d):
		case d.Area == "message" && d.Change == "vanished" || d.Area == "count" && fewer(d):
			less = append(less, d.Subject)
		default:
			follow = append(append(follow, d.Sentence()), d.LedTo...)
		}
	}
	if less != nil {
		slices.Sort(less)
		follow = append(follow, lessOrNothing+strings.Join(less, ", "))
	}
	for i := range found {
		if i == cause {
			found[i].LedTo = append(found[i].LedTo, follow...)
		} else if led(&found[i]) {
			continue
		}
		kept = append(kept, found[i])
	}
	return kept
}
