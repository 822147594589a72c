package behaviour

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
)

// suite is what two behaviours of a role show of how alike their runs are.
type suite struct {
	a, b   *Role
	old    map[string]*Kind
	now    map[string]*Kind
	runs   int
	steady float64 // share of all kinds that are as many in both, but for what keeps connections alive
	exact  float64 // share of the clients' kinds that are as many in both
	ticks  bool    // the server sends some kinds by itself
	longer float64 // how much longer the flows of b last, all together
	// counters are the places that a side counts its messages in, in either run.
	counters map[string]bool
	onTime   bool // what timers send to keep connections alive is as often there: no machine was too busy
	cut      bool // the capture of b ended before all flows did, and those of a did not, or not as many
}

func (c *comparison) suite(a, b *Role, old, now map[string]*Kind) *suite {
	s := &suite{a: a, b: b, old: withOpening(old, a), now: withOpening(now, b), runs: c.runs, longer: 1, counters: counters(a, b), cut: b.Open > a.Open}
	same, all := 0, 0
	for name, k := range old {
		if k.From == "client" && !k.timed() {
			all++
			if is := now[name]; is != nil && !apart(k.Count, is.Count) {
				same++
			}
		}
	}
	for name, k := range now {
		if k.From == "client" && !k.timed() && old[name] == nil {
			all++
		}
	}
	if all > 0 {
		s.exact = float64(same) / float64(all)
	}
	same, all = 0, 0
	for name, k := range old {
		if is := now[name]; is != nil && !k.timed() && (k.Caused > 0 || k.From == "client") {
			all++
			if !apart(k.Count, is.Count) {
				same++
			}
		}
	}
	if all > 0 {
		s.steady = float64(same) / float64(all)
	}
	for _, list := range []map[string]*Kind{old, now} {
		for _, k := range list {
			s.ticks = s.ticks || k.From == "server" && !k.timed() && !k.scripted() && k.Count.sum() > 0
		}
	}
	beats := false
	s.onTime = true
	for name, k := range old {
		if is := now[name]; k.timed() && k.Count.mean() >= 3 {
			beats = true
			s.onTime = s.onTime && is != nil && is.Count.mean() >= 0.7*k.Count.mean()
		}
	}
	s.onTime = s.onTime && beats
	if a.Lasts != nil && b.Lasts != nil && a.Lasts.P50 > 0 && a.Flows.mean() > 0 {
		s.longer = b.Lasts.P50 / a.Lasts.P50 * b.Flows.mean() / a.Flows.mean()
	}
	return s
}

// apart says whether no run of one sample can be one of the other's by its number.
func apart(a, b Counts) bool { return b.least() > a.most() || b.most() < a.least() }

// timed says whether a kind is there to keep the connection alive, or looks like it.
func (k *Kind) timed() bool {
	return isHeart(k.Name) || k.periodic() || k.mayBeat() && k.From == "client"
}

// scripted says whether there are as many of a kind as the program's users do something: what clients say, and what comes of it.
func (k *Kind) scripted() bool {
	n := k.Count.sum()
	if k.From == "client" {
		return !k.timed() && (10*k.Caused < 8*n || k.Replies > 0) // not what answers what the server says
	}
	return !k.timed() && (10*k.Replies >= 9*n || 10*k.Caused >= 9*n)
}

