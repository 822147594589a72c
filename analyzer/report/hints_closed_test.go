package report_test

import (
	"strings"
	"testing"

	"wscope/analyzer/record"
	"wscope/analyzer/report"
)

// TestHintsOfClosedConnections holds what is advised for connections that could not be opened.
func TestHintsOfClosedConnections(t *testing.T) {
	named := func(name string, n int64) record.Named { return record.Named{Name: name, Count: n} }
	why := func(name string, n int64, kind string) record.WhyNot {
		return record.WhyNot{Name: name, Kind: kind, Count: n}
	}
	for _, c := range []struct {
		name  string
		s     record.SealedSum
		has   []string
		lacks string
	}{
		{"no keys", record.SealedSum{Why: []record.WhyNot{why("no CLIENT_TRAFFIC_SECRET_0", 3, "secret-missing")}}, []string{"opened: give --keylog FILE (wscope keys"}, "3:"},
		{"no keys, known clients", record.SealedSum{Why: []record.WhyNot{why("no CLIENT_RANDOM", 3, "secret-missing")}, Clients: []record.Named{named("node", 2), named("go", 1)}},
			[]string{"give --keylog FILE (the clients look like 2 node, 1 go: wscope keys node, wscope keys go)"}, "other connections"},
		{"others' keys", record.SealedSum{KeysGiven: true, Why: []record.WhyNot{why("no CLIENT_RANDOM", 3, "secret-missing")}}, []string{"the keys given are of other connections"}, "give --keylog"},
		{"no handshake", record.SealedSum{Why: []record.WhyNot{why("handshake not captured", 3, "handshake-missing")}}, []string{"opened: handshake not captured"}, "--keylog"},
		{"several reasons", record.SealedSum{Why: []record.WhyNot{why("no CLIENT_RANDOM", 2, "secret-missing"), why("no ClientHello in the capture", 1, "handshake-missing")}},
			[]string{"2: give --keylog FILE", "1: no ClientHello in the capture"}, "other connections"},
	} {
		sum := &record.Summary{Packets: 9, Flows: 3, ByPickup: []record.Named{named("encrypted", 3)}, Sealed: &c.s}
		text := strings.Join(report.Hints(sum), "\n")
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q lacks %q", c.name, text, want)
			}
		}
		if strings.Contains(text, c.lacks) {
			t.Errorf("%s: %q has %q", c.name, text, c.lacks)
		}
	}
}
