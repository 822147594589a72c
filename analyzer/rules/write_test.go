package rules

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// hostile is a report with what a capture may hold.
func hostile() *Report {
	return &Report{Captures: []string{"a dir/x.pcap"}, File: "wscope.yaml", Results: []*Result{
		{Rule: "kept", Severity: "error", Doc: "d", Judged: 1},
		{Rule: "about nothing", Severity: "error", Doc: "d"},
		{Rule: "broken", Severity: "error", Doc: "d", Line: 3, Judged: 2, Failed: 70, Breaches: []Breach{
			{Message: clean("a <b> | \x1b[31m % ,: \n::error::x ]]> \u2028 \"'"), Severity: "error", Where: "h/p?a=b", Flow: 1, Number: 2, Packet: 3},
			{Message: "", Severity: "error"},
		}},
		{Rule: "minor #1", Severity: "note", Doc: "", Judged: 1, Failed: 1, Breaches: []Breach{{Message: "m", Severity: "note", File: "b c.pcap"}}},
	}}
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(b.Bytes(), "\x1b\x00") {
		t.Errorf("it drives terminals: %q", b.String())
	}
	return b.Bytes()
}

func onError(write func(io.Writer, string) error) func(io.Writer) error {
	return func(w io.Writer) error { return write(w, "warning") }
}

// TestSARIF holds the report to the part of the SARIF 2.1.0 schema that it uses.
func TestSARIF(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "sarif-2.1.0-part.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Report{hostile(), {}} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(written(t, r.WriteSARIF)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Error(err)
		}
	}
}

func TestJUnit(t *testing.T) {
	text := written(t, onError(hostile().WriteJUnit))
	var s junitSuites
	if err := xml.Unmarshal(text, &s); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if s.Tests != 4 || s.Failures != 1 || s.Suite.Skipped != 1 || len(s.Suite.Cases) != 4 || s.Suite.Cases[2].Failure == nil || s.Suite.Cases[3].Failure != nil {
		t.Errorf("%s", text)
	}
}

func TestTAP(t *testing.T) {
	text := string(written(t, onError(hostile().WriteTAP)))
	if !strings.HasPrefix(text, "TAP version 13\n1..4\nok 1 - kept\nok 2 - about nothing\nnot ok 3 - broken\n  ---\n") ||
		!strings.Contains(text, `not ok 4 - minor \#1 # TODO`) {
		t.Errorf("%s", text)
	}
}

// TestGitHub sees that what a capture says begins no command of its own.
func TestGitHub(t *testing.T) {
	line := regexp.MustCompile(`^::(error|warning|notice) (file=[^,]*,line=\d+,)?title=[^:]*::`)
	for text := range strings.Lines(string(written(t, hostile().WriteGitHub))) {
		if !line.MatchString(text) {
			t.Errorf("%q", text)
		}
	}
}

func TestGitLab(t *testing.T) {
	var issues []gitlabIssue
	if err := json.Unmarshal(written(t, hostile().WriteGitLab), &issues); err != nil {
		t.Fatal(err)
	}
	prints := map[string]bool{}
	for _, i := range issues {
		prints[i.Fingerprint] = true
		if !slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, i.Severity) || i.Location.Path == "" || i.Location.Lines.Begin < 1 {
			t.Errorf("%+v", i)
		}
	}
	if len(prints) != 3 {
		t.Errorf("%d fingerprints of 3", len(prints))
	}
}

func TestTextJSONAndMarkdown(t *testing.T) {
	if text := string(written(t, onError(hostile().WriteText))); !strings.Contains(text, "failed: 2 of 4 rules are kept") || !strings.Contains(text, "and 68 more") {
		t.Errorf("%s", text)
	}
	if text := string(written(t, onError(hostile().WriteMarkdown))); strings.Contains(text, "<b>") {
		t.Errorf("%s", text)
	}
	var v struct{ Passed bool }
	if err := json.Unmarshal(written(t, onError(hostile().WriteJSON)), &v); err != nil || v.Passed {
		t.Errorf("%v %v", v, err)
	}
	if hostile().Failed("error") == false || (&Report{}).Failed("note") {
		t.Error("the verdict is wrong")
	}
}

// TestReadyMadeTableOfCI holds CI.md's table to the rules.
func TestReadyMadeTableOfCI(t *testing.T) {
	text, err := os.ReadFile("CI.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- ready-made rules -->\n", "<!-- end -->\n"
	before, rest, ok1 := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("CI.md has no place for the table")
	}
	table := "| rule | demands | parameters |\n| --- | --- | --- |\n"
	for _, r := range ReadyMade() {
		var list []string
		for _, p := range r.Parameters {
			list = append(list, "`"+p.Name+"` ("+p.Kind+"): "+p.Doc+p.fallback())
		}
		table += "| `" + r.Name + "` | " + r.Doc + " | " + strings.ReplaceAll(strings.Join(list, "; "), "|", `\|`) + " |\n"
	}
	if *update {
		if err := os.WriteFile("CI.md", []byte(before+begin+table+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != table {
		t.Error("CI.md's table is not what the rules say: go test ./analyzer/rules -update")
	}
}