// certain says whether a kind that one run has cannot be absent from another, of other kinds, by chance.
func (s *suite) certain(k *Kind, kinds, others map[string]*Kind, scale float64) bool {
	switch n := k.Count.sum(); {
	case k.Count.least() == 0 || isHeart(k.Name) || k.timed():
		return false
	case k.From == "client":
		return true
	case 10*k.Replies >= 9*n && k.Of == nil:
		return true
	case k.Of == nil && k.Caused == n && n >= 2: // of a baseline that does not know it
		return true
	}
	orphan := false // what it came of is not there
	for name, q := range k.triggers(kinds) {
		if 10*k.Caused < 4*k.Count.sum() {
			break
		}
		is := others[q.turns()]
		of := k.Of[name]
		switch {
		case is == nil || is.Turns == 0:
			orphan = orphan || 2*of > k.Count.sum()
		case of == q.Turns && (of >= 3 || s.steady >= 0.8), !byChanceAt(of, q.Turns, 0, is.Turns, 0.005):
			return true
		}
	}
	if orphan {
		return false
	}
	for _, q := range kinds { // on a machine so busy that it does not show what came of what: there are as many, in as many flows
		if q.From == "client" && q.Turns > 0 && !q.timed() && k.Count.sum() >= 3 && q.Count.sum() == k.Count.sum() && q.Flows.sum() == k.Flows.sum() && others[q.turns()] != nil {
			return true
		}
	}
	switch runs, least := len(k.Count), k.Count.least(); {
	case runs >= 3 && least >= 2 && (least == k.Count.most() || least >= 3 || runs >= 5) && scale > 0.6:
		return true // each run has several
	case runs >= 3 && float64(least)*min(scale, 1) >= 5:
		return true
	case least >= 5 && s.steady >= 0.9 && 2*k.Caused >= k.Count.sum() && scale > 0.6:
		return true
	}
	// As much time without any makes it so unlikely that each comes in the one run and none in the others.
	exposure := scale * float64(max(s.runs, 1)) / float64(len(k.Count))
	if len(k.Count) > 1 {
		exposure = scale / float64(len(k.Count))
	}
	return 2*k.Caused < k.Count.sum() && math.Pow(1/(1+exposure), float64(k.Count.sum())) < 0.004
}

// trigger is the kind of the client's that a kind mostly comes of; nil where none is known.
func (k *Kind) trigger(kinds map[string]*Kind) (best *Kind) {
	most := 0.0
	for name, q := range k.triggers(kinds) {
		// Of two that led to it as often, the one that does so more surely.
		if n := float64(k.Of[name]) + float64(k.Of[name])/float64(q.Turns); n > most {
			best, most = q, n
		}
	}
	return best
}

// triggers are the kinds that a kind came of, by their names.
func (k *Kind) triggers(kinds map[string]*Kind) iter.Seq2[string, *Kind] {
	return func(yield func(string, *Kind) bool) {
		for _, name := range slices.Sorted(maps.Keys(k.Of)) {
			q := kinds["client "+name]
			if name == opening {
				q = kinds[opening]
			}
			if q != nil && q.Turns > 0 && k.From == "server" && !yield(name, q) {
				return
			}
		}
	}
}

// turns is the name in a map of kinds of what leads to others.
func (k *Kind) turns() string {
	if k.Name == opening {
		return opening
	}
	return k.From + " " + k.Name
}

// withOpening adds to kinds that flows were opened, which may lead to messages as well.
func withOpening(kinds map[string]*Kind, r *Role) map[string]*Kind {
	all := maps.Clone(kinds)
	all[opening] = &Kind{From: "client", Name: opening, Turns: r.Flows.sum()}
	return all
}

// fromTrigger says whether a kind comes of what led to it less often than it did, or more often; known is false where that cannot
// be said. What always comes of it may be missing once, by a race with the end.
func (s *suite) fromTrigger(old, now *Kind) (moved, known bool) {
	q := old.trigger(s.old)
	if q == nil || 10*old.Caused < 8*old.Count.sum() {
		return false, false
	}
	is := s.now[q.turns()]
	if is == nil || is.Turns == 0 {
		return false, false
	}
	of, turns, nowOf, nowTurns := old.Of[q.Name], q.Turns, now.Of[q.Name], is.Turns
	if times, sure := old.timesOf(q); sure && old.Burst.constant() && old.Burst.N >= 4 {
		if nowTimes, sure := now.timesOf(is); sure && times != nowTimes {
			return true, true
		}
	}
	if now.Burst != nil && old.Burst != nil && min(old.Burst.N, now.Burst.N) >= 3 && old.Burst.N+now.Burst.N >= 10 && old.Burst.P50 == old.Burst.most() && old.Burst.P25 >= 0.75*old.Burst.most() &&
		(now.Burst.most() < old.Burst.P25 || now.Burst.Min > old.Burst.most()) {
		return true, true // nearly always so many
	}
	n := now.Count.mean()
	if was := nearest(n, float64(old.Count.least()), float64(old.Count.most())); s.exact == 1 && 10*now.Caused >= 8*now.Count.sum() && max(was, n) > 2*min(was, n) && math.Abs(was-n) > 4*math.Sqrt(was+n) {
		return true, true // as much was asked for, and it led to half as much or twice
	}
	switch {
	case of == turns && nowOf == nowTurns:
		if n := min(of, nowOf); old.Burst.constant() && (n >= 5 || n >= 3 && s.steady >= 0.9 && now.Burst.constant()) { // so many a turn, always
			was, is := float64(old.Count.sum())/float64(of), float64(now.Count.sum())/float64(nowOf)
			if now.Burst.constant() && min(old.Burst.N, now.Burst.N) >= 3 {
				return old.Burst.Min != now.Burst.Min, true
			}
			return is >= 1.5*was || is <= 0.67*was, true
		}
		return false, false // the numbers a turn say more
	case of == turns:
		return nowTurns-nowOf >= 2 && !byChanceAt(of, turns, nowOf, nowTurns, 0.02), true
	}
	return !byChanceAt(of, turns, nowOf, nowTurns, 0.001), true
}

