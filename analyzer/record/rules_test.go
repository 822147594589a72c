package record

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write FINDINGS.md anew")

// findingsTable is the content of FINDINGS.md.
func findingsTable() string {
	var b strings.Builder
	b.WriteString("# Findings of time, TCP and the handshake's surroundings\n\n" +
		"What findings say besides the rules that bytes alone show ([RULES.md](../../wsparse/RULES.md)). A finding needs all that its last column says; " +
		"what the capture lost is never blamed on a peer. The table is made from the code: `go test ./analyzer/record -update`.\n\n" +
		"| rule | severity | section | what it says | found when |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range Observed {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.ID, r.Severity, r.RFC, r.Sentence, r.When)
	}
	return b.String()
}

func TestFindingsTableIsWhatTheCodeSays(t *testing.T) {
	want := findingsTable()
	if *update {
		if err := os.WriteFile("FINDINGS.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("FINDINGS.md")
	if err != nil || string(got) != want {
		t.Errorf("FINDINGS.md is not up to date (%v): run this test with -update", err)
	}
}

// TestEachRuleSaysWhen holds that every rule has what its document needs, and a name of its own.
func TestEachRuleSaysWhen(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.ID != strings.ToLower(r.ID) || r.Sentence == "" || strings.ContainsAny(r.When+r.Sentence, "|\n") {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
	for _, r := range Observed {
		if r.When == "" || r.Severity != "error" && r.Severity != "warning" && r.Severity != "note" {
			t.Errorf("%+v", *r)
		}
	}
}
