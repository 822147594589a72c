package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const shopFolder = "../../testdata/regressions/"

func verdictOf(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCheckAndDiffStatus(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.json")
	same, slow := shopFolder+"same-1.before.pcap.gz", shopFolder+"slower-operation.after.pcap.gz"
	again := shopFolder + "same-2.before.pcap.gz"
	for _, c := range []struct {
		want int
		args []string
	}{
		{0, []string{"check", "--rules", shopFolder + "shop.yaml", same}},
		{1, []string{"check", "--rules", shopFolder + "shop.yaml", slow}},
		{2, []string{"check", same}},
		{2, []string{"check", "--rules", "absent.yaml", same}},
		{2, []string{"check", "--rules", shopFolder + "shop.yaml", "absent.pcap"}},
		{2, []string{"check", "--rules", shopFolder + "shop.yaml", "--fail-on", "x", same}},
		{0, []string{"check", "--baseline", base, "--update-baseline", same}},
		{0, []string{"check", "--baseline", base, again}},
		{1, []string{"check", "--baseline", base, slow}},
		{0, []string{"check", "--baseline", base, "--fail-on", "error", slow}},
		{0, []string{"check", "--baseline", base, "--ignore", "latency", slow}},
		{0, []string{"check", "--schema"}},
		{0, []string{"check", "--list"}},
		{0, []string{"diff", same, again}},
		{1, []string{"diff", base, slow}},
		{2, []string{"diff", base, "absent.pcap"}},
		{2, []string{"diff", "--format", "x", base, slow}},
		{2, []string{"record", "true"}},
	} {
		if code, out, errs := verdictOf(c.args...); code != c.want {
			t.Errorf("%q ends with %d, not %d\n%s%s", c.args, code, c.want, out, errs)
		}
	}
	before, _ := os.ReadFile(base)
	if code, _, errs := verdictOf("check", "--baseline", base, "--update-baseline", again); code != 0 {
		t.Error(errs)
	}
	if after, _ := os.ReadFile(base); !bytes.Equal(before, after) {
		t.Error("a baseline changed with nothing changed")
	}
}

// TestInitPasses writes a starting rules file for every capture in testdata, and holds
// the capture against it.
func TestInitPasses(t *testing.T) {
	name := filepath.Join(t.TempDir(), "wscope.yaml")
	err := filepath.WalkDir("../../testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(filepath.Base(path), ".pcap") || strings.Contains(path, "node_modules") {
			return err
		}
		code, out, errs := verdictOf("check", "--init", path)
		if code == exitTrouble && errs == "" {
			t.Errorf("%s: no word of trouble", path)
		}
		if err := os.WriteFile(name, []byte(out), 0o666); err != nil {
			return err
		}
		if again, verdict, errs := verdictOf("check", "--rules", name, path); again != code {
			t.Errorf("%s: %d, then %d\n%s%s%s", path, code, again, out, verdict, errs)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSnippetsOfCI runs what analyzer/rules/CI.md shows.
func TestSnippetsOfCI(t *testing.T) {
	text, err := os.ReadFile("../../analyzer/rules/CI.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	base, quality, junit := filepath.Join(dir, "base.json"), filepath.Join(dir, "quality.json"), filepath.Join(dir, "junit.xml")
	rulesFile := filepath.Join(dir, "wscope.yaml")
	capture := shopFolder + "same-1.before.pcap.gz"
	verdictOf("check", "--baseline", base, "--update-baseline", capture)
	place := strings.NewReplacer("base.json", base, "quality.json", quality, "junit.xml", junit, "wscope.yaml", rulesFile, "run.pcapng", capture)
	ran := 0
	for _, part := range strings.Split(string(text), "<!-- run: ")[1:] {
		kind, rest, _ := strings.Cut(part, " -->\n```yaml\n")
		snippet, _, _ := strings.Cut(rest, "```")
		var v map[string]any
		if err := yaml.Unmarshal([]byte(snippet), &v); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		ran++
		switch kind {
		case "check":
			if err := os.WriteFile(rulesFile, []byte(snippet), 0o666); err != nil {
				t.Fatal(err)
			}
			if code, out, errs := verdictOf("check", "--rules", rulesFile, capture); code != 0 {
				t.Errorf("%s%s", out, errs)
			}
		case "script":
			line := v["websocket"].(map[string]any)["script"].([]any)[0].(string)
			if code, out, errs := verdictOf(strings.Fields(place.Replace(line))[1:]...); code != 0 {
				t.Errorf("%s: %s%s", line, out, errs)
			}
		case "action":
			holdAction(t, snippet)
		case "hook":
			hook, err := os.ReadFile("../../.pre-commit-hooks.yaml")
			if err != nil || !bytes.Contains(hook, []byte("id: wscope-check\n")) || !bytes.Contains(hook, []byte("entry: wscope check\n")) {
				t.Errorf("%s %v", hook, err)
			}
		}
	}
	if ran != 4 {
		t.Errorf("%d snippets of 4", ran)
	}
}

// holdAction sees that the action has what the snippet gives it, and calls check with flags that it has.
func holdAction(t *testing.T, snippet string) {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]any `yaml:"inputs"`
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	_, with, _ := strings.Cut(snippet, "with:\n")
	for line := range strings.Lines(with) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && action.Inputs[name] == nil {
			t.Errorf("the action has no input %s", name)
		}
	}
	cmd := newCheck(&environment{})
	for _, word := range strings.Fields(string(text)) {
		if _, flag, ok := strings.Cut(word, "--"); ok && cmd.Flags().Lookup(strings.Trim(flag, `"`)) == nil {
			t.Errorf("check has no flag --%s", flag)
		}
	}
}