// timesOf is how many messages of a kind there are for each of what leads to it, where that is the same whole number in each run, of so
// many that it is no chance.
func (k *Kind) timesOf(q *Kind) (times int64, sure bool) {
	if len(q.Count) != len(k.Count) || q.Count.sum() < 4 || q.Count.least() == 0 {
		return 0, false
	}
	times = k.Count[0] / q.Count[0]
	for i, n := range k.Count {
		if n != times*q.Count[i] {
			return 0, false
		}
	}
	return times, times > 0
}

// kinds compares messages, and returns the new names of those that were renamed.
func (c *comparison) kinds(a, b *Role) (renamed map[string]string) {
	old, now := byKind(a.Messages), byKind(b.Messages)
	s := c.suite(a, b, old, now)
	c.random = randomFields(old, now)
	renamed = map[string]string{}
	vanished, appeared := lacking(old, now), lacking(now, old)
	for _, was := range vanished {
		i := slices.IndexFunc(appeared, func(is string) bool { return old[was].renamedTo(now[is]) })
		if i < 0 {
			i = onlyOne(old[was], vanished, appeared, old, now)
		}
		if i < 0 {
			if s.certain(old[was], s.old, s.now, s.longer) && !s.behindCut(old[was]) {
				c.tell("message", was, "vanished", "", "", old[was].wasThere(), "error")
			}
			continue
		}
		c.tell("message", was, "changed", was, appeared[i], "the same sender, of the same form, about as many", "error")
		renamed[was] = appeared[i]
		appeared = slices.Delete(appeared, i, i+1)
	}
	for _, is := range appeared {
		if s.certain(now[is], s.now, s.old, 1/s.longer) && !(a.Open > 0 && a.Open >= b.Open && s.a.Lasts != nil && s.b.Lasts != nil && s.a.Lasts.most() < s.b.Lasts.most() && now[is].Tail < s.b.Lasts.most()-s.a.Lasts.most()) {
			before := len(c.found)
			c.tell("message", is, "appeared", "", "", now[is].wasThere(), "warning")
			if len(c.found) > before && b.Flows != nil && len(b.Flows) == 1 {
				c.found[before].Packet = now[is].packet
			}
		}
	}
	others := bystanders(a, b, -1)
	for _, name := range union(old, now) {
		if was, is := old[name], now[name]; was != nil && is != nil {
			c.kind(name, was, is, s, others)
		}
	}
	c.heartbeats(s, old, now)
	c.latencies(a, b, old, now, others)
	return renamed
}

// wasThere says how often a kind is there, of which another run has none.
func (k *Kind) wasThere() string {
	if k.Count.sum() == 1 {
		return ""
	}
	return k.Count.String() + " times"
}

// behindCut says whether messages may be missing because the capture ended before they came.
func (s *suite) behindCut(k *Kind) bool {
	return s.cut && s.a.Lasts != nil && s.b.Lasts != nil && k.Tail < s.a.Lasts.most()-s.b.Lasts.most()+0.05
}

