package behaviour

import (
	"maps"
	"slices"
	"strings"
)

// requests compares what opening handshakes ask with. What all flows of one run have and none of the other is told, or what is
// beyond chance; values of one name are a change of it.
func (c *comparison) requests(old, now Tally, flows, inFlows int64) {
	gone, came := shifted(old, now, flows, inFlows), shifted(now, old, inFlows, flows)
	for _, was := range gone {
		i := slices.IndexFunc(came, func(is string) bool { return headerName(is) == headerName(was) })
		if i >= 0 {
			c.tell("request", headerName(was), "changed", headerValue(was), headerValue(came[i]), "", "warning")
			came = slices.Delete(came, i, i+1)
			continue
		}
		c.tell("request", was, "vanished", "", "", "", "error")
	}
	for _, is := range came {
		c.tell("request", is, "appeared", "", "", "", "warning")
	}
}

// shifted are the entries that one tally has and the other lacks, beyond chance.
func shifted(from, in Tally, flows, inFlows int64) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if n, m := from[name], in[name]; n*inFlows > m*flows && !byChance(n, flows, m, inFlows) && m*2 <= inFlows {
			list = append(list, name)
		}
	}
	return list
}

// headerName is what an entry is about: "header Origin", "query token", "subprotocols offered".
func headerName(s string) string {
	words := strings.SplitN(s, " ", 4)
	switch {
	case words[0] == "query":
		return s
	case words[0] == "answer" && len(words) > 3:
		return strings.Join(words[:3], " ")
	case len(words) > 2:
		return words[0] + " " + words[1]
	}
	return s
}

func headerValue(s string) string { return strings.TrimSpace(strings.TrimPrefix(s, headerName(s))) }
