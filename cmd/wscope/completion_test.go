package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"wscope/assembly/capture"
)

// TestCompletion makes the scripts of four shells, has those shells that are installed read them, and asks for what they ask.
func TestCompletion(t *testing.T) {
	for shell, check := range map[string][]string{"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "-n"}, "powershell": nil} {
		script, diag, status := outputOf(t, "completion", shell)
		if status != 0 || !strings.Contains(script, "wscope") || diag != "" {
			t.Errorf("%s: status %d, %d bytes, %s", shell, status, len(script), diag)
		}
		if check == nil {
			continue
		}
		if _, err := exec.LookPath(check[0]); err != nil {
			continue
		}
		name := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(name, []byte(script), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(check[0], check[1], name).CombinedOutput(); err != nil {
			t.Errorf("%s does not read it: %v %s", shell, err, out)
		}
	}
	demo := filepath.Join("..", "..", "testdata", "demo.pcapng")
	for _, c := range []struct{ asked, want string }{
		{"mess", "messages"}, {"export --to ", "parquet"}, {"flows --format ", "ndjson"}, {"flows --filt", "--filter"}, {"messages --time ", "relative"}, {"schema ", "live"},
		{"check --format ", "markdown"}, {"interfaces --format ", "ndjson"}, {"diff --format ", "html"}, {"collect --format ", "parquet"},
		{"check --fail-on ", "warning"}, {"flows --color ", "never"}, {"--color ", "never"}, {"live -i ", "lo"},
		{"messages " + demo + " --flow ", "2"}, {demo + " --filt", "--filter"},
	} {
		if c.want == "lo" {
			if _, err := capture.Interfaces(); err != nil {
				continue // a build that cannot capture offers none
			}
			c.want = loopback()
		}
		args := append([]string{"__complete"}, strings.Split(c.asked, " ")...)
		out, _, _ := outputOf(t, args...)
		if !slices.ContainsFunc(strings.Split(out, "\n"), func(line string) bool { return line == c.want || strings.HasPrefix(line, c.want+"\t") }) {
			t.Errorf("%q completes to %q, want %s", c.asked, out, c.want)
		}
	}
}

// TestFlagsCompleteToWhatTheyTake holds that a shell offers files only behind flags that take one.
func TestFlagsCompleteToWhatTheyTake(t *testing.T) {
	for _, c := range newRoot(&environment{}).Commands() {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			value, _ := pflag.UnquoteUsage(f)
			if f.NoOptDefVal != "" || f.Hidden {
				return
			}
			out, _, _ := outputOf(t, "__complete", c.Name(), "--"+f.Name, "")
			files := strings.HasSuffix(strings.TrimSpace(out), ":0")
			if takes := value == "FILE" || value == "OUT"; files != takes {
				t.Errorf("%s --%s %s: files are offered: %v\n%s", c.Name(), f.Name, value, files, out)
			}
		})
	}
}
