package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

// readmeCommands are the wscope commands that README shows, but for those that need root or never end: TestREADMEFlags reads them.
func readmeCommands(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, block := range consoleBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
			command, _, _ = strings.Cut(command, "   #")
			if ok && strings.Contains(command, "wscope") && !strings.HasPrefix(command, "sudo ") && !strings.HasPrefix(command, "docker ") && !strings.Contains(command, "--tail") {
				commands = append(commands, strings.TrimSpace(command))
			}
		}
	}
	if len(commands) == 0 {
		t.Fatal("README shows no command")
	}
	return commands
}

// TestREADMECommandsRun runs every command that README shows, as it stands there.
func TestREADMECommandsRun(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "wscope"), ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	folder := t.TempDir() // with testdata in it, for what the commands write
	testdata, err := filepath.Abs(filepath.Join("..", "..", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(testdata, filepath.Join(folder, "testdata")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	for _, command := range readmeCommands(t) {
		t.Run(command, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SSLKEYLOGFILE=")
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			if stdout.Len() == 0 && !strings.Contains(command, " -o ") || stderr.Len() > 0 {
				t.Errorf("%d bytes of output; standard error: %s", stdout.Len(), stderr.String())
			}
		})
	}
}

// TestREADMEFlags holds the commands that are not run (they capture, or never end) to flags that there are.
func TestREADMEFlags(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range regexp.MustCompile(`(?m)^\$ (?:sudo )?wscope .*$`).FindAllString(string(text), -1) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimPrefix(line, "$ "), "sudo "))
		if !strings.HasPrefix(line, "$ sudo ") && !strings.Contains(line, "--tail") {
			continue
		}
		cmd, _, err := newRoot(&environment{}).Find(words[1:2])
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		for _, w := range words[2:] {
			if w == "--" || w == "#" {
				break
			}
			name, _, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
			if strings.HasPrefix(w, "--") && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
				t.Errorf("%s: %s has no flag --%s", line, cmd.Name(), name)
			}
			if strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && len(w) == 2 && cmd.Flags().ShorthandLookup(w[1:]) == nil {
				t.Errorf("%s: %s has no flag %s", line, cmd.Name(), w)
			}
		}
		n++
	}
	if n == 0 {
		t.Error("README shows no such command")
	}
}
