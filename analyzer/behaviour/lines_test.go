package behaviour_test

import (
	"bytes"
	"testing"

	"wscope/analyzer/behaviour"
)

// TestLines finds in a baseline what differs.
func TestLines(t *testing.T) {
	text := watch(t, other("smoke", "same-1")).Text()
	lines := bytes.Split(text, []byte("\n"))
	for _, c := range []struct{ area, subject, want string }{
		{"field", "server cart $.currency", `    "$.currency": {"string": `},
		{"field", "server cart $.no", `   {"from": "server", "kind": "cart", "answers": "getCart",`},
		{"size", "server cart", `   {"from": "server", "kind": "cart", "answers": "getCart",`},
		{"message", "server nothing", ` {"role": "/ws", "flows": 1,`},
		{"close", "", `  "closes": {"1000 by server": 1},`},
		{"finding", "reserved-bits by server", `  "findings": {`},
		{"order", "server: loginOk < cart", `   "server: loginOk < cart": 1,`},
		{"flows", "", ` {"role": "/ws", "flows": 1,`},
	} {
		d := behaviour.Difference{Role: "/ws", Area: c.area, Subject: c.subject}
		if got := behaviour.Lines(text, []behaviour.Difference{d})[0]; !bytes.HasPrefix(lines[got-1], []byte(c.want)) {
			t.Errorf("%s %s: line %d, %s", c.area, c.subject, got, lines[got-1])
		}
	}
	if got := behaviour.Lines(text, []behaviour.Difference{{Role: "/none"}}); got[0] != 1 {
		t.Error(got)
	}
	if behaviour.Lines(nil, make([]behaviour.Difference, 2)) != nil {
		t.Error("there are lines without a text")
	}
}
