package diagnose

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"wscope/analyzer/record"
)

// record puts a group into words.
func (c *context) record(g *group) record.Ending {
	e := g.ends[0]
	r := record.Ending{Flows: int64(len(g.ends)), Of: int64(c.flows), By: e.by, How: e.how, Pattern: g.pattern, Status: e.status}
	for i := range g.ends {
		o := g.ends[i]
		switch {
		case o.how == e.how:
		case r.How != record.HowSeveral && closed(o.how) && closed(e.how):
			r.How = "handshake"
		default:
			r.How = "several"
		}
		if len(r.Examples) < maxExamples {
			r.Examples = append(r.Examples, record.EndingExample{Flow: o.flow, Packet: o.packet, File: o.file})
		}
	}
	if r.How != record.HowSeveral {
		r.Reason = e.reason
		code := e.code
		for i := range g.ends {
			if g.ends[i].reason != e.reason {
				r.Reason = ""
			}
			if g.ends[i].code != code {
				code = -1
			}
		}
		if code >= 0 {
			r.Code = &code
		}
	}
	quiet := c.silences(g)
	if len(quiet) > 0 {
		r.SilenceMin, r.SilenceMedian, r.SilenceMax = seconds(low(quiet)), seconds(median(quiet)), seconds(high(quiet))
	}
	r.Sentence = c.sentence(g, &r, quiet)
	return r
}

// closed reports whether a Close was captured.
func closed(how record.How) bool { return how == "handshake" || how == "half" }

// silences is how long nothing was said before the ends, where it is known of all.
func (c *context) silences(g *group) (list []float64) {
	for i := range g.ends {
		if g.ends[i].silence < 0 {
			return nil
		}
		list = append(list, g.ends[i].silence)
	}
	return list
}

