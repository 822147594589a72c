package behaviour

import "testing"

// TestRelayed folds what a program that hands on messages shows on two connections, and nothing else.
func TestRelayed(t *testing.T) {
	gone := func(role, subject, detail string) Difference {
		return Difference{Role: role, Area: "message", Subject: subject, Change: "vanished", Detail: detail, Severity: "error"}
	}
	led := func(d Difference, text string) Difference { d.LedTo = []string{lessOrNothing + text}; return d }
	for _, c := range []struct {
		name string
		list []Difference
		want int
	}{
		{"published and told", []Difference{gone("midstream", "client PUBLISH moved", "7 times"), gone("/yard", "server EVENT moved", "7 times")}, 1},
		{"other numbers", []Difference{gone("midstream", "client PUBLISH moved", "7 times"), gone("/yard", "server EVENT moved", "5 times")}, 2},
		{"once is chance", []Difference{gone("/a", "client PUBLISH moved", ""), gone("/b", "server EVENT moved", "")}, 2},
		{"other names", []Difference{gone("/a", "client PUBLISH moved", "7 times"), gone("/b", "server EVENT weighed", "7 times")}, 2},
		{"one role", []Difference{gone("/a", "client say", "7 times"), gone("/a", "server say", "7 times")}, 2},
		{"both of servers", []Difference{gone("/a", "server news", "7 times"), gone("/b", "server news", "7 times")}, 2},
		{"what it led to", []Difference{led(gone("/yard", "server RESULT assign", "7 times"), "server EVENT moved, server EVENT sealed"), gone("midstream", "client PUBLISH sealed", "6 times")}, 1},
		{"a field", []Difference{
			{Role: "/a", Area: "field", Subject: "server EVENT moved $[5].tons", Change: "changed", Old: "number", New: "string"},
			{Role: "/b", Area: "field", Subject: "client PUBLISH moved $[4].tons", Change: "changed", Old: "number", New: "string"},
		}, 1},
	} {
		kept := relayed(c.list)
		if len(kept) != c.want {
			t.Errorf("%s: %d told, want %d", c.name, len(kept), c.want)
		}
		if c.want == 1 && (kept[0].Role == "midstream" || len(kept[0].LedTo) == len(c.list[0].LedTo)) {
			t.Errorf("%s: told is %s, with %q", c.name, kept[0].Role, kept[0].LedTo)
		}
	}
}
