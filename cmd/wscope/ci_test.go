package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The snippets of analyzer/rules/CI.md, run as the forges would run them.

// snippet is a block of CI.md behind <!-- run: kind -->.
func snippet(t *testing.T, kind string, v any) string {
	t.Helper()
	text, err := os.ReadFile("../../analyzer/rules/CI.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "<!-- run: "+kind+" -->\n```yaml\n")
	block, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatalf("CI.md has no %s", kind)
	}
	if err := yaml.Unmarshal([]byte(block), v); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return block
}

// project is a folder with what the snippets name: a capture, the rules that CI.md shows, and a baseline.
func project(t *testing.T, capture string) string {
	t.Helper()
	dir := t.TempDir()
	text, err := os.ReadFile(shopFolder + capture)
	if err != nil {
		t.Fatal(err)
	}
	var any map[string]any
	rules := snippet(t, "check", &any)
	for name, content := range map[string]string{"run.pcapng": string(text), "wscope.yaml": rules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, errs := verdictOf("check", "--baseline", filepath.Join(dir, "base.json"), "--update-baseline", shopFolder+"same-1.before.pcap.gz"); code != 0 {
		t.Fatal(errs)
	}
	return dir
}

// step is one of the action's, or of a workflow's.
type step struct {
	Uses  string
	Shell string
	Run   string
	Env   map[string]string
	With  map[string]string
}

type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Using string
		Steps []step
	}
}

var expression = regexp.MustCompile(`\$\{\{ *inputs\.([a-z-]+) *\}\}`)

// run does the steps as a runner does: inputs put in, each script in a bash of its own that ends at the first failure.
func (a *action) run(t *testing.T, dir, temp string, with map[string]string) (string, error) {
	t.Helper()
	for name := range with {
		if _, ok := a.Inputs[name]; !ok {
			t.Errorf("the action has no input %s", name)
		}
	}
	put := func(s string) string {
		return expression.ReplaceAllStringFunc(s, func(e string) string {
			name := expression.FindStringSubmatch(e)[1]
			if v, ok := with[name]; ok {
				return v
			}
			return a.Inputs[name].Default
		})
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for i, s := range a.Runs.Steps {
		if s.Uses != "" {
			continue // of others: setup-go
		}
		if s.Shell != "bash" {
			t.Fatalf("step %d has no shell", i)
		}
		script := filepath.Join(temp, "step.sh")
		if err := os.WriteFile(script, []byte(put(s.Run)), 0o666); err != nil {
			t.Fatal(err)
		}
		c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		c.Dir = dir
		c.Env = withTools(t, "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+temp, "GITHUB_WORKSPACE="+dir,
			"GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary.md"), "GITHUB_PATH="+filepath.Join(temp, "path"), "GITHUB_OUTPUT="+filepath.Join(temp, "output"))
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			c.Env = append(c.Env, name+"="+put(s.Env[name]))
		}
		c.Stdout, c.Stderr = &all, &all
		if err := c.Run(); err != nil {
			return all.String(), err
		}
	}
	return all.String(), nil
}

// makeTools makes a folder that comes first in PATH: wscope, built once; a go that puts it where a snippet wants what it
// builds, if it would build the right thing; and a git whose clone is this tree.
func makeTools(dir string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/wscope", ".").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	for name, script := range map[string]string{
		"go": `grep -q '^module wscope$' go.mod && [ "$1 ${!#}" = "build ./cmd/wscope" ] || { echo "go $*: not what builds wscope" >&2; exit 1; }
while [ "$1" != -o ]; do shift; done
mkdir -p "$2" && cp '` + dir + `/wscope' "$2"
`,
		"git": `[ "$1" = clone ] && exec ln -s '` + root + `' "${!#}"
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/bash\n"+script), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// withTools is the environment for a snippet.
func withTools(t *testing.T, more ...string) []string {
	t.Helper()
	return append(append(os.Environ(), "PATH="+toolsFolder+string(os.PathListSeparator)+os.Getenv("PATH")), more...)
}

func needs(t *testing.T, names ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds wscope")
	}
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s", name)
		}
	}
}

// toolsFolder is the one that makeTools made.
var toolsFolder string

func TestSnippetsOfCI(t *testing.T) {
	needs(t, "bash", "go")
	toolsFolder = t.TempDir()
	if err := makeTools(toolsFolder); err != nil {
		t.Fatal(err)
	}
	t.Run("action", actionOfCI)
	t.Run("GitLab", gitLabOfCI)
	t.Run("hook", hookOfCI)
}

