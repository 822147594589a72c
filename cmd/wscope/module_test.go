package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// moduleName is the name of the module by its go.mod.
func moduleName(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(mod), "\n")
	return strings.TrimPrefix(line, "module ")
}

// TestModuleIsRenamed renames the module in a copy, and builds it there.
func TestModuleIsRenamed(t *testing.T) {
	slow(t, "builds the program anew")
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	to := t.TempDir()
	copySource(t, filepath.Join("..", ".."), to)
	at := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = to, append(os.Environ(), "GOFLAGS=-buildvcs=false")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	at("make", "module", "PATH=example.org/a-b/wscope")
	for _, name := range strings.Fields(at("go", "list", "-deps", "./cmd/wscope")) {
		if strings.HasPrefix(name, moduleName(t)+"/") {
			t.Errorf("%s is still imported", name)
		}
	}
	at("go", "build", "-o", filepath.Join(to, "wscope-renamed"), "./cmd/wscope")
}

// copySource copies what the module is built of: neither captures nor what is hidden.
func copySource(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			if name := d.Name(); rel != "." && (strings.HasPrefix(name, ".") || rel == "testdata" || rel == "bin" || name == "node_modules") {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}
