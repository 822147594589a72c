package behaviour

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Difference is one way in which two behaviours differ.
type Difference struct {
	Role     string `json:"role"`
	Area     string `json:"area"`    // role, flows, transport, handshake, subprotocol, extensions, pings, close, finding, message, count, repeated, field, order, size, latency
	Subject  string `json:"subject"` // what of the area: a kind, a kind and a place of its JSON, …
	Change   string `json:"change"`  // appeared, vanished, changed
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
	Detail   string `json:"detail,omitempty"` // the numbers behind it
	Severity string `json:"severity"`         // error, warning, note: how likely it breaks somebody
}

// Compare tells how now differs from old, what was ignored in either left aside.
// Differences come by role, area and subject.
func Compare(old, now *Behaviour, ignore Ignore) []Difference {
	c := &comparison{ignore: ignore}
	for _, name := range union(byName(old.Roles), byName(now.Roles)) {
		a, b := byName(old.Roles)[name], byName(now.Roles)[name]
		c.role = name
		switch {
		case a == nil:
			c.tell("role", "", "appeared", "", "", "", "warning")
		case b == nil:
			c.tell("role", "", "vanished", "", "", "", "error")
		default:
			c.roles(a, b)
		}
	}
	return c.found
}

type comparison struct {
	ignore Ignore
	role   string
	found  []Difference
}

func (c *comparison) tell(area, subject, change, old, now, detail, severity string) {
	if c.ignore.hides(area, subject) {
		return
	}
	c.found = append(c.found, Difference{c.role, area, subject, change, old, now, detail, severity})
}

func (c *comparison) roles(a, b *Role) {
	if counted(a.Flows, b.Flows) {
		c.tell("flows", "", "changed", decimal(a.Flows), decimal(b.Flows), "", "warning")
	}
	bs := b.tallies()
	for i, t := range a.tallies() {
		c.tally(t.area, *t.tally, *bs[i].tally, a.Flows, b.Flows)
	}
	renamed := c.kinds(a, b)
	c.order(a, b, renamed)
}

// tally tells what of a tally appeared, vanished or, where it is one for one, changed.
func (c *comparison) tally(area string, old, now Tally, oldFlows, nowFlows int64) {
	missing := func(from, in Tally, flows, inFlows int64) (list []string) {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			if in[name] == 0 && !(inFlows >= fewFlows && byChance(float64(from[name])/float64(flows), inFlows)) {
				list = append(list, name)
			}
		}
		return list
	}
	vanished, appeared := missing(old, now, oldFlows, nowFlows), missing(now, old, nowFlows, oldFlows)
	if area == "finding" {
		c.findings(vanished, appeared)
		return
	}
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

// findings have a severity of their own; that one is gone is good news.
func (c *comparison) findings(vanished, appeared []string) {
	for _, name := range vanished {
		_, rest, _ := strings.Cut(name, " ")
		c.tell("finding", rest, "vanished", "", "", "", "note")
	}
	for _, name := range appeared {
		severity, rest, _ := strings.Cut(name, " ")
		c.tell("finding", rest, "appeared", "", "", "", severity)
	}
}

// kinds compares messages, and returns the new names of those that were renamed.
func (c *comparison) kinds(a, b *Role) (renamed map[string]string) {
	old, now := byKind(a.Messages), byKind(b.Messages)
	renamed = map[string]string{}
	var vanished, appeared []string
	for name, k := range old {
		if now[name] == nil && !(b.Flows >= fewFlows && byChance(float64(k.Flows)/float64(a.Flows), b.Flows)) {
			vanished = append(vanished, name)
		}
	}
	for name, k := range now {
		if old[name] == nil && !(a.Flows >= fewFlows && byChance(float64(k.Flows)/float64(b.Flows), a.Flows)) {
			appeared = append(appeared, name)
		}
	}
	slices.Sort(vanished)
	slices.Sort(appeared)
	for _, was := range vanished {
		i := slices.IndexFunc(appeared, func(is string) bool { return sameShape(old[was], now[is]) })
		if i < 0 {
			c.tell("message", was, "vanished", "", "", "", "error")
			continue
		}
		c.tell("message", was, "changed", was, appeared[i], "renamed: same sender and fields, about as many", "error")
		renamed[was] = appeared[i]
		appeared = slices.Delete(appeared, i, i+1)
	}
	for _, is := range appeared {
		c.tell("message", is, "appeared", "", "", "", "warning")
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if k := now[name]; k != nil {
			c.kind(name, old[name], k)
		}
	}
	return renamed
}

// sameShape says whether two kinds are likely one that was renamed.
func sameShape(a, b *Kind) bool {
	return a.From == b.From && !counted(a.Count, b.Count) && len(a.Fields) > 1 &&
		slices.Equal(slices.Sorted(maps.Keys(a.Fields)), slices.Sorted(maps.Keys(b.Fields)))
}

// kind compares two kinds of one name.
func (c *comparison) kind(name string, old, now *Kind) {
	if counted(old.PerFlow, now.PerFlow) {
		c.tell("count", name, "changed", decimal(old.PerFlow)+" a flow", decimal(now.PerFlow)+" a flow", "", "warning")
	}
	if old.Repeated == 0 && now.Repeated > 0 {
		c.tell("repeated", name, "appeared", "", "", decimal(now.Repeated)+" sent again, byte by byte the same", "warning")
	}
	if old.Repeated > 0 && now.Repeated == 0 {
		c.tell("repeated", name, "vanished", "", "", "", "note")
	}
	fields := c.fields(name, old, now)
	// A field that came or went explains the size.
	if moved, numbers := sizeTolerance.shift(old.Size, now.Size, bytesUnit); moved && !fields {
		c.tell("size", name, "changed", bytesUnit(old.Size.P50), bytesUnit(now.Size.P50), numbers, worse(now.Size.P50 > old.Size.P50))
	}
	if moved, numbers := latencyTolerance.shift(old.Reply, now.Reply, milliseconds); moved {
		c.tell("latency", name, "changed", milliseconds(old.Reply.P50), milliseconds(now.Reply.P50), numbers, worse(now.Reply.P50 > old.Reply.P50))
	}
}

func worse(yes bool) string {
	if yes {
		return "warning"
	}
	return "note"
}

// order tells of kinds that always came in one order and now come in the other.
func (c *comparison) order(a, b *Role, renamed map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(a.Order)) {
		from, pair, _ := strings.Cut(key, ": ")
		first, then, _ := strings.Cut(pair, " < ")
		held, kept := a.Order[orderName(from, then, first)] == 0, 0.0
		for was, is := range renamed {
			if was == from+" "+first {
				first = strings.TrimPrefix(is, from+" ")
			}
			if was == from+" "+then {
				then = strings.TrimPrefix(is, from+" ")
			}
		}
		same, other := b.Order[orderName(from, first, then)], b.Order[orderName(from, then, first)]
		if !held || other == 0 {
			continue
		}
		if kept = float64(other) / float64(same+other); byChance(kept, a.Order[key]) {
			continue
		}
		c.tell("order", key, "changed", pair, then+" < "+first, decimal(other)+" of "+decimal(same+other)+" now come the other way round", "error")
	}
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