// actionOfCI runs the workflow's use of the action for a capture that keeps the rules, and for one that does not.
func actionOfCI(t *testing.T) {
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil || a.Runs.Using != "composite" {
		t.Fatal(err, a.Runs.Using)
	}
	var workflow struct {
		Jobs map[string]struct{ Steps []step }
	}
	snippet(t, "action", &workflow)
	var uses []map[string]string
	for _, s := range workflow.Jobs["websocket"].Steps {
		if s.Uses == "./.wscope" {
			uses = append(uses, s.With)
		}
	}
	if len(uses) != 2 {
		t.Fatalf("%d uses of the action", len(uses))
	}
	temp := t.TempDir()
	dir := project(t, "same-2.before.pcap.gz")
	if out, err := a.run(t, dir, temp, uses[0]); err != nil {
		t.Fatalf("without captures: %v\n%s", err, out)
	}
	path, _ := os.ReadFile(filepath.Join(temp, "path"))
	if out, err := exec.Command(filepath.Join(strings.TrimSpace(string(path)), "wscope"), "record", "--help").CombinedOutput(); err != nil {
		t.Errorf("what is in PATH: %v\n%s", err, out)
	}
	out, err := a.run(t, dir, temp, uses[1])
	summary, _ := os.ReadFile(filepath.Join(temp, "summary.md"))
	if err != nil || !strings.Contains(out, "passed: ") || !bytes.HasPrefix(summary, []byte("### wscope check passed\n")) {
		t.Errorf("%v\n%s%s", err, out, summary)
	}
	uses[1]["sarif"], uses[1]["junit"], uses[1]["fail-on"] = "out.sarif", "out.xml", "warning"
	dir = project(t, "dropped-field.after.pcap.gz")
	out, err = a.run(t, dir, temp, uses[1])
	if ended, ok := err.(*exec.ExitError); !ok || ended.ExitCode() != 1 || !strings.Contains(out, "title=wscope%3A baseline/field::field server price $.bid vanished") {
		t.Errorf("%v\n%s", err, out)
	}
	outputs, _ := os.ReadFile(filepath.Join(temp, "output"))
	if report, _ := os.ReadFile(filepath.Join(temp, "wscope-report.json")); !bytes.Contains(report, []byte(`"baseline/field"`)) || !bytes.Contains(outputs, []byte("verdict=passed\n")) || !bytes.Contains(outputs, []byte("verdict=failed\n")) {
		t.Errorf("outputs %s, report %s", outputs, report)
	}
	for _, name := range []string{"out.sarif", "out.xml"} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// gitLabOfCI runs the job's lines in one shell, with this tree in the place of what git would clone.
func gitLabOfCI(t *testing.T) {
	var jobs map[string]struct {
		BeforeScript []string `yaml:"before_script"`
		Script       []string
		Artifacts    struct{ Reports map[string]string }
	}
	snippet(t, "script", &jobs)
	job := jobs["websocket"]
	dir := project(t, "same-2.before.pcap.gz")
	// What it records is here already.
	script := slices.DeleteFunc(append(job.BeforeScript, job.Script...), func(line string) bool { return line == "bin/wscope record -i lo -w run.pcapng -- npm test" })
	if len(script) != len(job.BeforeScript)+len(job.Script)-1 {
		t.Error("the job records nothing")
	}
	c := exec.Command("sh", "-ec", strings.Join(script, "\n"))
	c.Dir = dir
	c.Env = withTools(t, "CI_PROJECT_DIR="+dir, "CI_SERVER_URL=https://gitlab.example.com", "CI_PROJECT_ROOT_NAMESPACE=team")
	if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("passed: ")) {
		t.Fatalf("%v\n%s", err, out)
	}
	for kind, name := range job.Artifacts.Reports {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// hookOfCI runs pre-commit's own program in a repository with a capture. The hook's program is built beforehand and taken
// from PATH; with WSCOPE_PRECOMMIT set pre-commit builds it from a clone of this repository, as it does for its users.
func hookOfCI(t *testing.T) {
	needs(t, "pre-commit", "git")
	var config struct {
		Repos []struct {
			Repo  string
			Rev   string
			Hooks []map[string]any
		}
	}
	block := snippet(t, "hook", &config)
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []map[string]any
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 1 || hooks[0]["id"] != config.Repos[0].Hooks[0]["id"] {
		t.Fatalf("%v: %v", err, hooks)
	}
	bin := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("WSCOPE_PRECOMMIT") != "" {
		head, err := exec.Command("git", "-C", root, "rev-parse", "HEAD").Output()
		if err != nil {
			t.Skip("needs a git repository")
		}
		block = strings.NewReplacer("repo: ../wscope", "repo: "+root, "rev: v1.0.0", "rev: "+strings.TrimSpace(string(head))).Replace(block)
	} else {
		if err := os.Link(filepath.Join(toolsFolder, "wscope"), filepath.Join(bin, "wscope")); err != nil {
			t.Fatal(err)
		}
		maps.Copy(hooks[0], config.Repos[0].Hooks[0])
		hooks[0]["language"] = "system"
		local, err := yaml.Marshal(map[string]any{"repos": []any{map[string]any{"repo": "local", "hooks": hooks}}})
		if err != nil {
			t.Fatal(err)
		}
		block = string(local)
	}
	for capture, want := range map[string]string{"same-2.before.pcap.gz": "Passed", "protocol-violation.after.pcap.gz": "Failed"} {
		dir := project(t, capture)
		if err := os.WriteFile(filepath.Join(dir, ".pre-commit-config.yaml"), []byte(block), 0o666); err != nil {
			t.Fatal(err)
		}
		run := func(name string, args ...string) (string, error) {
			c := exec.Command(name, args...)
			c.Dir = dir
			c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "PRE_COMMIT_HOME="+filepath.Join(bin, "cache"))
			out, err := c.CombinedOutput()
			return string(out), err
		}
		for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
			if out, err := run("git", args...); err != nil {
				t.Fatal(out)
			}
		}
		out, err := run("pre-commit", "run", "--all-files", "--color", "never")
		if (err == nil) != (want == "Passed") || !strings.Contains(out, want) || strings.Contains(out, "no files to check") {
			t.Errorf("%s: %v\n%s", capture, err, out)
		}
	}
}