// lacking are the kinds that others do not have.
func lacking(kinds, others map[string]*Kind) (names []string) {
	for _, k := range kinds {
		if name := k.From + " " + k.Name; others[name] == nil && !isHeart(k.Name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// kind compares two kinds of one name.
func (c *comparison) kind(name string, old, now *Kind, s *suite, others *bystander) {
	before := len(c.found)
	if !old.timed() && !c.repeated(name, old, now) && !s.asRequests(old, now) && s.moreOrLess(old, now, others.quiet()) {
		c.tell("count", name, "changed", old.Count.String(), now.Count.String(), "", "warning")
	}
	if len(c.found) == before && c.since >= 2 {
		c.unanswered(name, old, now)
	}
	// A field that came or went explains the size, and so does a value.
	fields := c.fields(name, old, now)
	if c.since >= 2 {
		fields = c.values(name, old, now, s.counters, fields) || fields
	}
	if !fields && old.Fields != nil && now.Fields != nil && !old.Words && c.since >= 2 {
		c.longer(name, old, now)
	} else if !fields && sizes(old.Size, now.Size) {
		c.weak = min(old.Size.N, now.Size.N) < 6
		c.tell("size", name, "changed", bytesUnit(old.Size.P50), bytesUnit(now.Size.P50), numbers(old.Size, now.Size, bytesUnit), worse(now.Size.P50 > old.Size.P50))
	}
}

// unanswered tells of requests that all had their answer, and now do not.
func (c *comparison) unanswered(name string, old, now *Kind) {
	if old.From != "client" || old.Asked == 0 || now.Asked == 0 || old.Lacking*10 > old.Asked || now.Lacking == 0 {
		return
	}
	if now.Lacking < 2 && (now.Lacking < now.Asked || old.Asked < 3) || now.Lacking*old.Asked <= 3*old.Lacking*now.Asked {
		return
	}
	if old.Lacking > 0 && byChance(old.Lacking, old.Asked, now.Lacking, now.Asked) {
		return
	}
	c.tell("unanswered", name, "appeared", "", decimal(now.Lacking)+" of "+decimal(now.Asked), "each had its answer", "error")
}

// moreOrLess says whether a run has more or less of a kind than the sample's, or a flow has.
func (s *suite) moreOrLess(old, now *Kind, quiet bool) bool {
	if !apart(old.Count, now.Count) {
		return false
	}
	if old.inEach(s.a) && now.inEach(s.b) && old.Most == now.Most {
		return false // as many as there are flows: of those it is told
	}
	lo, hi := float64(old.Count.least()), float64(old.Count.most())
	is := now.Count.mean()
	less := is < lo
	if less && s.behindCut(now) && is >= 0.5*lo-2 {
		return false
	}
	if old.From == "server" && 10*old.Replies >= 9*old.Count.sum() && 10*now.Replies >= 9*now.Count.sum() && is > 0.6*lo && is < 1.6*hi {
		return false // of requests that go unanswered it is told, and of those that are more or less
	}
	if old.From == "server" {
		if s.leavesCompanions(old, now) {
			return true
		}
		if moved, known := s.fromTrigger(old, now); known {
			return moved
		}
		if s.burstApart(old, now) {
			return true
		}
	}
	sure := old.From == "client" || 10*old.Replies >= 9*old.Count.sum() && 10*now.Replies >= 9*now.Count.sum()
	if old.scripted() && now.scripted() && s.exact >= 0.8 {
		spread := hi - lo
		switch {
		case sure && s.runs >= 3 && spread == 0 && (hi <= 3 || math.Abs(is-hi) >= 2), sure && s.exact == 1 && spread == 0 && s.a.Open+s.b.Open == 0 && old.From == "server":
			return true
		case sure:
			return math.Abs(is-nearest(is, lo, hi)) > max(spread+1, 0.2*hi) || spread == 0 && hi <= 3
		case s.runs >= 3 && spread == 0 && hi >= 2 && old.Burst.constant() && now.Burst.constant():
			return is >= 1.5*hi || is <= 0.67*lo
		case old.Least == old.Most && now.Least == now.Most && old.Most != now.Most && max(old.Most, now.Most) <= 3 && old.Flows.sum() >= 6:
			return true
		case s.runs >= 3:
			return is > hi+2*spread+3*math.Sqrt(hi) || is < lo-2*spread-3*math.Sqrt(lo)
		}
		return is > 2*hi+4 || is < 0.5*lo-4
	}
	if old.From == "client" || now.From == "client" {
		return s.exact >= 0.8 && moreOrLess(old, now, s.a, s.b, quiet)
	}
	was, grown := old.Count.mean(), old.Count.mean()*s.longer
	top, bottom := max(hi, was, grown), min(lo, was, grown)
	noise := 4*math.Sqrt(was+is) + 3*(hi-lo)
	if s.onTime && 4*is < bottom && poisson(is, bottom/1.5) < 1e-4 {
		return true // hardly any, though what else timers send is there
	}
	return is > 3*top+noise || is < bottom/3-noise
}

// asRequests says whether there are as many of a kind as of what it answers by identifier or by itself, in each run of both: of the
// requests it is told whether they are more or less.
func (s *suite) asRequests(old, now *Kind) bool {
	was, is := s.old[old.request()], s.now[now.request()]
	return old.From == "server" && old.Answers != "" && old.Answers == now.Answers && was != nil && is != nil &&
		slices.Equal(was.Count, old.Count) && slices.Equal(is.Count, now.Count)
}

// leavesCompanions says whether a kind was as often there as others that come of the same, in each run, and now is half
// as often there, or twice as often, while they are as many as they were.
func (s *suite) leavesCompanions(old, now *Kind) bool {
	was, is := old.Count.mean(), now.Count.mean()
	if old.Count.least() < 6 || old.Of == nil || is < 1.8*was && is > 0.55*was {
		return false
	}
	companions := 0
	for name, k := range s.old {
		if k != old && k.From == "server" && slices.Equal(k.Count, old.Count) && maps.Equal(k.Of, old.Of) {
			other := s.now[name]
			if other == nil || other.Count.least() < k.Count.least() || other.Count.most() > k.Count.most() {
				return false
			}
			companions++
		}
	}
	return companions >= 2 || companions == 1 && s.exact == 1
}

// poisson is how likely n events or fewer are, where mean are to be expected.
func poisson(n, mean float64) (p float64) {
	term := math.Exp(-mean)
	for k := 0.0; k <= n; k++ {
		p += term
		term *= mean / (k + 1)
	}
	return p
}

// inEach says whether each flow of a role has as many of a kind.
func (k *Kind) inEach(r *Role) bool { return k.Least == k.Most && k.Flows.sum() == r.Flows.sum() }

// burstApart says whether twice as many of a kind, or half, come of one thing that the client said.
func (s *suite) burstApart(old, now *Kind) bool {
	a, b := old.Burst, now.Burst
	if a == nil || b == nil || s.exact < 0.8 || !old.scripted() || !now.scripted() {
		return false
	}
	if a.P50 > b.P50 {
		a, b = b, a
	}
	n := min(a.N, b.N)
	return b.P25 >= 2*a.P75 && (n >= 8 || n >= 3 && a.Min == a.Max && b.Min == b.Max)
}

// constant says whether all values are one; those that are not known are not.
func (b *Band) constant() bool { return b != nil && b.Min == b.Max }

func nearest(v, lo, hi float64) float64 { return min(max(v, lo), hi) }

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
	return k.From == "server" && (k.Reply == nil || 2*k.Reply.N < k.Count.sum())
}

// outside says whether a number of flows is not one that the sample's runs have.
func (c *comparison) outside(a, b Counts) bool {
	if !apart(a, b) {
		return false
	}
	spread := a.most() - a.least()
	is := int64(math.Round(b.mean()))
	bound := min(max(is, a.least()), a.most())
	if c.runs >= 3 && spread == 0 {
		return is != bound
	}
	return counted(bound, is) && max(is-bound, bound-is) > spread
}

// heartbeats tells of those that stopped: by name, or by what they look like.
func (c *comparison) heartbeats(s *suite, old, now map[string]*Kind) {
	for _, name := range union(old, nil) {
		was, is := old[name], now[name]
		if !was.timed() || was.Every == nil || is != nil && is.Count.sum() > 0 || was.Count.least() == 0 {
			continue
		}
		if !isHeart(was.Name) && !was.periodic() {
			continue
		}
		// In the flows of the other run there was time for one, at least.
		room := 2.5
		if len(was.Count) >= 3 && was.Count.least() >= 3 {
			room = 2
		}
		if lasts := s.b.Lasts; lasts == nil || lasts.most() < min(1.6*was.Every.most(), room*was.Every.P75) || was.Count.sum() < 2 ||
			lasts.most() < 3*was.Every.P75 && s.longer < 0.7 && was.Count.mean()*s.longer < 2 {
			continue
		}
		if slices.Contains(pongWords, strings.ToLower(was.Name)) {
			continue // of those the pings tell
		}
		if was.answersBeats(old) {
			if asks := now[was.request()]; asks == nil || asks.Count.sum() < 2 {
				continue
			}
		}
		c.tell("heartbeat", name, "vanished", fmt.Sprintf("one each %.3g s", was.Every.P50), "", was.Count.String()+" before", "error")
	}
}

// answersBeats says whether a kind answers what keeps the connection alive.
func (k *Kind) answersBeats(kinds map[string]*Kind) bool {
	asks := kinds[k.request()]
	if asks == nil || asks == k || !asks.timed() || slices.Contains(pingWords, strings.ToLower(k.Name)) {
		return false
	}
	// Of two that follow each other the one that waits longer is the one that asks.
	return asks.request() != k.From+" "+k.Name || asks.Reply == nil || k.Reply == nil || k.Reply.P50 <= asks.Reply.P50
}

// order tells of kinds that came in one order wherever they could, and now come in the other.
func (c *comparison) order(a, b *Role, renamed map[string]string) {
	for _, key := range union(a.Order, nil) {
		from, pair, _ := strings.Cut(key, ": ")
		if is := c.flipped(a, b, key, renamed); is != "" {
			first, then, _ := strings.Cut(is, " < ")
			n, m := b.Order[orderName(from, first, then)], b.Order[orderName(from, then, first)]
			detail := decimal(n) + " times, and never as before"
			if m > 0 {
				detail = decimal(n) + " times, and " + decimal(m) + " as before"
			}
			c.tell("order", key, "changed", pair, is, detail, "error")
		}
		c.weak = false
	}
}

// races says whether kinds of a role that come close together come in both orders.
func races(r *Role, from, first, then string) bool {
	both := 0
	for key, n := range r.AtOnce {
		side, pair, _ := strings.Cut(key, ": ")
		x, y, _ := strings.Cut(pair, " < ")
		if m := r.AtOnce[orderName(side, y, x)]; side == from && m > 0 && n > m && n >= 4 {
			both++
		}
	}
	return both > 0
}

// comes says whether both of two kinds come of what the other side does, or are what that side does: of what comes by itself, one pair
// says nothing of an order.
func comes(r *Role, from string, kinds ...string) bool {
	all := byKind(r.Messages)
	for _, name := range kinds {
		k := all[from+" "+strings.TrimPrefix(name, lastOf)]
		if k == nil || from == "server" && 10*k.Caused < 8*k.Count.sum() {
			return false
		}
	}
	return true
}

// renamedIn is the new name of a kind in Role.Order.
func renamedIn(name, from string, renamed map[string]string) string {
	kind, isLast := strings.CutPrefix(name, lastOf)
	is := renamed[from+" "+kind]
	if is == "" {
		return name
	}
	if kind = strings.TrimPrefix(is, from+" "); isLast {
		return lastOf + kind
	}
	return kind
}

// flipped is the order that two kinds have now, where it was another; "" where it is as it was, or may be.
func (c *comparison) flipped(a, b *Role, key string, renamed map[string]string) string {
	from, pair, _ := strings.Cut(key, ": ")
	first, then, _ := strings.Cut(pair, " < ")
	as, against := a.Order[key], a.Order[orderName(from, then, first)]
	least := 0.7 // of those that could
	if against == 0 && as >= 4 {
		least = 0.4
	}
	share := func(r *Role, first, then string) bool {
		kinds := byKind(r.Messages)
		f, t := kinds[from+" "+strings.TrimPrefix(first, lastOf)], kinds[from+" "+strings.TrimPrefix(then, lastOf)]
		return f != nil && t != nil && float64(r.Order[orderName(from, first, then)]) >= least*float64(min(f.Count.sum(), t.Count.sum()))
	}
	if as < 5*against || !share(a, first, then) {
		return ""
	}
	first, then = renamedIn(first, from, renamed), renamedIn(then, from, renamed)
	kept, turned := b.Order[orderName(from, first, then)], b.Order[orderName(from, then, first)]
	if turned < 3*kept+1 || !share(b, then, first) {
		return ""
	}
	switch clean := against == 0 && kept == 0; { // of few, one may be a race that went the other way
	case !byChanceAt(against, as+against, turned, turned+kept, 0.002):
	case !byChanceAt(against, as+against, turned, turned+kept, 0.02), clean && min(as, turned) >= 3,
		clean && (min(as, turned) > 1 || comes(a, from, first, then) && comes(b, from, first, then)) && !races(a, from, first, then) && !races(b, from, first, then) && a.AtOnce[key] == as && b.AtOnce[orderName(from, then, first)] == turned: // one piece of the program sends both
		c.weak = true
	default:
		return ""
	}
	return then + " < " + first
}