func (c *context) sentence(g *group, r *record.Ending, quiet []float64) string {
	e := g.ends[0]
	n := len(g.ends)
	switch e.how {
	case "syn refused", "syn unanswered", "dropped":
		return c.tries(g)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d ", n, c.flows)
	whose := "the " + string(e.by) + "'s"
	if e.by == record.Proxy {
		whose = "a proxy's (it ended both of its sides)"
	} else if e.by == record.Both {
		whose = "both sides'"
	} else if e.by == record.Middlebox {
		whose = "a middlebox's"
	}
	noClose := ", no Close"
	if e.sealed {
		noClose = " (TLS not opened, likely " + plural(n, "a WebSocket", "WebSockets") + "; no Close by the sizes of records)"
	}
	switch r.How {
	case "refused":
		b.WriteString(plural(n, "was", "were") + " refused")
		if e.status != 0 {
			fmt.Fprintf(&b, " with %d", e.status)
		}
		if len(r.Reason) >= 4 { // as with a Close
			b.WriteString(" \"" + r.Reason + "\"")
		}
		b.WriteString(c.since(g))
	case "unanswered":
		b.WriteString("got no answer to " + plural(n, "its request", "their requests"))
		if e.by != "" {
			b.WriteString(": the " + string(e.by) + " ended " + plural(n, "it", "each"))
			if len(quiet) > 0 {
				b.WriteString(" " + between(quiet) + " later")
			}
		} else {
			b.WriteString(" in the capture")
		}
		b.WriteString(c.sinceAsked(g))
	case "gone":
		b.WriteString("lost " + plural(n, "its ", "their ") + string(e.gone) + ": nothing was heard of it any more")
	case "full":
		b.WriteString(plural(n, "is", "are") + " held up")
	case "silence":
		b.WriteString("fell silent: nothing more was captured of " + plural(n, "it", "them") + ", no end either")
	case "several":
		b.WriteString("ended by the " + string(e.by) + " (" + ways(g.ends) + ")")
	case "fin":
		b.WriteString("ended by " + whose + " FIN" + noClose)
	case "rst":
		b.WriteString("ended by " + whose + " RST" + noClose)
		if e.by == record.Middlebox {
			fmt.Fprintf(&b, " (its TTL is %d, that of all other packets from there %d: it is from somewhere on the way)", e.reset, e.ttl)
		}
	default:
		b.WriteString("ended by " + whose + " Close")
		if e.code >= 0 {
			fmt.Fprintf(&b, " %d", e.code)
			if e.name != "" {
				b.WriteString(" (" + e.name + ")")
			}
		}
		if len(r.Reason) >= 4 { // shorter ones are hidden nowhere, where secrets are to be
			b.WriteString(" \"" + r.Reason + "\"")
		}
		if r.How == record.HowHalf {
			b.WriteString(" without a reply")
		}
	}
	for i := range g.ends {
		if o := g.ends[i]; o.lost && (o.how == record.HowFIN || o.how == record.HowRST) {
			b.WriteString(" captured (the capture lacks bytes)")
			break
		}
	}
	b.WriteString(c.cause(g, r, quiet))
	b.WriteString(c.place(g))
	return b.String()
}

// cause says what the ends have in common, and what that suggests.
func (c *context) cause(g *group, r *record.Ending, quiet []float64) string {
	e := g.ends[0]
	n := len(g.ends)
	after := ""
	told := e.how == record.HowFIN || e.how == record.HowRST || g.pattern != "" // a Close speaks for itself
	if len(quiet) > 0 && r.How != record.HowUnanswered && r.How != record.HowRefused && (told || low(quiet) >= shortest) {
		after = ", " + plural(n, "", "each ") + between(quiet) + " after the last frame"
	}
	if wordless, _ := divide(g.ends, func(e *end) bool { return e.frames == 0 && !e.lost }); after == "" && (r.How == record.HowFIN || r.How == record.HowRST) && len(wordless) == n {
		after = ", before any frame"
	}
	switch g.pattern {
	case "forgotten":
		return c.forgotten(g)
	case "gone":
		return c.goneText(g)
	case "window":
		how := each(g.ends, func(e *end) float64 { return e.fullFor })
		return ", with the " + string(e.full) + "'s receive window at zero for the last " + between(how) + ": it read no more"
	case "violation":
		what := e.broke
		for i := range g.ends {
			if g.ends[i].broke != what {
				what = what[:strings.Index(what+" broke", " broke")] + " broke the protocol"
			}
		}
		return ", after " + what
	case "unfinished":
		whose := "of the " + string(e.unfinished)
		if e.unfinished == record.Both {
			whose = "of both sides"
		}
		return ", in the middle of " + plural(n, "a message ", "messages ") + whose
	case "idle":
		limit := nice(low(quiet))
		text := after + ": an idle time-out of " + limit
		switch {
		case g.unsure:
			text = after + ", but all within " + span(high(each(g.ends, c.when))-low(each(g.ends, c.when))) + ": an idle time-out of " + limit + " is likely, though one event would look the same"
		case e.by == record.Server && e.code < 0:
			text += " (the server's, or a proxy's in front of it)"
		case e.by == record.Client && e.code < 0:
			text += " (the client's, or a proxy's that asked for it)"
		}
		return text
	case "age":
		ages := each(g.ends, (*end).age)
		return ", each " + between(ages) + " after it began, busy or not: a limit of " + nice(low(ages)) + " on a connection's age"
	case "moment":
		if len(g.times) > 1 {
			return again(g)
		}
		at := each(g.ends, func(e *end) float64 { return float64(e.at) })
		text := ", all within " + span((high(at)-low(at))/1e9) + " at " + clock(int64(low(at))) + ": one event (a restart, a deploy or a crash)"
		if e.by == record.Client {
			text = ", all within " + span((high(at)-low(at))/1e9) + " at " + clock(int64(low(at))) + ": one event on the clients' side"
		}
		return text + c.herd(g.ends)
	case "ping":
		other := record.Client
		if e.by == other {
			other = record.Server
		}
		text := ", with pings of the " + string(e.by) + " left unanswered: it gave up on a " + string(other) + " that no longer answered"
		known, _ := divide(g.ends, func(e *end) bool { return e.unheard > 0 })
		if heard := each(known, func(e *end) float64 { return e.unheard }); 2*len(known) >= n {
			return ", " + plural(len(known), "", "each ") + between(heard) + " after the last frame of the " + string(other) + text
		}
		return after + text
	}
	if sizes := largest(g.ends); e.code == 1009 && len(sizes) > 0 {
		text := ", after a message of " + byteRange(sizes)
		if most := c.accepted(g.ends); most > 0 && most < low(sizes) {
			text += " (up to " + size(most) + " passed elsewhere)"
		}
		return text
	}
	if pings := each(g.ends, func(e *end) float64 { return float64(e.unanswered) }); low(pings) > 0 && e.by != "" && r.How != record.HowSeveral {
		after += ", with pings of the " + string(e.by) + " left unanswered"
	}
	return after
}

// accepted is the largest message that the side which here answered 1009 took in other flows.
func (c *context) accepted(ends []*end) float64 {
	from, most := 0, 0.0
	if ends[0].by == record.Client {
		from = 1
	}
	for i := range c.all {
		if e := c.all[i]; e.code != 1009 {
			most = max(most, e.sent[from])
		}
	}
	return most
}

func largest(ends []*end) (list []float64) {
	for i := range ends {
		if ends[i].largest > 0 {
			list = append(list, float64(ends[i].largest))
		}
	}
	return list
}

// since says since when requests were refused, and whether others were accepted meanwhile.
func (c *context) since(g *group) string {
	if len(g.ends) < MinFlows {
		return ""
	}
	at := each(g.ends, func(e *end) float64 { return float64(e.at) })
	first, last := int64(low(at)), int64(high(at))
	before, during, after := 0, 0, 0
	for i := range c.all {
		e := c.all[i]
		if e.how == record.HowRefused || e.how == record.HowUnanswered {
			continue
		}
		switch {
		case e.start < first:
			before++
		case e.start > last:
			after++
		default:
			during++
		}
	}
	if limit, ok := c.addressLimit(g.ends); ok {
		return fmt.Sprintf("%s, each while its client had %d open: a limit of %d connections an address", c.during(g.ends), limit, limit)
	}
	text := " from " + clock(first) + " on"
	if after > 0 {
		text = " from " + strings.TrimSuffix(clock(first), " UTC") + " to " + clock(last)
	}
	if during == 0 && before > 0 {
		return text + ", none accepted meanwhile"
	}
	return text
}

// place says whether one server or one client stands out.
func (c *context) place(g *group) (text string) {
	if s := only(g.ends, c.servers, c.flows, func(e *end) string { return e.server }); s != "" {
		text += "; nearly all at " + s + ", one of " + strconv.Itoa(len(c.servers)) + " servers"
	}
	if s := only(g.ends, c.clients, c.flows, func(e *end) string { return e.client }); s != "" {
		text += "; nearly all of one client, " + s + ", again and again"
		if g.pattern == "moment" {
			text = strings.TrimSuffix(text, ", again and again")
		}
	}
	if text == "" && g.ends[0].how == record.HowRefused {
		clients := map[string]bool{}
		for i := range g.ends {
			clients[g.ends[i].client] = true
		}
		if n := len(clients); n > 1 && 3*n <= len(g.ends) {
			text = "; of " + strconv.Itoa(n) + " clients, again and again"
		}
	}
	return text
}

// ways counts the ways in which connections ended.
func ways(ends []*end) string {
	n, order := map[string]int{}, []string{}
	for i := range ends {
		e := ends[i]
		w := strings.ToUpper(string(e.how))
		if e.how == record.HowHandshake || e.how == record.HowHalf {
			w = "Close"
			if e.code >= 0 {
				w += " " + strconv.Itoa(e.code)
			}
		}
		if n[w] == 0 {
			order = append(order, w)
		}
		n[w]++
	}
	for i, w := range order {
		order[i] = fmt.Sprintf("%d by %s", n[w], w)
	}
	return strings.Join(order, ", ")
}

func clock(ns int64) string { return time.Unix(0, ns).UTC().Format("15:04:05") + " UTC" }

// sinceAsked says when requests had no answer, where those before had one.
func (c *context) sinceAsked(g *group) string {
	if len(g.ends) < MinFlows {
		return ""
	}
	first := g.ends[0].start
	for _, e := range g.ends {
		first = min(first, e.start)
	}
	for _, e := range c.all {
		if e.start < first && e.how != "unanswered" && e.how != "refused" {
			return ", from " + clock(first) + " on"
		}
	}
	return ""
}

// again says when an event happened that happened several times.
func again(g *group) string {
	var waits []float64
	for i := range g.times[1:] {
		waits = append(waits, float64(g.times[i+1]-g.times[i])/1e9)
	}
	text := fmt.Sprintf(", all at once at %d moments from %s to %s", len(g.times), clock(g.times[0]), clock(g.times[len(g.times)-1]))
	if m := median(waits); len(waits) > 1 && high(waits)-low(waits) <= 0.2*m {
		return text + ", one every " + nice(m) + ": the same event again and again"
	}
	return text + ", " + between(waits) + " apart: events that happen again and again"
}
