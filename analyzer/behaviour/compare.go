package behaviour

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"wscope/analyzer"
)

// Difference is one way in which two behaviours differ.
type Difference struct {
	Role     string `json:"role"`
	Area     string `json:"area"`    // role, flows, reconnects, transport, handshake, subprotocol, extensions, pings, close, finding, message, count, repeated, field, order, size, latency
	Subject  string `json:"subject"` // what of the area: a kind, a kind and a place of its JSON, …
	Change   string `json:"change"`  // appeared, vanished, changed
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
	Detail   string `json:"detail,omitempty"` // the numbers behind it
	Severity string `json:"severity"`         // error, warning, note: how likely it breaks somebody
	// LedTo are sentences about what else differs because of it.
	LedTo []string `json:"led_to,omitempty"`
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
	c.found = append(c.found, Difference{c.role, area, subject, change, old, now, detail, severity, nil})
}

func (c *comparison) roles(a, b *Role) {
	before := len(c.found)
	c.reconnects(a, b)
	if counted(a.Flows, b.Flows) {
		c.tell("flows", "", "changed", decimal(a.Flows), decimal(b.Flows), "", "warning")
	}
	bs := b.tallies()
	for i, t := range a.tallies() {
		old, now := *t.tally, *bs[i].tally
		vanished, appeared := missing(old, now, a.Flows, b.Flows), missing(now, old, b.Flows, a.Flows)
		switch t.area {
		case "finding":
			c.findings(vanished, appeared, a, b)
			continue
		case "pings":
			vanished, appeared = pingsApart(vanished, appeared, a, b)
		case "close":
			vanished, appeared = closesApart(old, now)
		}
		c.tally(t.area, vanished, appeared)
	}
	renamed := c.kinds(a, b)
	c.order(a, b, renamed)
	c.found = append(c.found[:before], causes(c.found[before:], a, b)...)
}

// missing is what of a tally another lacks, though not by chance.
func missing(from, in Tally, flows, inFlows int64) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if in[name] == 0 && !(inFlows >= fewFlows && byChance(from[name], flows, 0, inFlows)) {
			list = append(list, name)
		}
	}
	return list
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

// hasty are the findings that may depend on when a flow ended, or on how busy network and machine were.
var hasty = []string{"close-unanswered", "delivery-stalled", "beaconing", "tcp-overlap-conflict"}

// findings have a severity of their own; that one is gone is good news.
func (c *comparison) findings(vanished, appeared []string, a, b *Role) {
	byHaste := func(rest string, n, flows int64) bool {
		rule, _, _ := strings.Cut(rest, " by ")
		return slices.Contains(hasty, rule) && n < flows
	}
	for _, name := range vanished {
		if _, rest, _ := strings.Cut(name, " "); !byHaste(rest, a.Findings[name], a.Flows) {
			c.tell("finding", rest, "vanished", "", "", "", "note")
		}
	}
	for _, name := range appeared {
		if severity, rest, _ := strings.Cut(name, " "); !byHaste(rest, b.Findings[name], b.Flows) {
			c.tell("finding", rest, "appeared", "", "", rule(rest), severity)
		}
	}
}

// rule is what a finding says, "reserved-bits by server", in the words of its rule.
func rule(finding string) string {
	id, _, _ := strings.Cut(finding, " by ")
	for _, r := range analyzer.Rules() {
		if r.ID == id {
			if r.RFC != "" {
				return r.RFC + ": " + r.Sentence
			}
			return r.Sentence
		}
	}
	return ""
}

// kinds compares messages, and returns the new names of those that were renamed.
func (c *comparison) kinds(a, b *Role) (renamed map[string]string) {
	old, now := byKind(a.Messages), byKind(b.Messages)
	renamed = map[string]string{}
	vanished, appeared := lacking(old, now), lacking(now, old)
	for _, was := range vanished {
		i := slices.IndexFunc(appeared, func(is string) bool { return old[was].renamedTo(now[is]) })
		if i < 0 {
			i = onlyOne(old[was], vanished, appeared, old, now)
		}
		if i < 0 {
			if !rare(old[was], a.Flows, b.Flows) {
				c.tell("message", was, "vanished", "", "", "", "error")
			}
			continue
		}
		c.tell("message", was, "changed", was, appeared[i], "the same sender, of the same form, about as many", "error")
		renamed[was] = appeared[i]
		appeared = slices.Delete(appeared, i, i+1)
	}
	for _, is := range appeared {
		if !rare(now[is], b.Flows, a.Flows) {
			c.tell("message", is, "appeared", "", "", "", "warning")
		}
	}
	others := bystanders(a, b)
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if k := now[name]; k != nil {
			c.kind(name, old[name], k, a, b, others)
		}
	}
	c.latencies(old, now, others)
	return renamed
}

