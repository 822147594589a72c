package rules

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"wscope/analyzer/behaviour"
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

// reports are those of hostile records, of nothing, and of every regression with its baseline.
func reports(t *testing.T) map[string]*Report {
	t.Helper()
	all := map[string]*Report{"hostile": hostile(), "empty": {}}
	set := shopSet(t)
	base := watch(t, filepath.Join(shopFolder, "same-1.before.pcap.gz"))
	for _, name := range append([]string{"same-2"}, regressions...) {
		path := filepath.Join(shopFolder, name+".after.pcap.gz")
		all[name] = judge(t, set, path)
		all[name].AddDifferences(behaviour.Compare(base, watch(t, path), nil), "base.json", nil)
	}
	return all
}

// TestSARIF holds reports to OASIS' schema of SARIF 2.1.0.
func TestSARIF(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range reports(t) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(written(t, r.WriteSARIF)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFingerprintsStayTheSame when ports and times change.
func TestFingerprintsStayTheSame(t *testing.T) {
	a := fingerprint("r", &Breach{Message: "it took 0.061 s", Where: "127.0.0.1:52339/shop", Flow: 1, Packet: 15})
	b := fingerprint("r", &Breach{Message: "it took 0.062 s", Where: "127.0.0.1:41/shop", Flow: 2, Packet: 70})
	if other := fingerprint("r", &Breach{Message: "it took 0.062 s", Where: "127.0.0.1:41/cart"}); a != b || a == other {
		t.Error(a, b, other)
	}
}

// TestPlacesAreReferences of captures with odd names.
func TestPlacesAreReferences(t *testing.T) {
	for path, want := range map[string]string{
		"-": "stdin", "": "stdin", "a b%.pcap": "a%20b%25.pcap", "c:d.pcap": "./c:d.pcap", "/x/ü": "file:///x/%C3%BC", "./y.pcap": "y.pcap", "a?#.pcap": "a%3F%23.pcap",
	} {
		if got := (&Report{}).place(&Breach{File: path}); got != want {
			t.Errorf("%q is %s", path, got)
		}
	}
}

func TestJUnit(t *testing.T) {
	text := written(t, onError(hostile().WriteJUnit))
	var s junitSuites
	if err := xml.Unmarshal(text, &s); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	c := s.Suite.Cases
	if s.Suite.Tests != 4 || s.Suite.Failures != 1 || s.Suite.Skipped != 1 || len(c) != 4 || c[2].Failure == nil || c[3].Failure != nil || !strings.Contains(s.Suite.Output, "note: minor #1: m") {
		t.Errorf("%s", text)
	}
}

// TestJUnitIsValid holds reports to Jenkins' schema.
func TestJUnitIsValid(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint (Debian: libxml2-utils)")
	}
	dir := t.TempDir()
	args := []string{"--noout", "--nonet", "--schema", filepath.Join("testdata", "jenkins-junit.xsd")}
	for name, r := range reports(t) {
		file := filepath.Join(dir, name+".xml")
		if err := os.WriteFile(file, written(t, onError(r.WriteJUnit)), 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command(xmllint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// readTAP has perl's own reader tell plan, failures, what is to do, and what is no TAP.
const readTAP = `use TAP::Parser; my $p = TAP::Parser->new({tap => do { local $/; <STDIN> }}); while (my $r = $p->next) { print "unknown: ", $r->as_string, "\n" if $r->is_unknown }
print join(" ", "planned", $p->tests_planned // 0, "run", $p->tests_run // 0, "failed", scalar($p->failed), "todo", scalar($p->todo), "errors", scalar($p->parse_errors)), "\n"`

// TestTAPIsRead by a reader of another's.
func TestTAPIsRead(t *testing.T) {
	perl, err := exec.LookPath("perl")
	if err != nil || exec.Command(perl, "-MTAP::Parser", "-e", "1").Run() != nil {
		t.Skip("needs perl with TAP::Parser (Debian: perl)")
	}
	for name, r := range reports(t) {
		failed, todo := 0, 0
		for _, result := range r.Results {
			switch {
			case len(result.Breaches) > 0 && rank(result.Severity) > rank("warning"):
				todo++
			case len(result.Breaches) > 0:
				failed++
			}
		}
		c := exec.Command(perl, "-e", readTAP)
		c.Stdin = bytes.NewReader(written(t, onError(r.WriteTAP)))
		out, err := c.CombinedOutput()
		if want := fmt.Sprintf("planned %d run %[1]d failed %d todo %d errors 0\n", len(r.Results), failed, todo); err != nil || string(out) != want {
			t.Errorf("%s: %v: %s, not %s", name, err, out, want)
		}
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
