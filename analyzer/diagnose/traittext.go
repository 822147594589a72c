package diagnose

import (
	"fmt"

	"wscope/analyzer/record"
)

// forgotten tells of connections whose first frame after a silence got a RST or no answer at all.
func (c *context) forgotten(g *group) string {
	e, n := g.ends[0], len(g.ends)
	sender := "client"
	if e.gone == record.Client || e.gone == "" && e.by == record.Client {
		sender = "server"
	}
	before := each(g.ends, func(e *end) float64 { return e.before })
	text := ", when the " + sender + " spoke again after " + between(before) + " of silence"
	if e.how != record.HowGone && e.gone == "" {
		text = ", right after the " + sender + "'s first frame in " + between(before)
	}
	lived, contrary := 0.0, 0
	members := map[int64]bool{}
	for i := range g.ends {
		members[g.ends[i].flow] = true
	}
	for i := range c.all {
		if o := c.all[i]; !members[o.flow] && o.used() && o.trait != forgot {
			lived = max(lived, o.quietest)
			if o.quietest > 1.1*low(before) {
				contrary++
			}
		}
	}
	if contrary > 0 && 3*contrary > n {
		return text
	}
	text += ": something on the way (a NAT or a firewall) had forgotten the connection, after " + span(low(before)) + " of silence or less"
	if lived >= shortest && lived < low(before) {
		text += fmt.Sprintf(" (others lived through %s)", span(lived))
	}
	return text
}

// goneText tells of connections of which one side fell silent for good.
func (c *context) goneText(g *group) string {
	e, n := g.ends[0], len(g.ends)
	text := " for the last " + between(each(g.ends, func(e *end) float64 { return e.goneFor }))
	if e.how != record.HowGone {
		text = ", " + plural(n, "", "each ") + between(each(g.ends, func(e *end) float64 { return e.goneFor })) + " after the last packet of the " + string(e.gone)
	}
	other := record.Server
	if e.gone == other {
		other = record.Client
	}
	text += ", though the " + string(other) + " sent and sent again: asleep, crashed or cut off (packets cannot tell which)"
	if n < MinFlows {
		return text
	}
	since := each(g.ends, func(e *end) float64 { return float64(e.at)/1e9 - e.goneFor })
	if high(since)-low(since) <= moment {
		text += ", all since " + clock(int64(low(since)*1e9))
	}
	return text
}

// herd says how the clients of connections that ended at once came back.
func (c *context) herd(ends []*end) string {
	var back []float64
	for i := range ends {
		e := ends[i]
		for _, j := range c.byClient[e.client] {
			if o := c.all[j]; o.used() && o.start > e.at {
				back = append(back, float64(o.start-e.at)/1e9)
				break
			}
		}
	}
	if len(back) < MinFlows || 2*len(back) < len(ends) {
		return ""
	}
	return fmt.Sprintf("; %d of the clients came back %s later", len(back), between(back))
}