// lacking are the kinds that others do not have.
func lacking(kinds, others map[string]*Kind) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if others[name] == nil && !isHeart(kinds[name].Name) {
			names = append(names, name)
		}
	}
	return names
}

// rare says whether a kind may be absent from a run by chance: it is in few of the flows.
func rare(k *Kind, flows, inFlows int64) bool {
	if inFlows >= fewFlows {
		return byChance(k.Flows, flows, 0, inFlows)
	}
	return 2*k.Flows < flows
}

// kind compares two kinds of one name.
func (c *comparison) kind(name string, old, now *Kind, a, b *Role, others *bystander) {
	if !isHeart(old.Name) && !c.repeated(name, old, now) && moreOrLess(old, now, a, b, others.quiet()) {
		c.tell("count", name, "changed", decimal(old.PerFlow)+" a flow", decimal(now.PerFlow)+" a flow", "", "warning")
	}
	// A field that came or went explains the size.
	if fields := c.fields(name, old, now); !fields && sizes(old.Size, now.Size) {
		c.tell("size", name, "changed", bytesUnit(old.Size.P50), bytesUnit(now.Size.P50), numbers(old.Size, now.Size, bytesUnit), worse(now.Size.P50 > old.Size.P50))
	}
}

// moreOrLess says whether a flow has more or less of a kind than before. What timers send grows with the time that
// a flow lasts, and is less on a busy machine.
func moreOrLess(old, now *Kind, a, b *Role, quiet bool) bool {
	if !counted(old.PerFlow, now.PerFlow) || old.PerFlow <= now.Most && old.PerFlow >= now.Least || now.PerFlow <= old.Most && now.PerFlow >= old.Least {
		return false
	}
	if old.Most == 1 || now.Most == 1 || old.Least == old.Most && now.Least == now.Most && max(old.Most, now.Most) <= 3 {
		return true
	}
	was, is := float64(old.PerFlow), float64(now.PerFlow)
	grown, room := was, 0.75
	if a.Lasts != nil && b.Lasts != nil && a.Lasts.P50 > 0 {
		grown = was * b.Lasts.P50 / a.Lasts.P50
	}
	if old.pushed() || now.pushed() {
		room = 0.33
		if quiet {
			room = 0.6
		}
	}
	return is < room*min(was, grown) || is > max(was, grown)/room
}

// pushed says whether most of a kind answer nothing: events, or what timers send.
func (k *Kind) pushed() bool {
	return k.From == "server" && (k.Reply == nil || 2*k.Reply.N < k.Count)
}

// order tells of kinds that came in one order wherever they could, and now come in the other.
func (c *comparison) order(a, b *Role, renamed map[string]string) {
	old, now := byKind(a.Messages), byKind(b.Messages)
	always := func(r *Role, kinds map[string]*Kind, from, first, then string) bool {
		f, t := kinds[from+" "+first], kinds[from+" "+then]
		if f == nil || t == nil || r.Order[orderName(from, then, first)] > 0 {
			return false
		}
		return float64(r.Order[orderName(from, first, then)]) >= 0.8*float64(max(f.Count, t.Count))
	}
	for _, key := range slices.Sorted(maps.Keys(a.Order)) {
		from, pair, _ := strings.Cut(key, ": ")
		first, then, _ := strings.Cut(pair, " < ")
		if !always(a, old, from, first, then) {
			continue
		}
		if is := renamed[from+" "+first]; is != "" {
			first = strings.TrimPrefix(is, from+" ")
		}
		if is := renamed[from+" "+then]; is != "" {
			then = strings.TrimPrefix(is, from+" ")
		}
		if always(b, now, from, then, first) {
			c.tell("order", key, "changed", pair, then+" < "+first, decimal(b.Order[orderName(from, then, first)])+" times, and never as before", "error")
		}
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
