package behaviour

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// Difference is one way in which two behaviours differ.
type Difference struct {
	Role     string `json:"role"`
	Area     string `json:"area"`    // role, flows, reconnects, transport, request, handshake, subprotocol, extensions, pings, heartbeat, close, sealed, finding, message, count, unanswered, repeated, field, value, sequence, order, size, latency
	Subject  string `json:"subject"` // what of the area: a kind, a kind and a place of its JSON, …
	Change   string `json:"change"`  // appeared, vanished, changed
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
	Detail   string `json:"detail,omitempty"` // the numbers behind it
	Severity string `json:"severity"`         // error, warning, note: how likely it breaks somebody
	// LedTo are sentences about what else differs because of it.
	LedTo []string `json:"led_to,omitempty"`
	// Packet is, of a kind of messages that appeared, the one that the first of them is in; 0 where there are several captures.
	Packet int64 `json:"packet,omitempty"`

	weak bool // chance may have made it, though it rarely does: it is told where it is alone
}

// Compare tells how now differs from old, what was ignored in either left aside. Each is one run, or a sample of several.
// Differences come by role, area and subject.
func Compare(old, now *Behaviour, ignore Ignore) []Difference {
	both := []*Behaviour{old, now}
	alignAll(both)
	old, now = both[0], both[1]
	c := &comparison{ignore: ignore, runs: old.runs(), since: min(max(old.Version, 1), max(now.Version, 1))}
	was, is := byName(old.Roles), byName(now.Roles)
	c.roleNames(was, is)
	for _, name := range union(was, is) {
		if a, b := was[name], is[name]; a != nil && b != nil {
			c.role = name
			c.roles(a, b)
		}
	}
	c.found = withoutChance(relayed(c.found))
	slices.SortStableFunc(c.found, func(a, b Difference) int { return cmp.Compare(a.Role, b.Role) })
	return c.found
}

// withoutChance leaves out weak evidence where it is not alone: runs in which several such things differ are runs that differ by
// chance, and where something sure is found the weak is a part of it, or nothing.
func withoutChance(found []Difference) []Difference {
	weak, sure := 0, 0
	for i := range found {
		switch {
		case found[i].weak:
			weak++
		case found[i].Severity != "note":
			sure++
		}
	}
	if weak == 0 || weak == 1 && sure == 0 {
		return found
	}
	return slices.DeleteFunc(found, func(d Difference) bool { return d.weak })
}

type comparison struct {
	ignore Ignore
	runs   int // in the old sample
	since  int // version of the older baseline: what it does not know is not compared
	role   string
	found  []Difference
	weak   bool    // what is told is weak evidence
	random float64 // the share of the fields that are there or not by chance
}

func (c *comparison) tell(area, subject, change, old, now, detail, severity string) {
	if c.ignore.hides(c.role, area, subject) {
		c.weak = false
		return
	}
	c.found = append(c.found, Difference{c.role, area, subject, change, old, now, detail, severity, nil, 0, c.weak})
	c.weak = false
}

// roleNames tells of roles that came and went. One that is only in some runs of a sample may be in none of another.
func (c *comparison) roleNames(was, is map[string]*Role) {
	gone, came := missingRoles(was, is), missingRoles(is, was)
	if len(gone) == 1 && len(came) == 1 && was[gone[0]].alike(is[came[0]]) {
		c.role = gone[0]
		c.tell("role", "", "changed", gone[0], came[0], "the same messages", "error")
		return
	}
	for _, name := range gone {
		c.role = name
		c.tell("role", "", "vanished", "", "", "", "error")
	}
	for _, name := range came {
		c.role = name
		c.tell("role", "", "appeared", "", "", "", "warning")
	}
}

func missingRoles(roles, in map[string]*Role) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		if in[name] == nil && roles[name].Flows.least() > 0 {
			list = append(list, name)
		}
	}
	return list
}

// alike says whether two roles have the same kinds of messages, most of them.
func (r *Role) alike(o *Role) bool {
	mine, theirs := byKind(r.Messages), byKind(o.Messages)
	both := 0
	for name := range mine {
		if theirs[name] != nil {
			both++
		}
	}
	return both > 0 && 4*both >= 3*max(len(mine), len(theirs))
}

