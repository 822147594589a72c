package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wscope/analyzer/record"
)

// Attempt is a TCP connection without a byte.
type Attempt struct {
	Client, Server record.Endpoint
	Start, End     record.Time
	Packet         int64
	File           string
	How            record.How // refused, unanswered, fin, rst, none
	By             record.Peer
}

// Attempt takes one. Those to servers that no WebSocket is of are left out in the end.
func (d *Diagnosis) Attempt(a *Attempt) {
	if len(d.attempts) >= maxKept {
		d.moreAttempts++
		return
	}
	e := &end{
		client: a.Client.IP, server: address(a.Server), start: int64(a.Start), at: int64(a.End), by: a.By, packet: a.Packet, file: strings.Clone(a.File),
		code: -1, silence: -1, unheard: -1,
	}
	switch a.How {
	case record.HowRefused:
		e.how = "syn refused"
	case record.HowUnanswered:
		e.how = "syn unanswered"
	case record.HowNone:
		e.how = "unused"
	default:
		e.how = "dropped"
	}
	d.attempts = append(d.attempts, e)
}

func address(e record.Endpoint) string {
	ip := e.IP
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(int(e.Port))
}

// tried groups the attempts that came to nothing, of servers that WebSockets are of.
func (d *Diagnosis) tried(c *context) (found []group) {
	for _, how := range []record.How{record.HowSYNRefused, record.HowDropped, record.HowSYNUnanswered} {
		var in []*end
		for i := range d.attempts {
			if e := d.attempts[i]; e.how == how && e.by != record.Client && c.servers[e.server] > 0 {
				in = append(in, e)
			}
		}
		if len(in) >= MinFlows || how == "syn refused" && len(in) > 0 {
			slices.SortStableFunc(in, func(a, b *end) int { return int(min(max(a.at-b.at, -1), 1)) })
			found = append(found, group{ends: in})
		}
	}
	return found
}

// tries says of attempts what is to be said.
func (c *context) tries(g *group) string {
	e, n := g.ends[0], len(g.ends)
	text := fmt.Sprintf("%d TCP %s to %s ", n, plural(n, "connection", "connections"), c.to(g.ends))
	switch e.how {
	case "syn refused":
		text += plural(n, "was", "were") + " refused (RST to the SYN)"
	case "dropped":
		text += plural(n, "was", "were") + " closed by the " + string(e.by) + " before a byte passed"
	default:
		text += "got no answer to " + plural(n, "its SYN", "their SYNs")
	}
	text += c.during(g.ends)
	if most, ok := c.addressLimit(g.ends); ok {
		return text + fmt.Sprintf(", each while its client had %d open: a limit of %d connections an address", most, most)
	}
	if e.how == record.HowSYNRefused {
		text += ": nobody listened there"
	}
	return text
}

func (c *context) to(ends []*end) string {
	names := map[string]bool{}
	for i := range ends {
		names[ends[i].server] = true
	}
	if len(names) == 1 {
		return ends[0].server
	}
	return strconv.Itoa(len(names)) + " servers"
}

// during says when ends were: at a time, or from one to another.
func (c *context) during(ends []*end) string {
	at := each(ends, func(e *end) float64 { return float64(e.at) })
	first, last := clock(int64(low(at))), clock(int64(high(at)))
	if first == last {
		return " at " + first
	}
	return " from " + strings.TrimSuffix(first, " UTC") + " to " + last
}

// addressLimit looks for what the clients that were refused had open then: one number, which nobody exceeded.
func (c *context) addressLimit(ends []*end) (limit int, ok bool) {
	if len(ends) < MinFlows {
		return 0, false
	}
	for i := range ends {
		n := c.openOf(ends[i].client, ends[i].server, ends[i].start)
		if i == 0 {
			limit = n
		}
		if n != limit {
			return 0, false
		}
	}
	if limit < 2 {
		return 0, false
	}
	others := 0 // accepted meanwhile with fewer open
	for i := range c.all {
		e := c.all[i]
		if !e.used() {
			continue
		}
		n := c.openOf(e.client, e.server, e.start)
		if n >= limit {
			return 0, false
		}
		others++
	}
	return limit, others >= MinFlows
}

// openOf is how many connections a client had open to a server at a time.
func (c *context) openOf(client, server string, at int64) (n int) {
	for _, i := range c.byClient[client] {
		if e := c.all[i]; e.used() && e.server == server && e.start < at && (e.at > at || e.open) {
			n++
		}
	}
	for i := range c.attempts {
		if e := c.attempts[i]; e.how == "unused" && e.client == client && e.server == server && e.start < at && e.at >= at {
			n++
		}
	}
	return n
}

// used reports whether the connection came to be.
func (e *end) used() bool { return e.how != record.HowRefused && e.how != record.HowUnanswered }
