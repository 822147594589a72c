package diagnose

import "wscope/analyzer/record"

// context is what is known of all flows of a capture.
type context struct {
	flows    int
	first    int64 // when the first began
	duration float64
	all      []*end
	servers  map[string]int
	clients  map[string]int
	byClient map[string][]int // indexes of all
	attempts []*end
}

func newContext(ends []*end) *context {
	c := &context{flows: len(ends), all: ends, servers: map[string]int{}, clients: map[string]int{}, byClient: map[string][]int{}}
	last := int64(0)
	for i := range ends {
		e := ends[i]
		if i == 0 || e.start < c.first {
			c.first = e.start
		}
		last = max(last, e.at)
		c.servers[e.server]++
		c.clients[e.client]++
		c.byClient[e.client] = append(c.byClient[e.client], i)
	}
	c.duration = float64(last-c.first) / 1e9
	return c
}

// when is the time of an end in seconds since the first flow began.
func (c *context) when(e *end) float64 { return float64(e.at-c.first) / 1e9 }

// outlived reports whether others with the same server were open when these ended and stayed so: no event ended these.
func (c *context) outlived(ends []*end) bool {
	servers, last := map[string]bool{}, int64(0)
	members := map[int64]bool{}
	for i := range ends {
		servers[ends[i].server] = true
		members[ends[i].flow] = true
		last = max(last, ends[i].at)
	}
	for i := range c.all {
		e := c.all[i]
		if servers[e.server] && !members[e.flow] && e.how != record.HowRefused && e.start < last && float64(e.at-last)/1e9 > shortest {
			return true
		}
	}
	return false
}

// only is the one name that at least four fifths of the ends have, where few of the other flows have it: "" where there is
// none, or where all flows are alike.
func only(ends []*end, all map[string]int, flows int, name func(*end) string) string {
	n, most := map[string]int{}, ""
	for i := range ends {
		n[name(ends[i])]++
	}
	for k, v := range n {
		if most == "" || v > n[most] || v == n[most] && k < most {
			most = k
		}
	}
	others := all[most] - n[most] // flows of that name that did not end so
	if len(ends) < MinFlows || len(all) < 2 || 5*n[most] < 4*len(ends) || 2*all[most] > flows+n[most]-1 && others > 0 || 3*all[most] > 2*flows {
		return ""
	}
	return most
}