func (c *comparison) roles(a, b *Role) {
	before := len(c.found)
	c.reconnects(a, b)
	if c.outside(a.Flows, b.Flows) {
		c.tell("flows", "", "changed", a.Flows.String(), b.Flows.String(), "", "warning")
	}
	bs := b.tallies()
	for i, t := range a.tallies() {
		old, now := *t.tally, *bs[i].tally
		vanished, appeared := missing(old, now, a.Flows.sum(), b.Flows.sum()), missing(now, old, b.Flows.sum(), a.Flows.sum())
		switch t.area {
		case "finding":
			c.findings(vanished, appeared, a, b)
			continue
		case "request":
			if n, m := a.notRejected(), b.notRejected(); c.since >= 2 && n > 0 && m > 0 {
				c.requests(old, now, n, m)
			}
			continue
		case "pings":
			c.pings(a, b)
			continue
		case "close":
			vanished, appeared = closesApart(a, b)
			vanished, appeared = endingsByChance(vanished, old, a, b), endingsByChance(appeared, now, b, a)
		}
		c.tally(t.area, vanished, appeared)
	}
	c.sealed(a.Sealed, b.Sealed)
	renamed := c.kinds(a, b)
	c.order(a, b, renamed)
	c.sequences(a, b)
	c.found = append(c.found[:before], causes(c.found[before:], a, b)...)
}

// missing is what of a tally another lacks, though not by chance.
func missing(from, in Tally, flows, inFlows int64) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if in[name] == 0 && !(min(flows, inFlows) >= fewFlows && byChance(from[name], flows, 0, inFlows)) {
			list = append(list, name)
		}
	}
	return list
}

// endingsByChance leaves aside what flows that are cut by the capture's end cannot show, and what few of the flows show.
func endingsByChance(list []string, in Tally, has, lacks *Role) []string {
	return slices.DeleteFunc(list, func(name string) bool {
		n := in[name]
		closed := lacks.Flows.sum() - lacks.Open
		if closed <= 0 {
			return true
		}
		// A process that is ended leaves some of its connections as they are.
		if what, _, _ := strings.Cut(name, " by "); !isCode(what) && (n < 2 && has.Flows.sum() > 2 || 3*n < has.Flows.sum() || byChanceAt(n, has.Flows.sum(), 0, closed, 0.05)) && n < has.Flows.sum()-has.Open {
			return true
		}
		return n > 0 && n < has.Flows.sum()-has.Open && min(closed, has.Flows.sum()) >= fewFlows && byChance(n, has.Flows.sum()-has.Open, 0, closed)
	})
}

// tally tells what of a tally appeared, vanished or, where it is one for one, changed.
func (c *comparison) tally(area string, vanished, appeared []string) {
	if len(vanished) == 1 && len(appeared) == 1 {
		c.tell(area, "", "changed", vanished[0], appeared[0], "", "error")
		return
	}
	for _, name := range vanished {
		c.tell(area, name, "vanished", "", "", "", "warning")
	}
	for _, name := range appeared {
		c.tell(area, name, "appeared", "", "", "", "error")
	}
}

// timingDependent are the findings that may depend on when a flow ended, or on how busy network and machine were.
var timingDependent = []string{"close-unanswered", "delivery-stalled", "beaconing", "tcp-overlap-conflict", "ping-unanswered"}

// findings have a severity of their own; that one is gone is good news.
func (c *comparison) findings(vanished, appeared []string, a, b *Role) {
	byTiming := func(rest string, n, flows int64) bool {
		rule, _, _ := strings.Cut(rest, " by ")
		return slices.Contains(timingDependent, rule) && n < flows
	}
	for _, name := range vanished {
		if _, rest, _ := strings.Cut(name, " "); !byTiming(rest, a.Findings[name], a.Flows.sum()) {
			c.tell("finding", rest, "vanished", "", "", "", "note")
		}
	}
	for _, name := range appeared {
		if severity, rest, _ := strings.Cut(name, " "); !byTiming(rest, b.Findings[name], b.Flows.sum()) {
			c.tell("finding", rest, "appeared", "", "", rule(rest), severity)
		}
	}
}

// rule is what a finding says, "reserved-bits by server", in the words of its rule.
func rule(finding string) string {
	id, _, _ := strings.Cut(finding, " by ")
	for _, r := range record.Rules() {
		if r.ID == id {
			if r.RFC != "" {
				return r.RFC + ": " + r.Sentence
			}
			return r.Sentence
		}
	}
	return ""
}

func byName(roles []*Role) map[string]*Role {
	m := make(map[string]*Role, len(roles))
	for _, r := range roles {
		m[r.Name] = r
	}
	return m
}

func byKind(kinds []*Kind) map[string]*Kind {
	m := make(map[string]*Kind, len(kinds))
	for _, k := range kinds {
		m[k.From+" "+k.Name] = k
	}
	return m
}

// union is the names of both, in order.
func union[V any](a, b map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.SortFunc(all, cmp.Compare)
	return slices.Compact(all)
}
