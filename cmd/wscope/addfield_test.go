package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAddingAFieldTakesTwoEdits adds a text and a number to the flow's record in a copy of the tree, as CONTRIBUTING.md
// says, and finds them in every output.
func TestAddingAFieldTakesTwoEdits(t *testing.T) {
	slow(t, "builds a copy of the tree")
	dir := t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"analyzer", "assembly", "cmd", "wsparse", "testdata/peers/risks"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit := func(name, after, text string) {
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(b), after) {
			t.Fatalf("%s has no %q (%v)", name, after, err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(b), after, after+text, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	edit("analyzer/record/flow.go", "type Flow struct {\n",
		"\tRegion string `json:\"region,omitempty\" redact:\"secret\"` // where the server says that it is\n\tRetries int64 `json:\"retries\"` // attempts before this one\n")
	edit("analyzer/flow/describe.go", "\tr := f.describe()\n", "\tr.Region, r.Retries = \"somewhere\", 5\n")

	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run("go", "generate", "./analyzer/record")
	run("go", "test", "./analyzer/report", "-run", "TestSchemas|TestContract", "-update")
	run("go", "test", "./analyzer/record/...")
	bin := filepath.Join(dir, "wscope")
	run("go", "build", "-o", bin, "./cmd/wscope")

	const capture = "testdata/peers/risks/credentials-in-clear.pcap"
	for want, args := range map[string][]string{
		`"region":"somewhere","retries":5`:          {"flows", "--format", "ndjson", capture},
		"region,retries,":                           {"flows", "--format", "csv", capture},
		`"region":"‹redacted:`:                      {"flows", "--format", "ndjson", "--redact", capture},
		`"name":"flow.region","type":"text"`:        {"fields", "--format", "ndjson", "flow"},
		`"description": "attempts before this one"`: {"schema", "flow"},
		`"retries":5,`:                              {"flows", "--format", "ndjson", "--filter", `flow.region == "somewhere" && flow.retries > 4`, capture},
	} {
		if out := run(bin, args...); !strings.Contains(out, want) {
			t.Errorf("wscope %v lacks %s:\n%s", args, want, out)
		}
	}
	run(bin, "export", "--to", "parquet", "-o", "tables", capture)
	for name, wants := range map[string][]string{
		"tables/flows.parquet":        {"region", "retries", "somewhere"},
		"analyzer/report/CONTRACT.md": {"| `flow.region` | text | yes | where the server says that it is |"},
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(b), want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}
